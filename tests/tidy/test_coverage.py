"""What `./dev coverage` makes of branches that nothing takes, and the explanations that it has of them."""

import importlib.util
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def script():
    specification = importlib.util.spec_from_file_location("coverage_script", ROOT / "scripts" / "coverage.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


coverage = script()
YES = ("src/a.cpp", 1, 5, "x > 0", "true")
NO = ("src/a.cpp", 1, 5, "x > 0", "false")


@pytest.mark.parametrize("taken, reasons, explained, missing, idle", [
    ({YES: 1, NO: 1}, {}, set(), set(), []),
    ({YES: 1, NO: 0}, {}, set(), {NO}, []),
    ({YES: 1, NO: 0}, {("src/a.cpp", "false", "x > 0"): "why"}, {NO}, set(), []),
    ({YES: 1, NO: 1}, {("src/a.cpp", "false", "x > 0"): "why"}, set(), set(), [("src/a.cpp", "false", "x > 0")]),
    ({YES: 0, NO: 1}, {("src/a.cpp", "false", "x > 0"): "why"}, set(), {YES}, [("src/a.cpp", "false", "x > 0")]),
], ids=["taken", "missing", "explained", "explained but taken", "another one explained"])
def test_a_branch_is_taken_or_explained_and_each_explanation_is_of_one(taken, reasons, explained, missing, idle):
    assert coverage.judged(taken, reasons) == (explained, missing, idle)


@pytest.mark.parametrize("each", coverage.explanations(), ids=lambda each: f"{each.path} {each.code}")
def test_an_explanation_is_of_code_that_is_there(each):
    assert each.way in ("true", "false") and each.reason
    assert each.code in " ".join((ROOT / each.path).read_text(encoding="utf-8").split())
