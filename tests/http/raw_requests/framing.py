"""Where a message ends: Content-Length, Transfer-Encoding, and both (RFC 9112 §6; H11, H19)."""

from raw_requests.case import (
    ANSWERED, BODY_TOO_LARGE, COUNTED, COUNTED_LAST, NO_ROUTE, REFUSED, UNFINISHED, VISIT, cases, each, with_fields)
from support.raw_http import CHUNKED, GET, LAST_CHUNK

OLD = b"GET /counter HTTP/1.0\r\n"


def with_length(value, body=b"hello"):
    return with_fields(b"Content-Length: " + value) + body


def with_encoding(value):
    return with_fields(b"Transfer-Encoding: " + value) + LAST_CHUNK


def with_both(fields):
    return with_fields(fields) + LAST_CHUNK


def hidden(method, target=b"/counter"):
    """A request whose body is a visit."""
    head = method + b" " + target + b" HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(VISIT)
    return head + VISIT


def hidden_in_chunks(method, target=b"/counter"):
    head = method + b" " + target + b" HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"%x\r\n" % len(VISIT) + VISIT + b"\r\n" + LAST_CHUNK


METHODS_WITHOUT_ROUTE = [b"POST", b"PUT", b"HEAD", b"DELETE", b"PATCH", b"TRACE", b"BREW"]

CASES = [
    *cases(COUNTED, {
        "a body": with_length(b"5"),
        "a body of no bytes": with_length(b"0", b""),
        "a body of one byte": with_length(b"1", b"\n"),
        "blanks around the length": with_length(b"\t 5 \t"),
        "a body of line ends": with_length(b"8", b"\r\n\r\n\r\n\r\n"),
        "a body of NULs": with_length(b"5", b"\0" * 5),
        "a visit as body": hidden(b"GET"),
        "a visit as body, in chunks": hidden_in_chunks(b"GET"),
        "an encoding of chunks": with_encoding(b"chunked"),
        "blanks around the encoding": with_encoding(b"\t chunked \t"),
        "names in upper case": with_fields(b"CONTENT-LENGTH: 5") + b"hello",
        "no space after the colon": with_fields(b"Content-Length:5") + b"hello",
        "a length in a field that is not Content-Length": with_fields(b"Content_Length: 5"),
        "a length in X-Content-Length": with_fields(b"X-Content-Length: 5"),
        "an encoding in a field that is not Transfer-Encoding": with_fields(b"Transfer_Encoding: chunked"),
        "an encoding in X-Transfer-Encoding": with_fields(b"X-Transfer-Encoding: chunked"),
        "HTTP/1.0 that keeps alive, with a body": OLD + b"Connection: keep-alive\r\nContent-Length: 5\r\n\r\nhello",
    }),
    *cases(COUNTED_LAST, {
        "HTTP/1.0 with a body": OLD + b"Content-Length: 5\r\n\r\nhello",
        "a body and close": with_fields(b"Connection: close\r\nContent-Length: 5") + b"hello",
        "chunks and close": with_fields(b"Connection: close\r\nTransfer-Encoding: chunked") + LAST_CHUNK,
    }),
    *cases(NO_ROUTE, {
        **each("a visit as the body of", METHODS_WITHOUT_ROUTE, hidden),
        **each("a visit in the chunks of", METHODS_WITHOUT_ROUTE, hidden_in_chunks),
        "a visit as the body of CONNECT": hidden(b"CONNECT", b"a:443"),
        "a visit in the chunks of CONNECT": hidden_in_chunks(b"CONNECT", b"a:443"),
        "a visit as the body of a route that is none": hidden(b"GET", b"/nowhere"),
        "a visit as the body of OPTIONS *": hidden(b"OPTIONS", b"*"),
    }),
    *cases(ANSWERED, {
        "a visit as the body of a preflight": hidden(b"OPTIONS"),
        "a visit in the chunks of a preflight": hidden_in_chunks(b"OPTIONS"),
        "a visit as the body of health": hidden(b"GET", b"/health"),
    }),
    *cases(REFUSED, {
        **each("Content-Length:", [
            b"", b" ", b"5, 5", b"5,5", b"5, 6", b"5,", b",5", b",", b"+5", b"-5", b"-0", b"+0", b"00", b"05", b"005",
            b"0x5", b"0X5", b"5h", b"h5", b"5.0", b"5.", b".5", b"5e0", b"5E0", b"5 5", b"5\t5", b"5;", b"5; a=b",
            b"five", b'"5"', b"'5'", b"5_0", b"5'000", b"5,000", b"(5)", b"0b101", b"0o5", b"5L", b"NaN", b"inf",
            b"\xb2", b"\xef\xbc\x95", b"\xd9\xa5", b"5\xa0", b"\xa05", b"5\x00", b"\x005", b"5\x0b", b"\x0c5",
            b"18446744073709551616", b"18446744073709551621", b"99999999999999999999", b"9" * 1000, b"0" * 1000],
            with_length),
        "Content-Length twice": with_length(b"5\r\nContent-Length: 5"),
        "Content-Length twice, in other case": with_length(b"5\r\ncontent-length: 5"),
        "Content-Length twice, unequal": with_length(b"5\r\nContent-Length: 0"),
        "Content-Length twice, unequal, the longer last": with_length(b"0\r\nContent-Length: 5"),
        "Content-Length three times": with_length(b"5\r\nContent-Length: 5\r\nContent-Length: 5"),
        "Content-Length twice, one empty": with_length(b"5\r\nContent-Length:"),
        "Content-Length twice with fields between": with_length(b"5\r\nX-A: b\r\nX-B: c\r\nContent-Length: 5"),
        "a folded Content-Length": with_fields(b"Content-Length:\r\n 5") + b"hello",
        "a folded tail of Content-Length": with_fields(b"Content-Length: 5\r\n 0") + b"hello",
        "a space before Content-Length's colon": with_fields(b"Content-Length : 5") + b"hello",
        "a tab before Content-Length's colon": with_fields(b"Content-Length\t: 5") + b"hello",
        "a space before Content-Length": with_fields(b" Content-Length: 5") + b"hello",
        "a bare LF before Content-Length": with_fields(b"X-A: b\nContent-Length: 5") + b"hello",
        "a bare CR before Content-Length": with_fields(b"X-A: b\rContent-Length: 5") + b"hello",
        "NUL in Content-Length's name": with_fields(b"Content\x00-Length: 5") + b"hello",
        **each("Transfer-Encoding:", [
            b"", b" ", b"gzip", b"identity", b"chunked, identity", b"identity, chunked", b"gzip, chunked",
            b"chunked, gzip", b"chunked, chunked", b"chunked,", b",chunked", b", chunked", b"chunked ,", b"chunked;",
            b"chunked;q=1", b"chunked; q=1", b"chunked;a=b", b"chunked chunked", b"chunked\tchunked", b"xchunked",
            b"chunkedx", b"x chunked", b'"chunked"', b"'chunked'", b"(chunked)", b"Chunked", b"CHUNKED", b"chunKed",
            b"chunk", b"cow", b"trailers", b"deflate", b"compress", b"br", b"0", b"\x0bchunked", b"chunked\x0b",
            b"chunked\x0c", b"\x0cchunked", b"\xa0chunked", b"chunked\xa0", b"chunked\x00", b"\x00chunked",
            b"chunked\x1f", b"chun\xe2\x84\xaaed", b"chunked\\", b"chunked=1", b"chunked/1.0", b"%63hunked",
            b"chunked" * 100], with_encoding),
        "Transfer-Encoding twice": with_encoding(b"chunked\r\nTransfer-Encoding: chunked"),
        "Transfer-Encoding twice, in other case": with_encoding(b"chunked\r\ntransfer-encoding: chunked"),
        "Transfer-Encoding twice, identity last": with_encoding(b"chunked\r\nTransfer-Encoding: identity"),
        "Transfer-Encoding twice, identity first": with_encoding(b"identity\r\nTransfer-Encoding: chunked"),
        "Transfer-Encoding twice, one empty": with_encoding(b"chunked\r\nTransfer-Encoding:"),
        "Transfer-Encoding twice, an unknown one last": with_encoding(b"chunked\r\nTransfer-Encoding: cow"),
        "Transfer-Encoding twice with fields between":
            with_encoding(b"chunked\r\nX-A: b\r\nTransfer-Encoding: chunked"),
        "a folded Transfer-Encoding": with_encoding(b"\r\n chunked"),
        "a Transfer-Encoding folded with a tab": with_encoding(b"\r\n\tchunked"),
        "a folded tail of Transfer-Encoding": with_encoding(b"chunked\r\n , identity"),
        "a space before Transfer-Encoding's colon": with_fields(b"Transfer-Encoding : chunked") + LAST_CHUNK,
        "a tab before Transfer-Encoding's colon": with_fields(b"Transfer-Encoding\t: chunked") + LAST_CHUNK,
        "a space before Transfer-Encoding": with_fields(b" Transfer-Encoding: chunked") + LAST_CHUNK,
        "a bare LF before Transfer-Encoding": with_fields(b"X-A: b\nTransfer-Encoding: chunked") + LAST_CHUNK,
        "a bare CR before Transfer-Encoding": with_fields(b"X-A: b\rTransfer-Encoding: chunked") + LAST_CHUNK,
        "NUL in Transfer-Encoding's name": with_fields(b"Transfer\x00-Encoding: chunked") + LAST_CHUNK,
        "Transfer-Encoding in HTTP/1.0": OLD + b"Transfer-Encoding: chunked\r\n\r\n" + LAST_CHUNK,
        "Transfer-Encoding in HTTP/1.0 that keeps alive":
            OLD + b"Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + LAST_CHUNK,
        "Transfer-Encoding beside Content-Length in HTTP/1.0":
            OLD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + LAST_CHUNK,
        **each("both:", [
            b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: chunked\r\nContent-Length: 5",
            b"Content-Length: 0\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: chunked\r\nContent-Length: 0",
            b"Content-Length: 5\r\nTransfer-Encoding: identity", b"Transfer-Encoding: identity\r\nContent-Length: 5",
            b"Content-Length: 5\r\nTransfer-Encoding: xchunked",
            b"Transfer-Encoding: gzip, chunked\r\nContent-Length: 5",
            b"Content-Length: 5\r\ntransfer-encoding: CHUNKED", b"Content-Length: 5\r\nTransfer-Encoding:",
            b"Content-Length: 5\r\nTransfer-Encoding:\r\n chunked",
            b"Content-Length: 5\r\nTransfer-Encoding: \x0bchunked",
            b"Content-Length: 5\r\nX-A: b\r\nTransfer-Encoding: chunked",
            b"Content-Length: 5\r\nTransfer-Encoding : chunked",
            b"Content-Length: 5\r\nConnection: close\r\nTransfer-Encoding: chunked",
            b"Content-Length: 5\r\nConnection: Transfer-Encoding\r\nTransfer-Encoding: chunked",
            b"Content-Length: 5\r\nContent-Length: 5\r\nTransfer-Encoding: chunked"], with_both),
        "both on POST, the length ending before the chunks":
            b"POST /counter HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n" + LAST_CHUNK,
    }),
    *cases(BODY_TOO_LARGE, each("Content-Length:", [b"10485761", b"4294967301", b"9223372036854775808",
        b"18446744073709551615"],
                                with_length)),
    *cases(UNFINISHED, {
        "a body without its last byte": with_length(b"6"),
        "a body of which nothing came": with_length(b"5", b""),
        "a visit in a body that goes on": with_length(b"10000", VISIT),
        "chunks of which nothing came": CHUNKED,
        "a body whose visit lacks a byte": GET + b"Content-Length: %d\r\n\r\n" % (len(VISIT) + 1) + VISIT,
    }),
]
