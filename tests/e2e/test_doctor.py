"""The command `doctor`: everything that can be wrong is made so, and found."""

import json
import re

import pytest

from e2e.commands import printed
from support.certificate import make_certificate
from support.faults import remount, small_file_system
from support.server import Server, run

FREE_PORTS = ("--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0")


def findings(*arguments):
    """What doctor finds, by what it looked at: {"store": ("good", "…"), …}, and its exit code."""
    result = run("doctor", "--json", *arguments)
    assert result.stderr == ""
    found = {each["check"]: (each["health"], each["words"]) for each in json.loads(result.stdout)}
    assert result.returncode == (1 if "wrong" in [health for health, _ in found.values()] else 0)
    return found


def test_doctor_finds_nothing_wrong_where_nothing_is(store):
    printed(run("set", "main_counter", "41", "--store", store))
    found = findings("--store", store, *FREE_PORTS)
    assert set(found) == {"settings", "store", "rights", "disk", "ports", "clock"}
    assert {found[check][0] for check in ("settings", "store", "rights", "ports")} == {"good"}
    assert "1 counters" in found["store"][1]


def test_doctor_prints_a_line_for_each_thing_it_looked_at(store):
    lines = run("doctor", "--store", store, *FREE_PORTS).stdout.splitlines()
    assert [line.split()[1] for line in lines] == ["settings", "store", "rights", "disk", "ports", "ports", "clock"]


def test_doctor_creates_nothing(tmp_path):
    found = findings("--store", f"sqlite:{tmp_path}/new/visits.db", *FREE_PORTS)
    assert found["store"][0] == "good" and "not there yet" in found["store"][1]
    assert list(tmp_path.iterdir()) == []


def test_doctor_asks_the_server_that_runs(store):
    with Server(store=store) as server:
        found = findings("--store", store)
        assert found["server"][0] == "good" and str(server.ops[1]) in found["server"][1]
        assert "ports" not in found, "they are the server's own"


def test_doctor_sees_a_damaged_store(path, store):
    path.write_bytes(b"not a database" * 1000)
    health, words = findings("--store", store, *FREE_PORTS)["store"]
    assert health == "wrong" and "restore a backup" in words


def test_doctor_sees_that_others_may_open_the_store(path, store):
    printed(run("set", "main_counter", "41", "--store", store))
    path.chmod(0o644)
    health, words = findings("--store", store, *FREE_PORTS)["rights"]
    assert health == "doubtful" and "chmod 600" in words


def test_doctor_sees_a_port_that_another_program_has(store):
    with Server() as other:
        taken = "{}:{}".format(*other.public)
        result = run("doctor", "--store", store, "--ops-listen", "127.0.0.1:0", "--listen", taken)
    assert result.returncode == 1
    assert re.search(rf"^wrong +ports +.*{taken}.*--listen$", result.stdout, re.MULTILINE)


def test_doctor_sees_a_disk_that_is_nearly_full(tmp_path):
    with small_file_system(tmp_path, "8m") as mounted:
        if not mounted:
            pytest.skip("this machine lets us mount nothing")
        health, words = findings("--store", f"sqlite:{tmp_path}/visits.db", *FREE_PORTS)["disk"]
    assert health == "wrong" and "make space" in words


def test_doctor_sees_that_nothing_can_be_written(tmp_path):
    with small_file_system(tmp_path, "8m") as mounted:
        if not mounted:
            pytest.skip("this machine lets us mount nothing")
        remount(tmp_path, "ro")
        health, words = findings("--store", f"sqlite:{tmp_path}/visits.db", *FREE_PORTS)["rights"]
    assert health == "wrong" and f"cannot write in {tmp_path}" in words


def test_doctor_looks_at_the_certificate(store, tmp_path):
    certificate = make_certificate(tmp_path, "localhost")
    https = ("--store", store, *FREE_PORTS, "--tls-cert", certificate.file, "--tls-key", certificate.key)
    assert findings(*https)["tls"][0] == "good"
    certificate.key.write_text("no key")
    health, words = findings(*https)["tls"]
    assert health == "wrong" and str(certificate.key) in words


def test_doctor_sees_a_clock_that_went_back(store):
    printed(run("set", "main_counter", "41", "--store", store))
    exported = printed(run("export", "--store", store))
    later = re.sub(r'"last_updated": "\d{4}', '"last_updated": "2999', exported)
    printed(run("import", "--replace", "--store", store, input=later))
    health, words = findings("--store", store, *FREE_PORTS)["clock"]
    assert health == "doubtful" and "the last visit was at 2999-" in words


def test_doctor_takes_a_bad_setting_for_a_finding(store):
    health, words = findings("--store", store, "--threads", "many")["settings"]
    assert health == "wrong" and "--threads" in words


def test_doctor_doubts_a_store_in_memory():
    assert findings("--store", "memory:", *FREE_PORTS)["store"][0] == "doubtful"
