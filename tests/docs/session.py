"""A terminal in which the commands of a page are typed, one after the other, as a new user would."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import threading
import uuid

from support.process import GUARD_SECONDS, wait_until
from support.raw_http import Connection
from support.server import BINARY, clean_environment

PUBLIC_PORT, OPS_PORT = 8080, 8081  # as in the pages


class Session:
    """A shell in an empty home directory, with the program on its PATH; use as a context manager.

    The ports are those of the pages, on a loopback address of the session's own. What was started in it ends with it.
    """

    def __init__(self, home):
        self._home = pathlib.Path(home)
        pid = os.getpid()
        self._host = f"127.{64 + (pid >> 16) % 64}.{(pid >> 8) % 256}.{pid % 256}"

    def __enter__(self):
        programs = self._home / "bin"
        programs.mkdir()
        (programs / "visitor-counter").symlink_to(BINARY)
        (self._home / ".curlrc").write_text("silent\nshow-error\n")  # no progress, as its output is no terminal here
        self._environment = clean_environment(
            HOME=str(self._home), CURL_HOME=str(self._home), XDG_STATE_HOME="", PATH=f"{programs}:{os.environ['PATH']}",
            VISITOR_COUNTER_LISTEN=f"{self._host}:{PUBLIC_PORT}", VISITOR_COUNTER_OPS_LISTEN=f"{self._host}:{OPS_PORT}")
        self._shell = subprocess.Popen(["bash", "--norc"], cwd=self._home, env=self._environment, text=True, start_new_session=True,
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._guard = threading.Timer(GUARD_SECONDS, self._end)
        self._guard.start()
        return self

    def __exit__(self, *_):
        self._guard.cancel()
        self._end()
        self._shell.stdin.close()
        self._shell.stdout.close()
        self._shell.wait()

    def type(self, command):
        """What a command prints. One that starts the server has come back when the server is ready, one that ends it
        when it has ended."""
        end = f"end of {uuid.uuid4()}"
        if job := re.match(r"kill .*(%\d)$", command):  # of whose end the shell would tell when it likes
            command = f"{{ {command}; wait {job[1]}; }} 2>/dev/null"
        self._shell.stdin.write(f"{command.replace('127.0.0.1', self._host)}\nprintf '\\n{end}\\n'\n")
        self._shell.stdin.flush()
        lines = iter(self._shell.stdout.readline, "")
        printed = "".join(iter(lambda: next(lines, f"{end}\n"), f"{end}\n"))
        if re.match(r"visitor-counter serve\b.*&$", command):
            wait_until(self._serves, f"no server after `{command}`")
        return printed.replace(self._host, "127.0.0.1").replace(str(self._home), "~")

    def _serves(self):
        asked = subprocess.run([BINARY, "health"], env=self._environment, capture_output=True, check=False)
        with contextlib.suppress(ConnectionRefusedError), Connection((self._host, PUBLIC_PORT)):
            return asked.returncode == 0

    def _end(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._shell.pid, signal.SIGKILL)
