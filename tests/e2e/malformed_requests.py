"""Requests that must be refused, by what is wrong with them."""

GET = b"GET /counter HTTP/1.1\r\nHost: a\r\n"
CHUNKED = GET + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK_END = b"0\r\n\r\n"

BAD_REQUEST = {
    **{f"Content-Length {value!r}": GET + b"Content-Length: " + value + b"\r\n\r\nhello" for value in (
        b"5, 5", b"5,5", b"5, 6", b"5,", b",5", b"+5", b"-5", b"-0", b"0x5", b"5h", b"5.0", b"5e0", b"5 5", b"5;",
        b"05", b"", b" ", b"five", b'"5"', b"5_0", b"\xb2", b"\xef\xbc\x95")},
    "Content-Length twice": GET + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    "Content-Length twice, in other case": GET + b"Content-Length: 5\r\ncontent-length: 5\r\n\r\nhello",
    "Content-Length twice, unequal": GET + b"Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello",
    **{f"Transfer-Encoding {value!r}": GET + b"Transfer-Encoding: " + value + b"\r\n\r\n" + CHUNK_END for value in (
        b"", b"gzip", b"identity", b"gzip, chunked", b"chunked, gzip", b"chunked, chunked", b"chunked,", b",chunked",
        b"chunked;q=1", b"chunked; q=1", b"chunked chunked", b"xchunked", b"chunkedx", b'"chunked"', b"'chunked'",
        b"Chunked", b"CHUNKED", b"chunk", b"cow", b"\x0bchunked", b"chunked\x0b", b"chunked\x0c", b"\xa0chunked",
        b"chunked\x00", b"chun\xe2\x84\xaaed")},
    "Transfer-Encoding twice": GET + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNK_END,
    "Transfer-Encoding twice, identity last":
        GET + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + CHUNK_END,
    "Transfer-Encoding in HTTP/1.0":
        b"GET /counter HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNK_END,
    "Transfer-Encoding in HTTP/1.0 that keeps alive":
        b"GET /counter HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNK_END,
    "Transfer-Encoding after Content-Length":
        GET + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNK_END,
    "Transfer-Encoding before Content-Length":
        GET + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + CHUNK_END,
    "Transfer-Encoding beside Content-Length 0":
        GET + b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" + CHUNK_END,
    "a header folded with a space": GET + b"X-A: b\r\n c\r\n\r\n",
    "a header folded with a tab": GET + b"X-A: b\r\n\tc\r\n\r\n",
    "a header folded onto an empty value": GET + b"X-A:\r\n c\r\n\r\n",
    "a folded Transfer-Encoding": GET + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + CHUNK_END,
    "a folded first header": b"GET /counter HTTP/1.1\r\n Host: a\r\n\r\n",
    "a bare CR in a value": GET + b"X-A: b\rc\r\n\r\n",
    "a bare CR before CRLF": GET + b"X-A: b\r\r\n\r\n",
    "a bare CR as line end": GET + b"X-A: b\rX-B: c\r\n\r\n",
    "a bare CR as empty line": GET + b"X-A: b\r\n\r\r\n\r\n",
    "a bare CR in the request line": b"GET /counter HTTP/1.1\rHost: a\r\n\r\n",
    "a bare LF in the head": GET + b"X-A: b\nX-B: c\r\n\r\n",
    "a bare LF after the request line": b"GET /counter HTTP/1.1\nHost: a\r\n\r\n",
    "bare LFs only": b"GET /counter HTTP/1.1\nHost: a\n\n",
    "a bare LF as empty line": GET + b"X-A: b\r\n\n",
    **{f"byte {byte:#04x} in a value": GET + b"X-A: b" + bytes([byte]) + b"c\r\n\r\n"
       for byte in (0x00, 0x01, 0x08, 0x0b, 0x0c, 0x1b, 0x1f, 0x7f)},
    **{f"byte {byte:#04x} in a name": GET + b"X" + bytes([byte]) + b"A: b\r\n\r\n"
       for byte in (0x00, 0x01, 0x09, 0x20, 0x22, 0x28, 0x2c, 0x2f, 0x3b, 0x40, 0x5b, 0x7b, 0x7f, 0x80, 0xff)},
    **{f"byte {byte:#04x} in the target": b"GET /coun" + bytes([byte]) + b"ter HTTP/1.1\r\nHost: a\r\n\r\n"
       for byte in (0x00, 0x01, 0x09, 0x0b, 0x20, 0x7f)},
    **{f"byte {byte:#04x} in the method": b"G" + bytes([byte]) + b"T /counter HTTP/1.1\r\nHost: a\r\n\r\n"
       for byte in (0x00, 0x01, 0x09, 0x20, 0x22, 0x28, 0x40, 0x7f, 0xc3)},
    "NUL in the version": b"GET /counter HTTP/1.\x001\r\nHost: a\r\n\r\n",
    "a space before the colon": GET + b"X-A : b\r\n\r\n",
    "a tab before the colon": GET + b"X-A\t: b\r\n\r\n",
    "a space before Content-Length's colon": GET + b"Content-Length : 5\r\n\r\nhello",
    "a space before Transfer-Encoding's colon": GET + b"Transfer-Encoding : chunked\r\n\r\n" + CHUNK_END,
    "a header without a name": GET + b": b\r\n\r\n",
    "a header without a colon": GET + b"X-A\r\n\r\n",
    "no Host": b"GET /counter HTTP/1.1\r\n\r\n",
    "no Host beside the absolute form": b"GET http://a/counter HTTP/1.1\r\n\r\n",
    "two Hosts": GET + b"Host: b\r\n\r\n",
    "two equal Hosts": GET + b"Host: a\r\n\r\n",
    **{f"Host {value!r}": b"GET /counter HTTP/1.1\r\nHost: " + value + b"\r\n\r\n"
       for value in (b"a b", b"a/b", b"a, b", b"b@a", b"a:b", b"a#b")},
    "a space before the method": b" GET /counter HTTP/1.1\r\nHost: a\r\n\r\n",
    "no method": b"/counter HTTP/1.1\r\nHost: a\r\n\r\n",
    "no target": b"GET HTTP/1.1\r\nHost: a\r\n\r\n",
    "an empty target": b"GET  HTTP/1.1\r\nHost: a\r\n\r\n",
    "two spaces before the target": b"GET  /counter HTTP/1.1\r\nHost: a\r\n\r\n",
    "two spaces before the version": b"GET /counter  HTTP/1.1\r\nHost: a\r\n\r\n",
    "a tab before the target": b"GET\t/counter HTTP/1.1\r\nHost: a\r\n\r\n",
    "a tab before the version": b"GET /counter\tHTTP/1.1\r\nHost: a\r\n\r\n",
    "a space after the version": b"GET /counter HTTP/1.1 \r\nHost: a\r\n\r\n",
    "no version, as in HTTP/0.9": b"GET /counter\r\n",
    "a lower-case version": b"GET /counter http/1.1\r\nHost: a\r\n\r\n",
    "another protocol": b"GET /counter ICY/1.1\r\nHost: a\r\n\r\n",
    "a version without a minor": b"GET /counter HTTP/1\r\nHost: a\r\n\r\n",
    "a version of letters": b"GET /counter HTTP/x.y\r\nHost: a\r\n\r\n",
    "a version with a comma": b"GET /counter HTTP/1,1\r\nHost: a\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    **{f"chunk size {size!r}": CHUNKED + size + b"\r\nhello\r\n" + CHUNK_END for size in (
        b"", b" ", b"g", b"+5", b"-5", b"-0", b"0x5", b" 5", b"\t5", b"5 ", b"5\t", b"5h", b"5.", b"5_", b"5,5", b"5 5",
        b"00000000000000005", b"10000000000000005", b"FFFFFFFFFFFFFFFFF", b"\xb2", b"5\x00", b"5\x0b")},
    "a chunk size ended by LF": CHUNKED + b"5\nhello\r\n" + CHUNK_END,
    "a chunk size ended by CR": CHUNKED + b"5\rhello\r\n" + CHUNK_END,
    "a chunk longer than its size": CHUNKED + b"5\r\nhelloo\r\n" + CHUNK_END,
    "a chunk shorter than its size": CHUNKED + b"7\r\nhello\r\n" + CHUNK_END,
    "a chunk ended by LF": CHUNKED + b"5\r\nhello\n" + CHUNK_END,
    "a chunk ended by CR": CHUNKED + b"5\r\nhello\r" + CHUNK_END,
    "a chunk ended by nothing": CHUNKED + b"5\r\nhello" + CHUNK_END,
    "a last chunk ended by LF": CHUNKED + b"5\r\nhello\r\n0\n\r\n",
    "a body ended by LF": CHUNKED + b"5\r\nhello\r\n0\r\n\n",
    "a chunk extension ended by LF": CHUNKED + b"5;a\nhello\r\n" + CHUNK_END,
    "a chunk extension with a bare CR": CHUNKED + b"5;a\rb\r\nhello\r\n" + CHUNK_END,
    "a chunk extension with NUL": CHUNKED + b"5;a=\x00\r\nhello\r\n" + CHUNK_END,
    "a trailer without a colon": CHUNKED + b"0\r\nX-A\r\n\r\n",
    "a trailer with a space before the colon": CHUNKED + b"0\r\nX-A : b\r\n\r\n",
    "a trailer with a bare LF": CHUNKED + b"0\r\nX-A: b\nX-B: c\r\n\r\n",
    "a trailer with NUL": CHUNKED + b"0\r\nX-A: \x00\r\n\r\n",
    "a folded trailer": CHUNKED + b"0\r\nX-A: b\r\n c\r\n\r\n",
}

REFUSED_SOMEHOW = {
    "CONNECT to a host": b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n",
    "CONNECT to a route": b"CONNECT /counter HTTP/1.1\r\nHost: a\r\n\r\n",
    "the asterisk for GET": b"GET * HTTP/1.1\r\nHost: a\r\n\r\n",
    "a version of two digits": b"GET /counter HTTP/1.10\r\nHost: a\r\n\r\n",
    "a version with a leading zero": b"GET /counter HTTP/01.1\r\nHost: a\r\n\r\n",
    "a version of three parts": b"GET /counter HTTP/1.1.1\r\nHost: a\r\n\r\n",
    **{f"the target {target!r}": b"GET " + target + b" HTTP/1.1\r\nHost: a\r\n\r\n" for target in (
        b"counter", b"/counter#top", b"/counter%00", b"/%00", b"/counter%0d%0a", b"/%zz", b"/counter%", b"/counter%4",
        b"/%2e%2e/counter", b"/counter\xc3\xa9", b"/\xff", b"/\\counter", b"/counter|x", b'/"counter"', b"/<counter>")},
    "Content-Length of 2^64 + 5": GET + b"Content-Length: 18446744073709551621\r\n\r\nhello",
    "Content-Length of 2^32 + 5": GET + b"Content-Length: 4294967301\r\n\r\nhello",
    "Content-Length of 1000 digits": GET + b"Content-Length: " + b"9" * 1000 + b"\r\n\r\nhello",
    "a chunk of 2^32 + 5 bytes": CHUNKED + b"100000005\r\nhello\r\n" + CHUNK_END,
    "a chunk of 2^64 - 1 bytes": CHUNKED + b"FFFFFFFFFFFFFFFF\r\nhello\r\n" + CHUNK_END,
    "an endless chunk extension": CHUNKED + b"5;" + b"a" * 20_000 + b"\r\nhello\r\n" + CHUNK_END,
    "endless trailers": CHUNKED + b"0\r\n" + b"X-A: b\r\n" * 10_000 + b"\r\n",
}
