"""Starts the real program for a test and ends it again."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("VISITOR_COUNTER", str(ROOT / "build" / "release" / "visitor-counter"))
PATIENCE_SECONDS = 60  # generous: sanitizers on a busy machine


def clean_environment(**extra):
    """The environment without anything that would configure the program."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("VISITOR_COUNTER_")}
    for name in ("STAGE", "ALLOWED_ORIGINS", "COUNTER_ID", "COUNTER_TTL_DAYS", "PRODUCTION_DOMAIN", "LOG_LEVEL",
                 "STATE_DIRECTORY"):
        kept.pop(name, None)
    return kept | extra


def run(*arguments, env=None, **options):
    """Runs a command of the program to its end: returncode, stdout, stderr."""
    return subprocess.run(
        [BINARY, *arguments], env=env or clean_environment(), capture_output=True, text=True,
        timeout=PATIENCE_SECONDS, check=False, **options)


class Server:
    """A running `visitor-counter serve` on free ports; use as a context manager.

    `public`, `preview` and `ops` are (host, port); `log` grows with the parsed lines of its JSON log. `descriptors` are
    inherited by it, and closed here.
    """

    STARTED = "listening"  # what the log then says

    def __init__(self, *flags, store="memory:", env=None, wrapper=(), descriptors=(), listen="127.0.0.1:0",
                 ops_listen="127.0.0.1:0"):
        self._command = [
            *wrapper, BINARY, "serve", "--listen", listen, "--ops-listen", ops_listen,
            "--log-format", "json", "--store", store, *flags]
        self._environment = env or clean_environment()
        self._descriptors = descriptors
        self._changed = threading.Condition()
        self._log_ended = False
        self.log = []
        self.public = self.preview = self.ops = None

    def __enter__(self):
        self.process = subprocess.Popen(self._command, env=self._environment, stderr=subprocess.PIPE, text=True,
                                        errors="surrogateescape", pass_fds=self._descriptors)
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        try:
            line = self.wait_for_log(self.STARTED)
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        self.public, self.preview, self.ops = (
            _address(line.get(name)) for name in ("listen", "preview_listen", "ops_listen"))
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        self._reader.join(PATIENCE_SECONDS)
        self.process.stderr.close()

    def stop(self, signal_number=signal.SIGTERM):
        """Sends the signal and waits for the end; returns the exit code."""
        self.process.send_signal(signal_number)
        return self.wait()

    def wait(self):
        try:
            return self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    @contextlib.contextmanager
    def log_unread(self):
        """Within the block nobody reads the server's log."""
        with self._changed:  # the reader stops at its next line
            yield

    def wait_for_log(self, message, count=1):
        """The count-th log line with this message, waiting until it is there."""
        def found():
            return [line for line in self.log if line.get("message") == message]

        with self._changed:
            arrived = self._changed.wait_for(
                lambda: len(found()) >= count or self._log_ended, PATIENCE_SECONDS)
            if not arrived or len(found()) < count:
                raise AssertionError(f"no log line {message!r} (x{count}); the log so far: {self.log}")
            return found()[count - 1]

    def _read_log(self):
        for line in self.process.stderr:
            with self._changed:
                self.log.append(_parsed(line))
                self._changed.notify_all()
        with self._changed:
            self._log_ended = True
            self._changed.notify_all()


def _parsed(line):
    try:
        return json.loads(line)
    except ValueError:
        return {"unparsed": line}


def _address(text):
    if not text:
        return None
    host, _, port = text.rpartition(":")
    return host, int(port)
