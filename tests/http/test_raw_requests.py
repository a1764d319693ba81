"""Every raw request of the corpus gets its verdict, in whatever packets it comes; what hides behind a refused one is
never answered."""

import random

import pytest

from exchange import Exchanges, ended_by_server
from raw_requests import CORPUS
from raw_requests.case import UNFINISHED, VISIT
from support.raw_http import stored_count

LONG_BYTES = 2_000  # where a request is cut at some places only
LONG_PLACES = 12
HUGE_BYTES = 100_000
HUGE_PLACES = 2
TRIPLES = 10
AT_ONCE = 100

EVERY_CASE = pytest.mark.parametrize("case", CORPUS.values(), ids=CORPUS.keys())


@pytest.fixture(scope="module")
def exchanges(server):
    with Exchanges(server.public) as running:
        yield running


def followed(case):
    """The case with a visit behind it, unless that would become part of it."""
    return case.data if case.verdict == UNFINISHED else case.data + VISIT


def assert_verdict(case, answers):
    statuses = [answer.status for answer in answers]
    assert statuses == [*case.verdict.statuses, *[200] * case.verdict.stays]
    if answers:
        assert answers[-1].closes != case.verdict.stays


def counted(case):
    return case.verdict.counted + case.verdict.stays


@EVERY_CASE
def test_a_raw_request_gets_its_verdict(server, exchanges, case):
    before = stored_count(server)
    if case.verdict.stays or case.verdict == UNFINISHED:
        [answers] = exchanges.exchange([[followed(case)]])
    else:
        answers = ended_by_server(server.public, followed(case))
    assert_verdict(case, answers)
    assert stored_count(server) == before + counted(case)


def places(data, places_max):
    """Where to cut: everywhere, or at so many places, the first and the last among them."""
    choice = random.Random(len(data))
    inside = range(1, len(data))
    if len(data) > HUGE_BYTES:
        places_max = min(places_max, HUGE_PLACES)
    elif len(data) > LONG_BYTES:
        places_max = min(places_max, LONG_PLACES)
    return inside if len(inside) <= places_max else sorted({1, len(data) - 1, *choice.sample(inside, places_max)})


def cuts(data, places_max):
    """The data in two packets, in three, and, if it is short, in single bytes."""
    choice = random.Random(len(data))
    single = list(places(data, places_max))
    for place in single:
        yield [data[:place], data[place:]]
    for _ in range(min(TRIPLES, len(single) // 2)):
        first, second = sorted(choice.sample(single, 2))
        yield [data[:first], data[first:second], data[second:]]


@EVERY_CASE
def test_a_raw_request_gets_the_same_verdict_in_whatever_packets_it_comes(server, exchanges, case, places_max):
    before = stored_count(server)
    messages = list(cuts(followed(case), places_max))
    for start in range(0, len(messages), AT_ONCE):
        for packets, answers in zip(messages[start:], exchanges.exchange(messages[start:start + AT_ONCE])):
            try:
                assert_verdict(case, answers)
            except AssertionError as error:
                raise AssertionError(f"cut into {packets}: {error}") from error
    assert stored_count(server) == before + counted(case) * len(messages)


def test_raw_requests_get_their_verdicts_byte_by_byte(server, exchanges):
    short = [case for case in CORPUS.values() if 1 < len(followed(case)) <= 150]
    before = stored_count(server)
    for start in range(0, len(short), AT_ONCE):
        batch = short[start:start + AT_ONCE]
        messages = [[bytes([byte]) for byte in followed(case)] for case in batch]
        for case, answers in zip(batch, exchanges.exchange(messages)):
            try:
                assert_verdict(case, answers)
            except AssertionError as error:
                raise AssertionError(f"{case.name}: {error}") from error
    assert stored_count(server) == before + sum(map(counted, short))
