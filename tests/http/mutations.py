"""Bytes near to those of the corpus: cut, spliced and sprinkled with what matters to a parser, the same for a seed."""

import random

from raw_requests import CORPUS
from raw_requests.case import VISIT

SEED_BYTES_MAX = 2_000
SEEDS = sorted({case.data for case in CORPUS.values() if 0 < len(case.data) <= SEED_BYTES_MAX})
MEANINGFUL = [
    b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\n\n", b"\0", b":", b" ", b"\t", b"\x0b", b"\x7f", b"\x80", b"\xff", b",",
    b";", b"=", b'"', b"\\", b"%", b"%00", b"#", b"?", b"/", b"*", b"@", b"[", b"]", b"0", b"5", b"-", b"+", b"0x",
    b"HTTP/1.1", b"HTTP/1.0", b"GET ", b"/counter", b"Host: a\r\n", b"Content-Length: 5\r\n",
    b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n",
    b"Connection: keep-alive\r\n", b"Expect: 100-continue\r\n", b"0\r\n\r\n", b"5\r\nhello\r\n", VISIT]


def delete(data, choice):
    start = choice.randrange(len(data))
    return data[:start] + data[start + choice.choice((1, 1, 1, 2, 4, 16)):]


def insert(data, choice):
    place = choice.randrange(len(data) + 1)
    return data[:place] + choice.choice(MEANINGFUL) + data[place:]


def replace(data, choice):
    place = choice.randrange(len(data))
    return data[:place] + choice.choice(MEANINGFUL) + data[place + 1:]


def flip(data, choice):
    place = choice.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << choice.randrange(8)]) + data[place + 1:]


def repeat(data, choice):
    start = choice.randrange(len(data))
    part = data[start:start + choice.choice((1, 2, 8, 32))]
    place = choice.randrange(len(data) + 1)
    return data[:place] + part + data[place:]


def truncate(data, choice):
    return data[:choice.randrange(1, len(data) + 1)]


def splice(data, choice):
    other = choice.choice(SEEDS)
    return data[:choice.randrange(len(data) + 1)] + other[choice.randrange(len(other)):]


def append(data, choice):
    return data + choice.choice(SEEDS)


MUTATIONS = [delete, insert, insert, replace, replace, flip, repeat, truncate, splice, append]


def mutated(seed, run):
    choice = random.Random(f"{seed}:{run}")
    data = choice.choice(SEEDS)
    for _ in range(choice.choice((1, 1, 1, 2, 2, 3, 4))):
        data = choice.choice(MUTATIONS)(data, choice) or VISIT
    return data
