"""The platform around a Lambda function: the Runtime API (2018-06-01), and processes that run the function on it."""

import contextlib
import dataclasses
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time
import uuid

from support.http_front import Front
from support.server import BINARY

PATIENCE_SECONDS = 90  # generous: sanitizers on a busy machine
LOOK_AGAIN_SECONDS = 0.05
BOOTSTRAP = os.environ.get("BOOTSTRAP", str(pathlib.Path(BINARY).with_name("bootstrap")))
FUNCTION = "resume-blue-visitor-counter"
BASE = "/2018-06-01/runtime"
JSON = [("Content-Type", "application/json")]
KEPT_VARIABLES = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LLVM_PROFILE_FILE")  # of this machine


@dataclasses.dataclass
class Result:
    """What the function made of an event: an answer, or an error and its type."""

    answer: bytes = None
    error: dict = None
    error_type: str = None

    def response(self):
        """The proxy response, its body parsed where it is JSON."""
        assert self.answer is not None, self.error
        response = json.loads(self.answer)
        with contextlib.suppress(ValueError):
            response["body"] = json.loads(response["body"])
        return response


class Invocation:
    """An event on its way."""

    def __init__(self, event, deadline_seconds=PATIENCE_SECONDS, request_id=None, headers=()):
        self.event = event if isinstance(event, bytes) else json.dumps(event).encode()
        self.request_id = request_id or str(uuid.uuid4())
        self.deadline_seconds = deadline_seconds
        self.more_headers = list(headers)
        self.handed_out = threading.Event()
        self._done = threading.Event()
        self._result = None

    def headers(self):
        trace = f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]}"
        given = {"Lambda-Runtime-Aws-Request-Id": self.request_id,
                 "Lambda-Runtime-Deadline-Ms": str(int((time.time() + self.deadline_seconds) * 1000)),
                 "Lambda-Runtime-Invoked-Function-Arn": f"arn:aws:lambda:us-east-1:123456789012:function:{FUNCTION}",
                 "Lambda-Runtime-Trace-Id": trace}
        return [*JSON, *(given | dict(self.more_headers)).items()]

    def finish(self, result):
        self._result = result
        self._done.set()

    def wait(self, seconds=PATIENCE_SECONDS):
        """The result, once it is there."""
        assert self._done.wait(seconds), "the function does not answer"
        return self._result

    def done(self):
        return self._done.is_set()


class RuntimeApi:
    """Hands out events, one to whoever asks next; use as a context manager. Any number of processes may ask.

    `react(method, path)` may answer in place of the API: (status, body), or None to let it go on.
    """

    def __init__(self, react=lambda method, path: None):
        self._react = react
        self._changed = threading.Condition()
        self._pending, self._running = [], {}
        self._stopping = False
        self.init_errors = []
        self._front = Front(self._answer)
        self.address = "{}:{}".format(*self._front.address)

    def __enter__(self):
        self._front.__enter__()
        return self

    def __exit__(self, *_):
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._front.__exit__()

    def begin(self, event, **options):
        """Offers an event; the Invocation has its result later."""
        invocation = Invocation(event, **options)
        with self._changed:
            self._pending.append(invocation)
            self._changed.notify_all()
        return invocation

    def invoke(self, event, **options):
        return self.begin(event, **options).wait()

    def _answer(self, request):
        instead = self._react(request.command, request.path)
        if instead is not None:
            status, body = instead
            request.reply(status, JSON, body)
        elif request.path == f"{BASE}/invocation/next":
            self._next(request)
        elif request.path == f"{BASE}/init/error":
            self._fail_all(_result(request))
            request.reply(202, JSON, b'{"status":"OK"}')
        else:
            self._take(request)

    def _next(self, request):
        with self._changed:
            while not self._stopping and not _ended(request.connection):
                if self._pending:
                    invocation = self._pending.pop(0)
                    self._running[invocation.request_id] = invocation
                    break
                self._changed.wait(LOOK_AGAIN_SECONDS)
            else:
                request.close_connection = True
                return
        request.reply(200, invocation.headers(), invocation.event)
        invocation.handed_out.set()

    def _fail_all(self, error):
        """Whoever waits is told why there is no function, as the platform does it."""
        with self._changed:
            self.init_errors.append(error)
            waiting, self._pending = self._pending, []
        for invocation in waiting:
            invocation.finish(error)

    def _take(self, request):
        _, _, rest = request.path.partition(f"{BASE}/invocation/")
        request_id, _, what = rest.partition("/")
        with self._changed:
            invocation = self._running.pop(request_id, None)
        if invocation is None or what not in ("response", "error"):
            request.reply(400, JSON, b'{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}')
            return
        request.reply(202, JSON, b'{"status":"OK"}')
        invocation.finish(_result(request) if what == "error" else Result(answer=request.body))


class Environment:
    """A process that runs the function; use as a context manager. It is killed in the end, as Lambda does it.

    `store` is the address of its table.
    """

    def __init__(self, api, store, *, program=(BOOTSTRAP,), wrapper=(), **variables):
        self._command = [*wrapper, *program]
        self.variables = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        self.variables |= {"AWS_LAMBDA_RUNTIME_API": api.address, "VISITOR_COUNTER_STORE": store, "STAGE": "blue",
                           "AWS_LAMBDA_FUNCTION_NAME": FUNCTION, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
                           "AWS_REGION": "us-east-1", **variables}

    def __enter__(self):
        self._output = tempfile.TemporaryFile()
        self._words = tempfile.TemporaryFile()
        self.process = subprocess.Popen(self._command, env=self.variables, stdin=subprocess.DEVNULL,
                                        stdout=self._output, stderr=self._words)
        return self

    def __exit__(self, *_):
        self.kill()
        self._output.close()
        self._words.close()

    def kill(self, signal_number=signal.SIGKILL):
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
            self.process.send_signal(signal.SIGCONT)
        return self.wait()

    def wait(self):
        return self.process.wait(PATIENCE_SECONDS)

    def lines(self):
        """What it has written to its log so far."""
        return [json.loads(line) for line in _content(self._output).splitlines()]

    def log(self, message="request"):
        return [line for line in self.lines() if line.get("message") == message]

    def metrics(self):
        return [line for line in self.lines() if "_aws" in line]

    def words(self):
        """What it has written beside its log: why it ended, or what a sanitizer found."""
        return _content(self._words)


def _content(file):
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode()


def _result(request):
    return Result(error=json.loads(request.body), error_type=request.headers["Lambda-Runtime-Function-Error-Type"])


def _ended(connection):
    """Whether the other end has closed. It sends nothing while it waits for an answer."""
    readable, _, _ = select.select([connection], [], [], 0)
    try:
        return bool(readable) and not connection.recv(1, socket.MSG_PEEK)
    except OSError:
        return True
