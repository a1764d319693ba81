"""Header fields: names, values, line ends, Host, Connection, Expect, Upgrade.

RFC 9112 §3.2, §5, §9; H12, H15, H16, H18.
"""

from raw_requests.case import (
    ANSWERED, COUNTED, COUNTED_LAST, EXPECTATION_FAILED, NO_ROUTE, NO_ROUTE_LAST, REFUSED, UNFINISHED, cases, each,
    with_fields, with_host)
from raw_requests.request_lines import CONTROLS
from support.raw_http import GET

OLD = b"GET /counter HTTP/1.0\r\n"
PREFLIGHT = b"OPTIONS /counter HTTP/1.1\r\nHost: a\r\n"


def with_old_fields(fields):
    return OLD + fields + b"\r\n\r\n"


def expecting(expectation):
    return GET + b"Content-Length: 5\r\nExpect: " + expectation + b"\r\n\r\nhello"


SYNTAX = [
    *cases(COUNTED, {
        **each("the field", [
            b"X-A: b", b"X-A:b", b"X-A:", b"X-A: ", b"X-A: \t ", b"X-A:\tb", b"X-A: b ", b"X-A: b\t", b"X-A: b c",
            b"X-A: b\tc", b"X-A: :", b"X-A: a:b", b"X-A: \"", b"X-A: (", b"X-A: \\", b"x: y", b"1: 2",
            b"a!#$%&'*+-.^_`|~9: b", b"X-A: \x80\xff", b"X-A: \xc3\xa9", b"X-A: b\r\nX-A: c", b"X_A: b",
            b"X-A: " + b"b" * 5000, b"X" * 5000 + b": b", b"X-A: GET /counter HTTP/1.1", b"X-A: %0d%0aX-B: c",
            b"Cookie: a=b; c=d", b"Origin: null", b"Origin: " + b"\xff" * 100, b"Referer: \"\\\xe2\x80\xa8",
            b"User-Agent: ${jndi:ldap://a}", b"X-Forwarded-For: 1.2.3.4, 5.6.7.8", b"X-HTTP-Method-Override: DELETE",
            b"X-Original-URL: /health", b"X-Rewrite-URL: /nowhere", b"Authorization: Basic YTpi", b"Range: bytes=0-0",
            b"If-None-Match: *", b"TE: trailers", b"Trailer: X-A", b"Date: never", b"Max-Forwards: 0",
            b"Content-Type: application/json", b"Content-Encoding: gzip", b"Accept-Encoding: gzip",
            b"Via: 1.1 a"], with_fields),
        "a hundred fields": GET + b"X-A: b\r\n" * 100 + b"\r\n",
        "a thousand short fields": GET + b"a:\r\n" * 1000 + b"\r\n",
        "Host last": b"GET /counter HTTP/1.1\r\nX-A: b\r\nHost: a\r\n\r\n",
        "Host in other case": b"GET /counter HTTP/1.1\r\nhOsT: a\r\n\r\n",
    }),
    *cases(REFUSED, {
        **each("the byte in a value:", [bytes([byte]) for byte in CONTROLS],
               lambda byte: with_fields(b"X-A: b" + byte + b"c")),
        **each("the byte in a name:", [bytes([byte]) for byte in (*CONTROLS, *b'\t "(),/;<=>?@[\\]{}',
            0x80, 0xc3, 0xff)],
               lambda byte: with_fields(b"X" + byte + b"A: b")),
        **each("the byte before a name:", [bytes([byte]) for byte in (0x00, 0x0b, 0x0c, 0x7f, 0xa0)],
               lambda byte: with_fields(byte + b"X-A: b")),
        **each("the byte at the end of a value:", [bytes([byte]) for byte in (0x00, 0x0b, 0x0c, 0x1f, 0x7f)],
               lambda byte: with_fields(b"X-A: b" + byte)),
        **each("the field", [
            b"X-A : b", b"X-A\t: b", b"X-A  : b", b": b", b":", b" : b", b"X-A", b"X-A b", b"X-A; b", b"X-A = b",
            b"X A: b", b"X-A\r\n: b", b" X-A: b", b"\tX-A: b", b"X-A: b\r\n c", b"X-A: b\r\n\tc", b"X-A:\r\n b",
            b"X-A:\r\n\tb", b"X-A:\r\n ", b"X-A: b\r\n ", b"X-A: b\r\n\t", b"X-A: b\rc", b"X-A: b\r", b"X-A: b\r\r",
            b"X-A: b\rX-B: c", b"X-A: b\nX-B: c", b"X-A: b\n", b"X-A: b\n\r", b"X-A: b\n c", b"X-A: b\r\n\r",
            b"X-A: b\r\n\n", b"\xef\xbb\xbfX-A: b", b"GET /counter HTTP/1.1", b"(comment)", b"\"X-A\": b",
            b"X-A\xe2\x80\x8b: b"], with_fields),
        "a folded first field": b"GET /counter HTTP/1.1\r\n Host: a\r\n\r\n",
        "a blank line at the end of the head": GET + b" \r\n\r\n",
        "a tab as the empty line": GET + b"\t\r\n\r\n",
        "a bare LF as the empty line": GET + b"X-A: b\r\n\n",
        "a bare CR as the empty line": GET + b"X-A: b\r\n\r\r\n\r\n",
        "LF LF at the end of the head": GET + b"X-A: b\n\n",
        "CR CR at the end of the head": GET + b"X-A: b\r\r",
    }),
    *cases(UNFINISHED, {
        "half a field": GET + b"X-A",
        "a field without its LF": GET + b"X-A: b\r",
        "a value without its end": GET + b"X-A: b",
    }),
]
HOST = [
    *cases(COUNTED, each("Host", [
        b"", b"a", b"A.EXAMPLE", b"a.example:8080", b"a:", b":80", b"127.0.0.1", b"127.0.0.1:80", b"[::1]",
        b"[::1]:80", b"[2001:DB8::1]", b"[::ffff:127.0.0.1]", b"xn--caf-dma.example", b"a_b", b"a-", b"a.", b"a..b",
        b"a%20b", b"\ta\t", b"  a  ", b"!$&'()*+,;=~", b"a" * 255, b"a:65535"], with_host)),
    *cases(REFUSED, {
        "no Host": b"GET /counter HTTP/1.1\r\n\r\n",
        "no Host beside the absolute form": b"GET http://a/counter HTTP/1.1\r\n\r\n",
        "two Hosts": with_fields(b"Host: b"),
        "two equal Hosts": with_fields(b"Host: a"),
        "two Hosts in other case": with_fields(b"hOST: a"),
        "a second Host that is empty": with_fields(b"Host:"),
        "two Hosts in HTTP/1.0": OLD + b"Host: a\r\nHost: a\r\n\r\n",
        "a bad Host in HTTP/1.0": OLD + b"Host: a/b\r\n\r\n",
        "a Host with a space before the colon": b"GET /counter HTTP/1.1\r\nHost : a\r\n\r\n",
        "a folded Host": b"GET /counter HTTP/1.1\r\nHost:\r\n a\r\n\r\n",
        **each("Host", [
            b"a b", b"a, b", b"a,b:80:80", b"a/b", b"/a", b"a/", b"b@a", b"u:p@a", b"@a", b"a@", b"a:b", b"a:80:80",
            b"a::80", b"a:-1", b"a:+1", b"a:8 0", b"a: 80", b"a:65536", b"a:0x50", b"a:8080a", b"a#b", b"a?b",
            b"a\\b", b"a|b", b'"a"', b"<a>", b"{a}", b"a^b", b"a`b", b"http://a", b"[]", b"[", b"]", b"[a", b"a]",
            b"[::1", b"::1", b"[::1]x", b"[::1]:x", b"[::1].a", b"[:::]", b"[::1%eth0]", b"[v1.a]", b"[127.0.0.1]",
            b"[::1][::1]", b"[12345::]", b"a%", b"a%4", b"a%zz", b"a%00", b"a%0a", b"a\xc3\xa9", b"\xff",
            b"a\tb"], with_host),
    }),
]
CONNECTION = [
    *cases(COUNTED, {
        **each("Connection:", [b"keep-alive", b"Keep-Alive", b"foo", b"foo, bar", b"TE", b"Host",
            b"Content-Length", b"closed", b"close-x", b"upgrade", b""],
               lambda value: with_fields(b"Connection: " + value)),
        "Proxy-Connection: keep-alive": with_fields(b"Proxy-Connection: keep-alive"),
        "Keep-Alive: timeout=1": with_fields(b"Keep-Alive: timeout=1"),
        **each("HTTP/1.0, Connection:", [b"keep-alive", b"Keep-Alive", b"foo, keep-alive",
            b"keep-alive\r\nConnection: foo"],
               lambda value: with_old_fields(b"Connection: " + value)),
        "an upgrade to WebSocket": with_fields(
            b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="),
        "an upgrade to HTTP/2": with_fields(
            b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__"),
        "an upgrade to TLS": with_fields(b"Connection: Upgrade\r\nUpgrade: TLS/1.2"),
        "an upgrade without Connection": with_fields(b"Upgrade: websocket"),
        "an upgrade to nothing": with_fields(b"Connection: Upgrade\r\nUpgrade:"),
    }),
    *cases(COUNTED_LAST, {
        **each("Connection:", [
            b"close", b"Close", b"CLOSE", b" close ", b"foo, close", b"close, foo", b"close,", b", close",
            b"close, close", b"keep-alive, close", b"close, keep-alive", b"upgrade, close",
            b"keep-alive\r\nConnection: close", b"close\r\nConnection: keep-alive"],
            lambda value: with_fields(b"Connection: " + value)),
        **each("HTTP/1.0, Connection:", [
            b"close", b"foo", b"", b"keep-alive, close", b"close, keep-alive", b"keep-alive\r\nConnection: close",
            b"close\r\nConnection: keep-alive",
            b"keep-alives"], lambda value: with_old_fields(b"Connection: " + value)),
        "HTTP/1.0, Proxy-Connection: keep-alive": with_old_fields(b"Proxy-Connection: keep-alive"),
        "HTTP/1.0, Keep-Alive without Connection": with_old_fields(b"Keep-Alive: timeout=5"),
    }),
    *cases(NO_ROUTE_LAST, {
        "close on a route that is none": b"GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "HTTP/1.0 on a route that is none": b"GET /nowhere HTTP/1.0\r\n\r\n",
        "HTTP/1.0 POST": b"POST /counter HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello",
    }),
]
EXPECT = [
    *cases(COUNTED, {
        **each("Expect:", [b"100-continue", b"100-Continue", b"100-CONTINUE", b" 100-continue "], expecting),
        "Expect: 100-continue, no body": with_fields(b"Expect: 100-continue"),
        "Expect: 100-continue, an empty body": with_fields(b"Expect: 100-continue\r\nContent-Length: 0"),
        "Expect: 100-continue twice": with_fields(b"Expect: 100-continue\r\nExpect: 100-continue"),
        "Expect: 100-continue, chunks":
            with_fields(b"Expect: 100-continue\r\nTransfer-Encoding: chunked") + b"1\r\na\r\n0\r\n\r\n",
        "HTTP/1.0 that keeps alive, Expect: 100-continue":
            OLD + b"Connection: keep-alive\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
    }),
    *cases(NO_ROUTE, {
        "Expect: 100-continue on a route that is none":
            b"POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
    }),
    *cases(EXPECTATION_FAILED, {
        **each("Expect:", [b"", b"200-ok", b"100", b"100-continue, foo", b"100-continue, 100-continue",
            b"100-continue;q=1", b"100 continue", b"x",
                           b"\"100-continue\"", b"100-continue\xff"], expecting),
        "Expect: foo, no body": with_fields(b"Expect: foo"),
        "Expect: foo after 100-continue": with_fields(b"Expect: 100-continue\r\nExpect: foo"),
        "Expect: foo before 100-continue": with_fields(b"Expect: foo\r\nExpect: 100-continue"),
    }),
]
CORS = [
    *cases(ANSWERED, each("preflight with", [
        b"Origin: http://localhost:1580", b"Origin: null", b"Origin: https://evil.example", b"Origin:",
        b"Origin: a\r\nOrigin: b", b"Access-Control-Request-Method: DELETE",
        b"Access-Control-Request-Headers: " + b"x," * 1000],
        lambda field: PREFLIGHT + field + b"\r\n\r\n")),
]
CASES = [*SYNTAX, *HOST, *CONNECTION, *EXPECT, *CORS]
