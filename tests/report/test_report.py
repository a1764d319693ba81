"""The report of the bench and its charts, from records: nothing is measured."""

import copy
import re
import xml.etree.ElementTree

import pytest

from a_record import a_record
from support.server import ROOT

from bench import calls, charts, comparison, goals, record, report
from bench.chart import Bar, chart

RECORDED = ROOT / "bench/performance.json"
PAGE = ROOT / "docs/performance.md"


def kept(results, tmp_path):
    record.save(results, tmp_path / "record.json")
    return record.load(tmp_path / "record.json")


def reached(results):
    return {goal.name: goal.met for goal in goals.goals(results)}


def slower(server, connections, **figures):
    results = copy.deepcopy(a_record())
    for measured in results["http"]["rounds"][connections]:
        measured["result"][server] |= figures
    return results


def test_every_goal_is_judged_and_one_that_is_reached_is_met():
    judged = reached(a_record())
    assert len(judged) == 17
    assert all(judged.values()), judged


@pytest.mark.parametrize("goal, results", [
    ("visits/s at 64 connections, against nginx", slower(comparison.SQLITE, 64, requests_per_second=109_000.0)),
    ("visits/s at 256 connections, against nginx", slower(comparison.SQLITE, 256, requests_per_second=124_000.0)),
    ("visits/s at 1,024 connections", slower(comparison.SQLITE, 1024, requests_per_second=124_000.0)),
    ("p99 at 1,024 connections", slower(comparison.SQLITE, 1024, p99_us=2001)),
    ("CPU time of a durable visit at 256", slower(comparison.SQLITE, 256, cpu_us_per_request=4.1)),
    ("against webdis", slower(comparison.REDIS_ALWAYS, 64, requests_per_second=51_000.0)),
])
def test_a_figure_that_is_too_low_misses_its_goal_alone(goal, results):
    missed = [name for name, met in reached(results).items() if not met]
    assert len(missed) == 1 and goal in missed[0]


def test_the_report_is_the_same_from_what_was_kept(tmp_path):
    results = kept(a_record(), tmp_path)
    text = report.render(results)
    assert text == report.render(kept(results, tmp_path))
    assert "visitor-counter, SQLite, fsync on" in text and "1,024 connections" in text


def test_rounds_that_were_disturbed_are_counted():
    assert "Of 15 rounds 1 were measured again" in report.render(a_record())
    assert "; 1 stayed disturbed." in report.render(a_record())


def test_a_row_says_why_a_server_is_missing():
    absent = (comparison.LUA, comparison.REDIS, comparison.REDIS_ALWAYS)
    text = report.render(a_record(absent))
    assert text.count("webdis and redis, appendfsync always: its package could not be had") == len(comparison.CONNECTIONS)
    assert not [name for name in reached(a_record(absent)) if "webdis" in name]
    assert "webdis" not in "".join(charts.charts(a_record(absent)).values())


@pytest.mark.parametrize("part", ["latency", "memory", "start", "health", "dynamodb", "lambda"])
def test_a_part_alone_has_a_report(part):
    results = a_record()
    alone = {key: results[key] for key in ("command", "environment", part)}
    assert report.render(alone).count("\n## ") == 2
    assert charts.charts(alone) == {}


def test_the_images_of_the_report_are_drawn():
    results = a_record()
    named = re.findall(r"\]\(images/(.+?)\)", report.render(results))
    assert named == list(charts.charts(results))


def drawn(text):
    image = xml.etree.ElementTree.fromstring(text)
    return image, lambda tag, kind: [each for each in image.iter(f"{{http://www.w3.org/2000/svg}}{tag}")
                                     if each.get("class") == kind]


def test_a_bar_is_as_long_as_its_value_and_its_line_reaches_from_the_smallest_to_the_largest():
    image, find = drawn(chart("Requests", [("64", [Bar("a & b", 1.0, 0.5, 2.0, "ours"), Bar("c", 2.0, 2.0, 2.0)])], mark=1))
    (ours,), (other,) = find("rect", "ours"), find("rect", "other")
    assert float(other.get("width")) == pytest.approx(2 * float(ours.get("width")), abs=0.2)
    left, width = float(ours.get("x")), float(ours.get("width"))
    span = find("line", "span")[0]
    assert float(span.get("x1")) == pytest.approx(left + width / 2, abs=0.2)
    assert float(span.get("x2")) == pytest.approx(left + 2 * width, abs=0.2)
    assert float(find("line", "mark")[0].get("x1")) == pytest.approx(left + width, abs=0.2)
    assert "a & b" in "".join(image.itertext()) and "1.00" in "".join(image.itertext())


def test_a_chart_can_be_read_in_the_light_and_in_the_dark():
    assert "prefers-color-scheme: dark" in chart("Nothing", [])


def test_the_bars_of_a_chart_stay_inside_it():
    for text in charts.charts(a_record()).values():
        image, find = drawn(text)
        assert len(find("rect", "ours")) == len(comparison.CONNECTIONS)
        for bar in find("rect", "ours") + find("rect", "other"):
            assert float(bar.get("x")) + float(bar.get("width")) <= float(image.get("width"))
            assert float(bar.get("y")) + float(bar.get("height")) <= float(image.get("height"))


def test_calls_are_read_from_what_strace_prints():
    assert calls.summary("""\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 60.00    0.060000           6     10000           sendto
 40.00    0.040000           4     10001         3 recvfrom
------ ----------- ----------- --------- --------- ----------------
100.00    0.100000           4     20001         3 total
""".splitlines()) == {"sendto": 10_000, "recvfrom": 10_001}


@pytest.mark.skipif(not RECORDED.exists(), reason="no record is kept yet: ./dev bench --write docs/performance.md")
def test_the_page_is_what_the_bench_writes_of_its_record():
    results = record.load(RECORDED)
    assert PAGE.read_text(encoding="utf-8") == report.render(results)
    for name, text in charts.charts(results).items():
        assert (PAGE.parent / "images" / name).read_text(encoding="utf-8") == text
