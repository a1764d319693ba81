"""Request lines: their blanks and line ends, methods, versions (RFC 9112 §2.2, §2.3, §3; H12)."""

from raw_requests.case import (
    ANSWERED, COUNTED, COUNTED_LAST, NO_ROUTE, OTHER_VERSION, REFUSED, UNFINISHED, VISIT, cases, each, with_line)
from support.raw_http import GET

CONTROLS = [*range(0x00, 0x09), *range(0x0b, 0x0d), *range(0x0e, 0x20), 0x7f]  # but TAB, LF and CR

CASES = [
    *cases(COUNTED, {
        "a visit": VISIT,
        "an empty line before the request": b"\r\n" + VISIT,
    }),
    *cases(REFUSED, {
        "two empty lines before the request": b"\r\n\r\n" + VISIT,
        "three empty lines before the request": b"\r\n\r\n\r\n" + VISIT,
        "LF before the request": b"\n" + VISIT,
        "CR before the request": b"\r" + VISIT,
        "CR CR LF before the request": b"\r\r\n" + VISIT,
        "a blank line before the request": b" \r\n" + VISIT,
        "a byte order mark before the request": b"\xef\xbb\xbf" + VISIT,
        "a space before the method": b" " + VISIT,
        "a tab before the method": b"\t" + VISIT,
        "no method": with_line(b"/counter HTTP/1.1"),
        "an empty method": with_line(b" /counter HTTP/1.1"),
        "no target": with_line(b"GET HTTP/1.1"),
        "an empty target": with_line(b"GET  HTTP/1.1"),
        "two spaces before the target": with_line(b"GET  /counter HTTP/1.1"),
        "two spaces before the version": with_line(b"GET /counter  HTTP/1.1"),
        "a tab before the target": with_line(b"GET\t/counter HTTP/1.1"),
        "a tab before the version": with_line(b"GET /counter\tHTTP/1.1"),
        "a form feed before the version": with_line(b"GET /counter\x0cHTTP/1.1"),
        "a space after the version": with_line(b"GET /counter HTTP/1.1 "),
        "a tab after the version": with_line(b"GET /counter HTTP/1.1\t"),
        "a fourth word": with_line(b"GET /counter HTTP/1.1 HTTP/1.1"),
        "a word between target and version": with_line(b"GET /counter x HTTP/1.1"),
        "bare LFs only": b"GET /counter HTTP/1.1\nHost: a\n\n",
        "a bare LF after the request line": b"GET /counter HTTP/1.1\nHost: a\r\n\r\n",
        "a bare CR after the request line": b"GET /counter HTTP/1.1\rHost: a\r\n\r\n",
        "CR CR LF after the request line": b"GET /counter HTTP/1.1\r\r\nHost: a\r\n\r\n",
        "LF CR after the request line": b"GET /counter HTTP/1.1\n\rHost: a\r\n\r\n",
        "a folded request line": b"GET /counter\r\n HTTP/1.1\r\nHost: a\r\n\r\n",
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        "an RTSP request": with_line(b"OPTIONS rtsp://a RTSP/1.0"),
        "an SMTP command": b"EHLO a\r\n\r\n",
        "an SSH banner": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "an answer instead of a request": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        **each("the byte in the method:", [bytes([b]) for b in (*CONTROLS, *b'\t "(),/:;<=>?@[\\]{}',
            0x80, 0xc3, 0xff)],
               lambda byte: with_line(b"G" + byte + b"T /counter HTTP/1.1")),
    }),
    *cases(NO_ROUTE, {
        **each("the method", [
            b"POST", b"PUT", b"PATCH", b"DELETE", b"TRACE", b"HEAD", b"get", b"Get", b"GETS", b"GE", b"PRI",
            b"SSTP_DUPLEX_POST", b"X", b"M-SEARCH", b"a!#$%&'*+-.^_`|~9", b"PROPFIND", b"G" * 1000],
            lambda method: with_line(method + b" /counter HTTP/1.1")),
    }),
    *cases(ANSWERED, {
        "a preflight": with_line(b"OPTIONS /counter HTTP/1.1"),
        "health": with_line(b"GET /health HTTP/1.1"),
    }),
    *cases(COUNTED_LAST, {
        "HTTP/1.0": b"GET /counter HTTP/1.0\r\n\r\n",
        "HTTP/1.0 with Host": b"GET /counter HTTP/1.0\r\nHost: a\r\n\r\n",
    }),
    *cases(OTHER_VERSION, {
        **each("the version", [b"HTTP/0.9", b"HTTP/1.2", b"HTTP/1.9", b"HTTP/2.0", b"HTTP/2.1", b"HTTP/3.0",
            b"HTTP/9.9",
                               b"HTTP/0.0"], lambda version: with_line(b"GET /counter " + version)),
        "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    }),
    *cases(REFUSED, {
        "no version, as in HTTP/0.9": b"GET /counter\r\n",
        "no version, but fields": with_line(b"GET /counter"),
        **each("the version", [
            b"HTTP/1", b"HTTP/1.", b"HTTP/.1", b"HTTP/", b"HTTP", b"HTTP/11", b"HTTP/1.10", b"HTTP/1.01",
            b"HTTP/01.1", b"HTTP/1.1.1", b"HTTP/1,1", b"HTTP/x.y", b"HTTP/1.x", b"HTTP/-1.1", b"HTTP/+1.1",
            b"HTTP/1.1x", b"HTTP/ 1.1", b"HTTP /1.1", b"HTTP1.1", b"http/1.1", b"Http/1.1", b"HTTPS/1.1",
            b"HTTP\\1.1", b"ICY/1.1", b"XHTTP/1.1", b"HTTP/1.\x001", b"HTTP/1.1\x00", b"HTTP/\xb1.1",
            b"\xffHTTP/1.1"],
            lambda version: with_line(b"GET /counter " + version)),
    }),
    *cases(UNFINISHED, {
        "nothing": b"",
        "an empty line": b"\r\n",
        "a carriage return": b"\r",
        "half a method": b"GE",
        "half a request line": b"GET /counter HTT",
        "a request line": b"GET /counter HTTP/1.1\r\n",
        "a head without its empty line": GET,
        "a head without its last byte": VISIT[:-1],
    }),
]
