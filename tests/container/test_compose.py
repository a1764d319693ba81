"""packaging/container/compose.yaml: what it names exists, and its containers can do no more than they need."""

import ipaddress
import json
import re
import shlex

import jsonschema
import pytest
import yaml

from support.server import ROOT, clean_environment, run

FOLDER = ROOT / "packaging" / "container"
TEXT = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
PROJECT = yaml.safe_load(TEXT)
COUNTER, CADDY = PROJECT["services"]["counter"], PROJECT["services"]["caddy"]
IMAGE = (ROOT / "Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2]
PAGE = (ROOT / "docs" / "container.md").read_text(encoding="utf-8")
SCHEMA = ROOT / "build/tools/docker-compose/usr/lib/python3/dist-packages/compose/config/compose_spec.json"
each_service = pytest.mark.parametrize("service", PROJECT["services"].values(), ids=PROJECT["services"])


def test_it_follows_the_schema_of_compose():
    if not SCHEMA.exists():
        pytest.skip("DOCKER-COMPOSE IS ABSENT: scripts/unpack-package.sh docker-compose usr/bin/docker-compose "
                    "build/tools/docker-compose")
    older = {key: value for key, value in PROJECT.items() if key != "name"}  # Debian's does not know it yet
    errors = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).iter_errors(older)
    assert [f"{list(error.path)}: {error.message}" for error in errors] == []


@each_service
def test_a_container_can_do_no_more_than_it_needs(service):
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service.get("cap_add", [])) <= {"NET_BIND_SERVICE"}
    assert {"max-size", "max-file"} <= set(service["logging"]["options"])
    assert service["restart"] == "unless-stopped"
    assert not {"privileged", "network_mode", "pid", "user"} & set(service)


@each_service
def test_what_is_mounted_exists(service):
    for mount in service["volumes"]:
        source, _, rest = mount.partition(":")
        if source.startswith("."):
            assert (FOLDER / source).is_file() and rest.endswith(":ro"), mount
        else:
            assert source in PROJECT["volumes"], mount
    assert {mount.partition(":")[0] for each in (COUNTER, CADDY) for mount in each["volumes"]} > set(PROJECT["volumes"])


def test_the_image_is_built_from_this_repository():
    assert (FOLDER / COUNTER["build"]["context"]).resolve() == ROOT
    assert COUNTER["volumes"][0].split(":")[1] == re.search(r"^VOLUME (\S+)$", IMAGE, re.MULTILINE)[1]


def test_caddy_asks_the_counter_where_it_listens():
    command, = re.findall(r"^CMD (.+)$", IMAGE, re.MULTILINE)
    port = json.loads(command)[-1].rpartition(":")[2]
    assert CADDY["environment"]["COUNTER"] == f"counter:{port}"
    assert COUNTER["expose"] == [port]
    assert "ports" not in COUNTER
    read_by_caddy = re.findall(r"\{\$(\w+)", (ROOT / "packaging/proxy/Caddyfile").read_text(encoding="utf-8"))
    assert set(CADDY["environment"]) == set(read_by_caddy)


def test_the_counter_knows_its_settings_and_trusts_the_network_alone():
    settings = COUNTER["environment"] | {"ALLOWED_ORIGINS": "https://www.example.org"}
    effective = run("config", env=clean_environment(HOME="/", **settings))
    assert effective.returncode == 0, effective.stderr
    for name in settings:
        assert f"# {name}" in effective.stdout
    subnet, = [entry["subnet"] for entry in PROJECT["networks"]["default"]["ipam"]["config"]]
    assert settings["VISITOR_COUNTER_TRUSTED_PROXY"] == subnet
    assert ipaddress.ip_network(subnet).is_private


def test_it_says_what_is_to_be_given_and_the_page_gives_it():
    asked = set(re.findall(r"\$\{(\w+):\?", TEXT))
    given = re.search(r"^printf '%s\\n' (.+) >\.env$", PAGE, re.MULTILINE)[1]
    assert {word.partition("=")[0] for word in shlex.split(given)} == asked


def test_the_page_runs_the_image_as_it_is_made():
    words = shlex.split(re.search(r"^docker run ((?:.*\\\n)*.*)$", PAGE, re.MULTILINE)[1].replace("\\\n", " "))
    given = dict(zip(words, words[1:]))
    assert given["-v"].partition(":")[2] == re.search(r"^VOLUME (\S+)$", IMAGE, re.MULTILINE)[1]
    assert given["-p"].rpartition(":")[2] == re.search(r"^EXPOSE (\d+)$", IMAGE, re.MULTILINE)[1]
    name, _, value = given["-e"].partition("=")
    assert f"# {name}" in run("config", env=clean_environment(HOME="/", **{name: value})).stdout
    assert words[-1] == COUNTER["image"] and "--read-only" in words
