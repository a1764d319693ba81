"""Plays systemd for the service in a DebianRoot: a `systemctl` there asks, and is answered from here.

It does what the units say as far as a test can: drop-ins, the user, the state directory, sockets, Type=notify.
"""

import contextlib
import os
import pathlib
import re
import shlex
import subprocess
import threading
import uuid

from package.command import command
from package.conftest import NAME
from support.server import PATIENCE_SECONDS
from support.service_manager import ServiceManager, listener

ASK, ANSWER = "/run/systemctl-asks", "/run/systemctl-is-answered"
SYSTEMCTL = f"""#!/bin/sh
echo "$@" >{ASK}
{{ read -r code; cat; }} <{ANSWER}
exit "$code"
"""
UNIT_DIRECTORIES = ("/run/systemd/system", "/lib/systemd/system")
SERVICE = f"{NAME}.service"
USER = 65534  # what a dynamic user is here


class PlayedSystemd:
    """Use as a context manager. `calls`: what was done with units; `environments`: of each start, unit and variables."""

    def __init__(self, root):
        self._root = root
        self._processes = {}
        self._sockets = {"public": listener()}
        self.address = self._sockets["public"].getsockname()
        self.calls = []
        self.environments = []

    def __enter__(self):
        (self._root / "run/systemd/system").mkdir(parents=True)
        (self._root / "usr/bin/systemctl").write_text(SYSTEMCTL)
        (self._root / "usr/bin/systemctl").chmod(0o755)
        for fifo in (ASK, ANSWER):
            os.mkfifo(self._root / fifo)
        self._open = contextlib.ExitStack()
        self._thread = threading.Thread(target=self._answer)
        self._thread.start()
        return self

    def __exit__(self, *_):
        (self._root / ASK).write_text("end\n")
        self._thread.join(PATIENCE_SECONDS)
        self.stop_all()
        self._open.close()
        self._sockets["public"].close()

    def running(self):
        """Unit to pid."""
        return {unit: process.pid for unit, process in self._processes.items() if process.poll() is None}

    def log(self, unit):
        return self._log(unit).read_text(errors="replace")

    def override(self, unit, *variables):
        """As `systemctl edit` does; gives the file."""
        directory = self._root / f"etc/systemd/system/{unit}.d"
        directory.mkdir(parents=True, exist_ok=True)
        drop_in = directory / f"{len(list(directory.iterdir()))}.conf"
        drop_in.write_text("".join(["[Service]\n", *(f"Environment={variable}\n" for variable in variables)]))
        return drop_in

    @contextlib.contextmanager
    def overridden(self, unit, *variables):
        drop_in = self.override(unit, *variables)
        try:
            yield
        finally:
            drop_in.unlink()

    def stop_all(self):
        for unit in self.running():
            self._end(unit)

    def _answer(self):
        for words in iter(lambda: (self._root / ASK).read_text().split(), ["end"]):
            verb, *units = [word for word in words if not word.startswith("--")]
            try:
                done = getattr(self, "_" + verb.replace("-", "_"))(*units)
            except Exception as failure:  # whoever asked must not wait for ever
                done = f"1\n{failure!r}"
            (self._root / ANSWER).write_text(done or "0\n")

    def _daemon_reload(self):
        pass

    def _preset(self, *_):
        pass

    def _reset_failed(self, *_):
        pass

    def _is_enabled(self, _):
        return "0\nenabled\n"

    def _is_active(self, unit):
        return "0\n" if unit in self.running() else "3\n"

    def _cat(self, unit):
        return f"0\n{self._text(unit)}"

    def _start(self, *units):
        return self._each("start", units, self._begin)

    def _stop(self, *units):
        return self._each("stop", units, self._end)

    def _restart(self, *units):
        def both(unit):
            self._end(unit)
            return self._begin(unit)

        return self._each("restart", units, both)

    def _each(self, verb, units, action):
        self.calls.append(" ".join([verb, *units]))
        return max((action(unit) or "0\n" for unit in units if unit.endswith(".service")), default="0\n")

    def _text(self, unit):
        main = next(file for place in UNIT_DIRECTORIES if (file := self._root / f"{place}/{unit}").exists())
        return "".join(f"# {file}\n{file.read_text()}\n" for file in (
            main, *sorted((self._root / f"etc/systemd/system/{unit}.d").glob("*.conf"))))

    def _begin(self, unit):
        if unit in self.running():
            return "0\n"
        settings = Settings(self._text(unit))
        variables = settings.environment()
        self.environments.append((unit, variables))
        manager = self._open.enter_context(ServiceManager(
            f"@{NAME}-{uuid.uuid4()}", self._sockets if unit == SERVICE else {}, STATE_DIRECTORY=f"/var/lib/{NAME}"))
        state = self._root / "var/lib" / settings.last("StateDirectory")
        state.mkdir(mode=0o700, exist_ok=True)
        command("chown", "--recursive", f"{USER}:{USER}", state)
        descriptors, starter = manager.hand_over()
        self._sockets["public"].setblocking("NonBlocking=yes" not in settings.lines)
        with open(self._log(unit), "ab") as log:
            process = subprocess.Popen(
                [*starter, "chroot", f"--userspec={USER}:{USER}", self._root.path,
                 *shlex.split(settings.last("ExecStart"))],
                env=manager.environment() | variables, pass_fds=descriptors, stderr=log)
        for descriptor in descriptors:
            os.close(descriptor)
        self._processes[unit] = process
        return "0\n" if becomes_ready(manager, process) else "1\n"

    def _end(self, unit):
        if unit in self.running():
            self._processes[unit].terminate()
            try:
                self._processes[unit].wait(PATIENCE_SECONDS)
            finally:
                self._processes[unit].kill()
                self._processes[unit].wait()

    def _log(self, unit):
        return pathlib.Path(f"{self._root.path}.{unit}.log")


class Settings:
    """Of a unit's text with its drop-ins: an empty value forgets those before."""

    def __init__(self, text):
        self.lines = text.splitlines()
        self._values = {}
        for key, value in re.findall(r"(?m)^(\w+)=(.*)$", text):
            self._values[key] = [*self._values.get(key, []), value] if value else []

    def last(self, key):
        return self._values[key][-1]

    def environment(self):
        words = [word for value in self._values.get("Environment", []) for word in shlex.split(value)]
        return dict(word.split("=", 1) for word in words)


def becomes_ready(manager, process):
    """Waits until it says so, or has ended."""
    def tell_end():
        process.wait()
        with contextlib.suppress(OSError):  # nobody hears it any more
            manager.tell(READY="never")

    threading.Thread(target=tell_end, daemon=True).start()
    return manager.hear_of("READY")["READY"] == "1"
