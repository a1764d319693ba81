"""Mutated requests: each is answered or refused and its connection closed, in one packet and in two; what is served is
what h11 accepts too; and nothing else is counted."""

import random
import re

import pytest

from exchange import Exchanges
from mutations import mutated
from reference import accepted
from support.raw_http import stored_count

AT_ONCE = 64
REFUSALS = {400, 413, 417, 431, 505}
NUMBER = re.compile(rb'\{"count": (\d+), ')
ROUTE = re.compile(rb"(?:(?i:https?)://[^/?#]+)?(?:/blue)?(?:/counter|/health)(?:\?.*)?")


@pytest.fixture(autouse=True)
def printed_seed(runs, seed, capsys):
    with capsys.disabled():
        print(f"\n{runs} mutations, replayed with --seed {seed}")


def test_mutated_requests_are_refused_or_served_as_h11_reads_them(server, runs, seed):
    before = stored_count(server)
    numbers = []
    with Exchanges(server.public) as exchanges:
        for start in range(0, runs, AT_ONCE):
            batch = [mutated(seed, run) for run in range(start, min(start + AT_ONCE, runs))]
            whole = exchanges.exchange([[data] for data in batch])
            parts = exchanges.exchange([in_parts(data, seed) for data in batch])
            for data, answers, others in zip(batch, whole, parts):
                try:
                    numbers += numbers_of(data, answers) + numbers_of(data, others)
                    assert statuses(answers) == statuses(others), f"in parts it got {others}"
                except AssertionError as error:
                    raise AssertionError(f"{data!r} got {answers}: {error}") from error
    assert sorted(numbers) == list(range(before + 1, before + 1 + len(numbers)))
    assert stored_count(server) == before + len(numbers)


def in_parts(data, seed):
    place = random.Random(f"{seed}:{data!r}").randrange(len(data) + 1)
    return [data[:place], data[place:]]


def statuses(answers):
    return [answer.status for answer in answers]


def numbers_of(data, answers):
    """The numbers that were given; each answer must be a refusal, the last, or what a request deserves."""
    if not answers:
        return []
    served = answers[:-1] if answers[-1].status in REFUSALS else answers
    assert not (answers[-1].status in REFUSALS and not answers[-1].closes)
    requests = accepted(data) if served else []
    assert len(requests) >= len(served), f"h11 accepts only {requests}"
    numbers = []
    for answer, request in zip(served, requests):
        assert answer.status == status_of(request), request
        number = NUMBER.match(answer.body)
        assert bool(number) == is_visit(request), request
        numbers += [int(number[1])] if number else []
    return numbers


def is_visit(request):
    path = request.target.partition(b"?")[0]
    return request.method == b"GET" and status_of(request) == 200 and path.endswith(b"/counter")


def status_of(request):
    return 200 if request.method in (b"GET", b"OPTIONS") and ROUTE.fullmatch(request.target) else 403
