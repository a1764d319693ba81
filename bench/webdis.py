"""webdis, an HTTP server that hands every request on to redis: both as Debian has set them up, on one CPU."""

import contextlib
import json
import pathlib
import re

from bench.load import get
from bench.machine import BenchFailed, wait_until
from bench.servers import PATIENCE_SECONDS, Server, free_port, library_path

COUNTER = "main_counter"


class Redis(Server):
    def __init__(self, name, rivals, directory, settings):
        binary, packaged = rivals / "usr/bin/redis-server", rivals / "etc/redis/redis.conf"
        if not binary.exists():
            raise BenchFailed("redis's package could not be had")
        self.port = free_port()
        home = pathlib.Path(directory, name.replace(" ", "-"))
        home.mkdir()
        settings = {"port": self.port, "dir": home, "pidfile": home / "pid", "logfile": '""', "daemonize": "no"} | settings
        configuration = home / "redis.conf"
        configuration.write_text(_changed(packaged.read_text(), settings))
        super().__init__(name, [str(binary), str(configuration)], home / "log", library_path(rivals))

    def _listening(self):
        return ("127.0.0.1", self.port) if "Ready to accept connections" in self._log.read_text() else None


class Webdis(Server):
    """With a redis of its own; `settings` are redis's, where they differ from the packaged ones."""

    target = f"/INCR/{COUNTER}"

    def __init__(self, name, rivals, directory, **settings):
        binary, packaged = rivals / "usr/bin/webdis", rivals / "etc/webdis/webdis.json"
        if not binary.exists():
            raise BenchFailed("its package could not be had")
        self._redis = Redis(f"redis of {name}", rivals, directory, settings)
        self._port = free_port()
        home = pathlib.Path(directory, name.replace(" ", "-"))
        home.mkdir()
        configuration = home / "webdis.json"
        configuration.write_text(json.dumps(json.loads(packaged.read_text()) | {
            "redis_port": self._redis.port, "http_port": self._port, "daemonize": False, "pidfile": str(home / "pid"),
            "logfile": str(home / "log")}))
        super().__init__(name, [str(binary), str(configuration)], home / "errors", library_path(rivals))

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._redis)
            super().__enter__()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        with self._stack:
            self.stop()

    @property
    def pids(self):
        return [self.pid, self._redis.pid]

    def count(self):
        return wait_until(self._counted, PATIENCE_SECONDS, lambda: self._failure("does not tell its count"))[0]

    def _counted(self):
        """Clients that left without their answers may have them sent to a new one, on the same descriptor: it asks again."""
        body = get(self.address, f"/GET/{COUNTER}").body
        found = re.fullmatch(rb'\{"GET":(?:null|"(\d+)")\}', body)
        return [int(found[1] or 0)] if found else None

    def _listening(self):
        address = ("127.0.0.1", self._port)
        with contextlib.suppress(ConnectionRefusedError):
            return address if get(address, f"/GET/{COUNTER}").status == 200 else None
        return None


def _changed(configuration, settings):
    for name, value in settings.items():
        configuration, found = re.subn(rf"(?m)^{name} .*$", f"{name} {value}", configuration)
        if not found:
            raise BenchFailed(f"redis's packaged configuration does not set {name}")
    return configuration
