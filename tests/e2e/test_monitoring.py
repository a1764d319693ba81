"""packaging/monitoring: the alerts fire when they should, and ask only for metrics that there are."""

import json
import re

import pytest

from support import metrics
from support.promtool import promtool
from support.raw_http import ask
from support.server import ROOT

FOLDER = ROOT / "packaging" / "monitoring"
SERVER_FLAGS = ("--preview-listen", "127.0.0.1:0")
OUR_METRIC = r"\b(?:visitorcounter|process)_\w+"


@pytest.fixture(scope="module")
def families(server):
    return metrics.parse(ask(server.ops, "GET", "/metrics").body.decode())


def queries():
    """Every query of the dashboard and the alerts."""
    dashboard = json.loads((FOLDER / "grafana-dashboard.json").read_text(encoding="utf-8"))
    for panel in dashboard["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (variable["query"] for variable in dashboard["templating"]["list"])
    yield from (annotation["expr"] for annotation in dashboard["annotations"]["list"])
    yield (FOLDER / "alerts.yaml").read_text(encoding="utf-8")


def alerts():
    return re.findall(r"- alert: (\w+)", (FOLDER / "alerts.yaml").read_text(encoding="utf-8"))


def test_promtool_accepts_the_rules():
    checked = promtool("check", "rules", "alerts.yaml", cwd=FOLDER)
    assert checked.returncode == 0, checked.stderr
    assert f"{len(alerts())} rules found" in checked.stdout


def test_alerts_fire_when_there_is_trouble_and_only_then():
    tested = promtool("test", "rules", "alerts-test.yaml", cwd=FOLDER)
    assert tested.returncode == 0, tested.stdout + tested.stderr


@pytest.mark.parametrize("alert", alerts())
def test_every_alert_is_tried(alert):
    assert f"alertname: {alert}," in (FOLDER / "alerts-test.yaml").read_text(encoding="utf-8")


def test_promtool_accepts_the_configuration():
    checked = promtool("check", "config", "prometheus.yaml", cwd=FOLDER)
    assert checked.returncode == 0, checked.stderr


def test_queries_ask_for_metrics_that_there_are(families):
    asked = {name for query in queries() for name in re.findall(OUR_METRIC, query)}
    known = {family.name + suffix for family in families.values()
             for suffix in (("_bucket", "_sum", "_count") if family.type == "histogram" else ("",))}
    assert len(asked) > 10 and asked <= known, asked - known


def test_queries_ask_for_labels_that_there_are(families):
    for query in queries():
        for name, labels in re.findall(rf"({OUR_METRIC})\{{(.*?)\}}", query):
            family = families.get(name) or families[re.sub("_(bucket|sum|count)$", "", name)]
            for label, value in re.findall(r'(\w+)!?="([^"]*)"', labels):
                if label != "job":
                    assert value in family.labels()[label], query


def test_panels_do_not_overlap():
    places = set()
    for panel in json.loads((FOLDER / "grafana-dashboard.json").read_text(encoding="utf-8"))["panels"]:
        at = panel["gridPos"]
        taken = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not taken & places and at["x"] + at["w"] <= 24, panel["title"]
        places |= taken
