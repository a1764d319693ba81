"""docs/behind-a-proxy.md: the files of packaging/proxy in real proxies, in front of a real server."""

import concurrent.futures
import json
import ssl
import subprocess

import botocore.session
import botocore.validate
import pytest

from docs.test_documentation import CODE_BLOCK, PAGES, code, rows
from support.certificate import make_certificate
from support.http_front import Front
from support.proxies import CONFIGURATIONS, caddy, caddy_command, caddy_environment, nginx, replaced
from support.raw_http import VISIT, Connection, request, stored_count
from support.server import Server

OWN = {"server", "date", "connection", "alt-svc", "via"}  # what a proxy says for itself


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate"), "localhost")


@pytest.fixture(params=["caddy", "nginx"])
def front(request, tmp_path, certificate):
    """front(address) is the proxy in front of it; front.trust(its context) is how a browser asks it."""
    return Fronts(request.param, tmp_path, certificate)


class Fronts:
    def __init__(self, name, directory, certificate):
        self._name, self._directory, self._certificate = name, directory, certificate

    def __call__(self, counter):
        return caddy(self._directory, counter) if self._name == "caddy" else nginx(self._directory, counter, self._certificate)

    def context(self):
        made = self._directory / "caddy/pki/authorities/local/root.crt"
        return ssl.create_default_context(cafile=made if self._name == "caddy" else self._certificate.file)


@pytest.fixture
def server():
    with Server("--trusted-proxy", "127.0.0.1", "--log-client-address", "on") as running:
        yield running


def fields(answer):
    return {name.lower() for name, _ in answer.headers} - OWN


def test_a_visit_through_it_is_a_visit(front, server):
    with Connection(server.public) as direct:
        plain = direct.ask(VISIT)
    with front(server.public) as proxy, Connection(proxy.address, front.context()) as browser:
        answer = browser.ask(VISIT)
        assert (plain.json()["count"], answer.json()["count"]) == (1, 2)
        assert fields(answer) == fields(plain)
        assert answer["x-amzn-RequestId"] == answer.json()["requestId"]
        preflight = browser.ask(request("OPTIONS", "/counter", "Origin: http://localhost:1580"))
        assert preflight["Access-Control-Allow-Origin"] == "http://localhost:1580"
        assert browser.ask(request("GET", "/elsewhere")).json() == {"message": "Missing Authentication Token"}
    assert stored_count(server) == 2


def test_visits_at_once_get_a_number_each(front, server):
    with front(server.public) as proxy:
        def visit(_):
            with Connection(proxy.address, front.context()) as browser:
                return [browser.ask(VISIT).json()["count"] for _ in range(10)]

        with concurrent.futures.ThreadPoolExecutor(8) as browsers:
            numbers = sum(browsers.map(visit, range(8)), [])
    assert sorted(numbers) == list(range(1, 81))


def test_the_client_is_who_asked_the_proxy_whatever_it_says_of_itself(front, server):
    with front(server.public) as proxy, Connection(proxy.address, front.context(), "127.80.0.2") as browser:
        browser.ask(request("GET", "/counter", "X-Forwarded-For: 203.0.113.9"))
    assert server.wait_for_log("request")["client"] == "127.80.0.2"


def breaks_off():
    """A server that answers the first request of a connection and ends at the second; and the requests it has got."""
    got = []

    def answer(handler):
        got.append(handler.path)
        if len(got) == 2:
            handler.close_connection = True
            return
        handler.reply(200, [], b"{}")

    return Front(answer), got


def test_a_visit_whose_answer_is_lost_is_not_sent_again(front):
    counter, got = breaks_off()
    with counter, front(counter.address) as proxy, Connection(proxy.address, front.context()) as browser:
        assert [browser.ask(VISIT).status for _ in range(3)] == [200, 502, 200]
    assert len(got) == 3


def test_without_its_setting_caddy_would_send_it_again(tmp_path):
    counter, got = breaks_off()
    careless = replaced((CONFIGURATIONS / "Caddyfile").read_text(), {"keepalive off": ""})
    with counter, caddy(tmp_path, counter.address, careless) as proxy:
        trust = ssl.create_default_context(cafile=tmp_path / "caddy/pki/authorities/local/root.crt")
        with Connection(proxy.address, trust) as browser:
            assert [browser.ask(VISIT).status for _ in range(2)] == [200, 200]
    assert len(got) == 3


def test_caddy_finds_nothing_to_say_about_its_file(tmp_path):
    file = CONFIGURATIONS / "Caddyfile"
    environment = caddy_environment(tmp_path)
    adapted = subprocess.run(caddy_command("adapt", "--config", file, "--validate"), env=environment, capture_output=True,
                             text=True, check=True)
    assert '"warn"' not in adapted.stderr
    assert '"api.example.org"' in json.dumps(json.loads(adapted.stdout))
    formatted = subprocess.run(caddy_command("fmt", file), env=environment, capture_output=True, text=True, check=True)
    assert formatted.stdout == file.read_text(encoding="utf-8")


def without_comments(text):
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("language, file", [("caddyfile", "Caddyfile"), ("nginx", "nginx.conf")])
def test_the_page_shows_the_file(language, file):
    shown, = [text for shown_in, text in CODE_BLOCK.findall(PAGES["docs/behind-a-proxy.md"]) if shown_in == language]
    assert without_comments(shown) == without_comments((CONFIGURATIONS / file).read_text(encoding="utf-8"))


def test_the_distribution_is_one_as_the_sdk_describes_it():
    distribution = json.loads((CONFIGURATIONS / "cloudfront.json").read_text(encoding="utf-8"))
    shape = botocore.session.get_session().get_service_model("cloudfront").operation_model("CreateDistribution").input_shape
    report = botocore.validate.ParamValidator().validate({"DistributionConfig": distribution}, shape)
    assert report.generate_report() == ""
    counted = [part for part in walk(distribution) if "Quantity" in part]
    assert len(counted) > 3
    assert [part for part in counted if part["Quantity"] != len(part["Items"])] == []


def walk(value):
    """Every object in it."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walk(part)


def test_the_table_of_settings_is_that_of_the_distribution():
    distribution = json.loads((CONFIGURATIONS / "cloudfront.json").read_text(encoding="utf-8"))
    found = {name: value for part in walk(distribution) for name, value in part.items()}
    managed = {"4135ea2d-6df8-44a3-9df3-4b5a84be39ad": "CachingDisabled",
               "b689b0a8-53d0-40ab-baf2-68738e2966ac": "AllViewerExceptHostHeader"}
    for name, value, _ in rows(PAGES["docs/behind-a-proxy.md"], "setting"):
        there = found[code(name)]
        there = there["Items"] if isinstance(there, dict) else [managed.get(there, there)]
        assert value.replace("`", "") == ", ".join(map(str, there)), name
