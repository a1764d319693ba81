"""Chunked bodies: sizes, extensions, data, trailers (RFC 9112 §7.1; H11)."""

from raw_requests.case import BODY_TOO_LARGE, COUNTED, REFUSED, UNFINISHED, VISIT, cases, each
from support.raw_http import CHUNKED, LAST_CHUNK


def with_size(size):
    return CHUNKED + size + b"\r\nhello\r\n" + LAST_CHUNK


def with_extension(extension):
    return CHUNKED + b"5" + extension + b"\r\nhello\r\n" + LAST_CHUNK


def with_last_line(line):
    return CHUNKED + b"5\r\nhello\r\n" + line + b"\r\n\r\n"


def with_trailer(trailer):
    return CHUNKED + b"5\r\nhello\r\n0\r\n" + trailer + b"\r\n\r\n"


def with_end_of_data(end):
    return CHUNKED + b"5\r\nhello" + end + LAST_CHUNK


CASES = [
    *cases(COUNTED, {
        "no chunks": CHUNKED + LAST_CHUNK,
        "two chunks": CHUNKED + b"5\r\nhello\r\n6\r\n world\r\n" + LAST_CHUNK,
        "a chunk of one line end": CHUNKED + b"2\r\n\r\n\r\n" + LAST_CHUNK,
        "a chunk that looks like the last one": CHUNKED + b"5\r\n0\r\n\r\n\r\n" + LAST_CHUNK,
        "a chunk that is a visit": CHUNKED + b"%X\r\n" % len(VISIT) + VISIT + b"\r\n" + LAST_CHUNK,
        "a hundred chunks of one byte": CHUNKED + b"1\r\na\r\n" * 100 + LAST_CHUNK,
        **each("a chunk's size", [b"5", b"05", b"0000000000000005"], with_size),
        "a size in upper case": CHUNKED + b"A\r\n0123456789\r\n" + LAST_CHUNK,
        "a size in lower case": CHUNKED + b"a\r\n0123456789\r\n" + LAST_CHUNK,
        **each("the last chunk's line", [b"0", b"00", b"0000000000000000", b"0;a", b'0;a="b"',
            b"000;a=b"], with_last_line),
        **each("a chunk's extension", [
            b";a", b";a=b", b";a=b;c=d", b";a;b;c", b';a="b"', b';a=""', b';a=";"', b';a="\\""', b';a="\\\\"',
            b';a="\xff"', b";0", b";5=5", b";a=" + b"b" * 500, b";a" * 200], with_extension),
        **each("the trailer", [
            b"X-A: b", b"X-A:", b"X-A:b", b"X-A: b\r\nX-B: c", b"X-A: \xff", b"Host: b", b"Connection: close",
            b"Expect: foo", b"Authorization: x", b"Content-Type: x", b"X-A: " + b"b" * 1000,
            b"X-A: GET /counter HTTP/1.1"], with_trailer),
    }),
    *cases(REFUSED, {
        **each("a chunk's size", [
            b"", b" ", b"g", b"x5", b"+5", b"-5", b"-0", b"0x5", b"0X5", b" 5", b"\t5", b"5 ", b"5\t", b"5  ", b"5h",
            b"5.", b"5.0", b"5_", b"5_0", b"5,5", b"5 5", b"#5", b'"5"', b"'5'", b"5'", b"five", b"0005e0g",
            b"00000000000000005", b"10000000000000005", b"FFFFFFFFFFFFFFFFF", b"0" * 1000 + b"5", b"\xb2",
            b"\xef\xbc\x95", b"5\x00", b"\x005", b"5\x0b", b"5\x0c", b"5\x1f", b"5\x7f", b"5\xa0", b"\xa05", b"5:",
            b"5=", b"5/", b"5\\", b"5\"", b"5(", b"\r\n5", b"5\r", b"5\r\r", b"5\n", b"\n5", b"0\r5",
            b"HTTP/1.1 200 OK"],
            with_size),
        **each("the last chunk's line", [
            b"-0", b"+0", b"0x0", b" 0", b"0 ", b"0\t", b"00000000000000000", b"0g", b"0.", b"0,", b"0\r", b"0\n",
            b"0\x00", b"0;", b"0;a=", b'0;a="', b'0;a="\r\n\r\n"', b"0; a", b"0;a\x01", b'0;a="\x01"',
            b'0;a="\n"'], with_last_line),
        **each("a chunk's extension", [
            b";", b";;a", b";a;", b";=", b";=b", b";a=", b";a==b", b";a=b=c", b";a b", b"; a", b" ;a", b";a =b",
            b";a= b", b"\t;a", b";\ta", b";a ", b';a="', b';a="b', b';a=b"', b';"a"', b';a="b"c', b';a="b c"',
            b';a="b\tc"', b";a=b,c", b";a/b", b";a(b)", b";a:b", b";a@", b";\xff", b";a=\xff", b";a\x00", b";a=\x00",
            b";a=\x01", b';a="\x00"', b';a="\x01"', b';a="\x1f"', b';a="\x7f"', b';a="\n"', b';a="\r"', b';a="\\\n"',
            b';a="\\\r"', b';a="\r\n"', b';a="\\\r\n"', b';a="\r\nhello\r\n0\r\n\r\n', b";a\n", b";a\r", b";a\rb",
            b";a\nb", b";\r", b";\n", b"\n;a"],
            with_extension),
        "an extension that hides a visit behind LF": CHUNKED + b"0;\n\r\n" + VISIT,
        "a quoted extension that hides the last chunk":
            CHUNKED + b'5;a="\r\nhello\r\n0\r\n\r\n' + VISIT + b'"\r\nhello\r\n' + LAST_CHUNK,
        **each("the end of a chunk's data", [b"", b"\n", b"\r", b"\n\r", b"\r\r\n", b" \r\n", b"o\r\n", b"oo\r\n",
            b"\x00\r\n", b"\r\n\r\n", b"\n\n", b"\r\x00"],
               with_end_of_data),
        "a chunk shorter than its size": CHUNKED + b"7\r\nhello\r\n" + LAST_CHUNK,
        "a chunk shorter than its size by one": CHUNKED + b"6\r\nhello\r\n" + LAST_CHUNK,
        **each("the trailer", [
            b"X-A", b"X-A : b", b"X-A\t: b", b": b", b" X-A: b", b"\tX-A: b", b"X-A: b\r\n c", b"X-A: b\r\n\tc",
            b"X-A:\r\n b", b"X-A:\r\n\tb", b"X-A:\r\n ", b"X-A: b\r\n ", b"X-A: b\nX-B: c", b"X-A: b\rX-B: c",
            b"X-A: b\n", b"X-A: b\r", b"X-A: \x00", b"X-A: \x01", b"X-A: \x7f", b"X\x00A: b", b"X A: b", b"X\xffA: b",
            b"GET /counter HTTP/1.1", b"Content-Length: 5", b"Transfer-Encoding: chunked", b"0"], with_trailer),
        "a body ended by LF": CHUNKED + b"5\r\nhello\r\n0\r\n\n",
        "a body ended by CR": CHUNKED + b"5\r\nhello\r\n0\r\n\r\r\n",
        "a last chunk ended by LF": CHUNKED + b"5\r\nhello\r\n0\n\r\n",
        "a last chunk ended by LF, then LF": CHUNKED + b"5\r\nhello\r\n0\n\n",
        "LF before the first size": CHUNKED + b"\n5\r\nhello\r\n" + LAST_CHUNK,
        "an empty line before the first size": CHUNKED + b"\r\n5\r\nhello\r\n" + LAST_CHUNK,
        "an endless extension": CHUNKED + b"5;" + b"a" * 20_000,
        "endless trailers": CHUNKED + b"0\r\n" + b"X-A: b\r\n" * 3000,
        "an endless trailer": CHUNKED + b"0\r\nX-A: " + b"b" * 20_000,
        "no chunks at all, but a visit": CHUNKED + VISIT,
    }),
    *cases(BODY_TOO_LARGE, {
        **each("a chunk's size", [b"A00001", b"100000005", b"7FFFFFFFFFFFFFFF", b"8000000000000000",
            b"FFFFFFFFFFFFFFFF", b"fffffffffffffffb",
                                  b"0000000000a00001"], with_size),
    }),
    *cases(UNFINISHED, {
        "half a size": CHUNKED + b"5",
        "a size without its LF": CHUNKED + b"5\r",
        "half a chunk": CHUNKED + b"5\r\nhel",
        "a chunk without its end": CHUNKED + b"5\r\nhello",
        "chunks without the last": CHUNKED + b"5\r\nhello\r\n",
        "the last chunk without its end": CHUNKED + b"0\r\n",
        "the last chunk without its LF": CHUNKED + b"0\r\n\r",
        "half a trailer": CHUNKED + b"0\r\nX-A: b",
        "trailers without the empty line": CHUNKED + b"0\r\nX-A: b\r\n",
    }),
]
