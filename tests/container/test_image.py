"""The image: it builds from Debian's, and a container of it counts, and goes on after a crash."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest

from support.buildah import Buildah, debian_root
from support.process import wait_until
from support.raw_http import ask
from support.server import BINARY, PATIENCE_SECONDS, ROOT

USER = 10001
SERVE = ("visitor-counter", "serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--log-format", "json")


@pytest.fixture(scope="module")
def buildah(tmp_path_factory):
    """With the image: its last stage as it is written, around a program that was compiled before."""
    storage = tmp_path_factory.mktemp("containers")
    buildah = Buildah(storage)
    buildah.import_root(debian_root(), "docker.io/library/debian:bookworm-slim")
    context = tmp_path_factory.mktemp("context")
    compiled = context / "build" / "release"
    compiled.mkdir(parents=True)
    shutil.copy(BINARY, compiled)
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines(keepends=True)
    assert "RUN ./dev build\n" in lines
    (context / "Dockerfile").write_text("".join(line for line in lines if line != "RUN ./dev build\n"))
    buildah.build(context, "visitor-counter")
    yield buildah
    shutil.rmtree(storage)  # half a gigabyte


class Container:
    """A server in a container, with this volume; use as a context manager."""

    def __init__(self, buildah, volume):
        self._buildah, self._volume = buildah, volume

    def __enter__(self):
        self._name = self._buildah.run("from", "--pull-never", "localhost/visitor-counter")
        self._process = subprocess.Popen(self.inside(*SERVE), stderr=subprocess.PIPE, text=True)
        for line in self._process.stderr:
            if line.startswith("{") and (said := json.loads(line))["message"] == "listening":
                host, _, port = said["listen"].rpartition(":")
                self.address = host, int(port)
                return self
        raise AssertionError(f"exit code {self._process.wait()}")

    def inside(self, *command):
        return self._buildah.command("run", "--isolation", "chroot", "--volume", f"{self._volume}:/var/lib/visitor-counter",
                                     self._name, "--", *command)

    def ask(self, *command):
        return subprocess.run(self.inside(*command), capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)

    def __exit__(self, *_):
        self.end(signal.SIGKILL)
        self._buildah.run("rm", self._name)

    def end(self, signal_number):
        """Buildah has its own way to stop a container, so the program is asked itself."""
        if self._process.poll() is None:
            os.kill(self.pid(), signal_number)
        self._process.communicate(timeout=PATIENCE_SECONDS)
        return self._process.returncode

    def pid(self):
        note = (self._volume / "visits.db.lock").read_text(encoding="utf-8")
        return int(re.search(r"^pid (\d+)$", note, re.MULTILINE)[1])


@pytest.fixture
def volume(tmp_path):
    path = tmp_path / "volume"
    path.mkdir(mode=0o700)
    os.chown(path, USER, USER)
    return path


def visit(container):
    return ask(container.address, "GET", "/counter").json()["count"]


def test_it_counts_and_goes_on_after_a_crash(buildah, volume):
    with Container(buildah, volume) as container:
        assert [visit(container), visit(container)] == [1, 2]
        process = pathlib.Path(f"/proc/{container.pid()}/status").read_text(encoding="ascii")
        assert f"Uid:\t{USER}" in process
        container.end(signal.SIGKILL)
    with Container(buildah, volume) as container:
        assert visit(container) == 3
        assert container.ask("visitor-counter", "get").stdout.strip() == "3"
        assert container.end(signal.SIGTERM) == 0


def test_it_is_healthy_while_it_serves(buildah, volume):
    described = json.loads(buildah.run("inspect", "--type", "image", "localhost/visitor-counter"))["Docker"]["config"]
    _, *check = described["Healthcheck"]["Test"]
    with Container(buildah, volume) as container:
        assert wait_until(lambda: container.ask(*check), "no health check").returncode == 0
        assert container.end(signal.SIGTERM) == 0
        assert container.ask(*check).returncode == 1


def test_what_the_page_types_into_a_container_works(buildah, volume):
    page = (ROOT / "docs" / "container.md").read_text(encoding="utf-8")
    typed = re.findall(r"^docker exec visitor-counter (.+)$", page, re.MULTILINE)
    assert len(typed) > 1
    with Container(buildah, volume) as container:
        visit(container)
        for command in typed:
            answer = container.ask(*command.split())
            assert answer.returncode == 0, (command, answer.stderr)
        assert (volume / "backup.db").stat().st_size > 0


def test_it_has_nothing_that_it_could_write_but_its_volume(buildah, volume):
    with Container(buildah, volume) as container:
        writable = container.ask("find", "/", "-xdev", "(", "-path", "/proc", "-o", "-path", "/sys", "-o", "-path", "/dev", ")",
                                 "-prune", "-o", "-writable", "-not", "-type", "l", "-print", "-prune")
        assert set(writable.stdout.split()) == {"/tmp", "/var/tmp", "/run/lock", "/var/lib/visitor-counter"}
