"""Request targets: the four forms, routes that are nearly ours, percent tricks, odd bytes.

RFC 9112 §3.2; H13, H14.
"""

from raw_requests.case import COUNTED, NO_ROUTE, REFUSED, cases, each, with_target
from raw_requests.request_lines import CONTROLS


def connect_to(target):
    return with_target(target, b"CONNECT")


def options_of(target):
    return with_target(target, b"OPTIONS")


CASES = [
    *cases(COUNTED, each("the target", [
        b"/counter", b"/counter?", b"/counter?a=b", b"/counter?a?b", b"/counter?/health", b"/counter?%zz",
        b"/counter?100%", b"/counter?%00", b"/counter?a=%0d%0aHost:%20b", b"/counter?{|}^`<>\"\\", b"/blue/counter",
        b"/blue/counter?a", b"http://a/counter", b"http://a:80/counter", b"http://a:/counter", b"HTTP://a/counter",
        b"hTtPs://a/counter?x", b"http://b.example:8080/blue/counter", b"http://[::1]:8080/counter",
        b"http://127.0.0.1/counter", b"http://%41/counter"], with_target)),
    *cases(NO_ROUTE, each("the target", [
        b"/", b"//", b"/counter/", b"//counter", b"/counter//", b"/Counter", b"/COUNTER", b"/counter/.",
        b"/./counter", b"/x/../counter", b"/counter/..", b"/counter/../counter", b"/..", b"/../../../../etc/passwd",
        b"/.", b"/counter;a=b", b"/counter;", b"/counter&a=b", b"/counter:80", b"/counter,", b"/counter.",
        b"/counter.json", b"/counters", b"/counte", b"/blue", b"/blue/", b"/blue//counter", b"//blue/counter",
        b"/Blue/counter", b"/green/counter", b"/blue/blue/counter", b"/blue/counter/", b"/bluecounter",
        b"/blue/counter;", b"/blue\\counter", b"/\\counter", b"/counter|x", b'/"counter"', b"/<counter>",
        b"/{counter}", b"/counter^", b"/`counter`", b"/[counter]", b"/*", b"/@counter", b"//a/counter",
        b"//a@b/counter", b"/http://a/counter", b"/http:/counter", b"/%63ounter", b"/counter%20", b"/%20/counter",
        b"/counter%3f", b"/counter%23", b"/counter%2f", b"/%2fcounter", b"/%2Fcounter", b"/%2e/counter",
        b"/%2e%2e/counter", b"/x%2f..%2fcounter", b"/..%2f..%2fetc%2fpasswd", b"/%5ccounter", b"/blue%2fcounter",
        b"/%62lue/counter", b"/%2563ounter", b"/%252e%252e/counter", b"/counter%2500", b"/%c0%ae/counter",
        b"/%c0%afcounter", b"/%e0%80%af", b"/%ff%fe", b"/%ed%a0%80", b"/%f4%90%80%80", b"/%80", b"/%75", b"http://a",
        b"http://a/", b"http://a?/counter", b"http://a?x", b"http://a/Counter", b"http://a//counter",
        b"http://a/blue", b"http://a/http://a/counter", b"/" + b"a" * 8000, b"/" + b"%41" * 2000,
        b"/" + b"../" * 2000 + b"counter"],
        with_target)),
    *cases(REFUSED, each("the target", [
        b"*", b"**", b"*/counter", b"counter", b"counter/", b"blue/counter", b"./counter", b"../counter", b"?",
        b"?/counter", b"\\counter", b"\\\\a\\counter", b";/counter", b"%2fcounter", b"%", b"a", b"a:80",
        b"a.example:443", b"[::1]:80", b":80", b"localhost/counter", b"a:80/counter", b"http:", b"http:/",
        b"http:/counter", b"http:/a/counter", b"http:counter", b"http:a/counter", b"http//a/counter", b"://a/counter",
        b"http:\\\\a\\counter", b"ftp://a/counter", b"ws://a/counter", b"file:///counter", b"javascript:alert(1)",
        b"data:,x", b"urn:a:b", b"httpx://a/counter", b"xhttp://a/counter", b"http%3a//a/counter", b"http://",
        b"http:///counter", b"https:///", b"http://?x", b"http://:80/counter", b"http://:/counter",
        b"http://user@a/counter", b"http://user:password@a/counter", b"http://@a/counter", b"http://a@/counter",
        b"http://a:b/counter", b"http://a:80:80/counter", b"http://a:-1/counter", b"http://a:+80/counter",
        b"http://a:65536/counter", b"http://a:99999999999/counter", b"http://[]/counter", b"http://[::1/counter",
        b"http://::1/counter", b"http://[::1]x/counter", b"http://[::1%25eth0]/counter", b"http://[a]/counter",
        b"http://a\\b/counter", b"http://a%zz/counter", b"http://a%00/counter", b"http://a%/counter",
        b"http://a|b/counter", b"http://a<b/counter", b"http://a/counter#top", b"http://a#/counter", b"/counter#",
        b"/counter#top", b"#/counter", b"/#/counter", b"/counter?a#b", b"/counter%", b"/counter%4", b"/counter%zz",
        b"/counter%4z", b"/counter%z4", b"/%%63ounter", b"/%+3counter", b"/%-3counter", b"/%0xcounter",
        b"/%u0063ounter", b"/counter%?a", b"/counter%4?1", b"http://a/counter%", b"/counter%00", b"/%00counter",
        b"/%00", b"/counter%0d%0a", b"/counter%0d%0aHost:%20b", b"/counter%0A", b"/counter%09", b"/counter%1f",
        b"/counter%1b[2J", b"/counter%7f", b"/counter\xc3\xa9", b"/\xff", b"/counter?\xc3\xa9", b"/counter?\x80",
        b"\xef\xbc\x8fcounter", b"http://\xc3\xa9/counter"],
        with_target)),
    *cases(REFUSED, each("the byte in the target:", [bytes([byte]) for byte in (*CONTROLS, *b"\t ")],
                         lambda byte: with_target(b"/coun" + byte + b"ter"))),
    *cases(REFUSED, each("the byte in the query:", [bytes([byte]) for byte in (0x00, 0x07, 0x1b, 0x7f, 0x85, 0xa0,
        *b"\t ")],
                         lambda byte: with_target(b"/counter?a" + byte))),
    *cases(NO_ROUTE, each("CONNECT to", [b"a:443", b"a.example:443", b"[::1]:443", b"127.0.0.1:0",
        b"a:65535"], connect_to)),
    *cases(REFUSED, each("CONNECT to", [
        b"/counter", b"http://a/counter", b"*", b"a", b"a:", b":443", b"a:x", b"a:65536", b"a:443/counter",
        b"u@a:443", b"[::1]", b"a:443?x", b"a:443#x", b"//a:443"], connect_to)),
    *cases(NO_ROUTE, each("OPTIONS of", [b"*", b"/", b"/nowhere", b"/Counter", b"http://a",
        b"http://a/"], options_of)),
    *cases(REFUSED, each("OPTIONS of", [b"**", b"*/", b"*?", b"a:80", b"counter", b"http://"], options_of)),
]
