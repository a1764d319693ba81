"""What keys have used of their quotas goes over with the store; throttles begin anew."""

import pytest

from e2e.test_gateway import GOOD, answers, plans
from handover.colours import Owner, Standby, done, promote, rollback


@pytest.fixture
def blue(store, configuration):
    with Owner("blue", store, "--config", configuration) as owner, \
            Standby("blue", store, "--config", configuration, "--colour", "green"):
        yield owner


@pytest.fixture
def configuration(request, tmp_path):
    file = tmp_path / "visitor-counter.toml"
    file.write_text(request.param)
    return str(file)


def statuses(blue, count, *fields):
    return [answer.status for answer in answers(blue, count, *fields)]


@pytest.mark.parametrize("configuration", [plans("quota = 5\nperiod = 'month'")], indirect=True)
def test_a_quota_outlives_hand_overs(blue, store):
    assert statuses(blue, 3, GOOD) == [200] * 3
    done(promote("green", store, watch="0"), "green is live")
    assert statuses(blue, 3, GOOD) == [200, 200, 429]
    done(rollback(store, watch="0"), "blue is live")
    assert statuses(blue, 1, GOOD) == [429]


@pytest.mark.parametrize("configuration", ["rate = 0.001\nburst = 2"], indirect=True)
def test_a_throttle_begins_anew_at_each_hand_over(blue, store):
    assert statuses(blue, 3) == [200, 200, 429]
    done(promote("green", store, watch="0"), "green is live")
    assert statuses(blue, 3) == [200, 200, 429]
