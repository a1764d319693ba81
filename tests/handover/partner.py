"""The other side of a hand-over, played by a test: it speaks the protocol, and does wrong what the test wants."""

import array
import contextlib
import enum
import fcntl
import os
import socket
import struct
import subprocess
import sys

from support.golden import SCHEMA

VERSION = 1
GUARD_SECONDS = 60
HEAD = struct.Struct("<BBQ")
DATAGRAM_BYTES_MAX = 1 << 16
DESCRIPTORS_MAX = 8


class Says(enum.IntEnum):
    """As in src/release/message.hpp."""

    JOIN, WELCOME, REFUSED, PREPARE, CONNECTION, TAKE, ASK_HEALTH, READY, UNFIT, OPENED, FAILED, WELL, UNWELL, \
        STATUS, PROMOTE, ROLLBACK, PROGRESS, DONE, GOODBYE = range(19)


class Channel:
    """One end of a connection; use as a context manager."""

    def __init__(self, end):
        self._socket = end
        self._socket.settimeout(GUARD_SECONDS)
        self.descriptors = []  # that have come

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()
        self.close_descriptors()

    def close_descriptors(self):
        """Lets go of all that has come: the lock too."""
        for descriptor in self.descriptors:
            os.close(descriptor)
        self.descriptors = []

    def say(self, says, number=0, text=b"", descriptors=(), version=VERSION):
        self.send(HEAD.pack(version, says, number) + text, descriptors)

    def send(self, datagram, descriptors=()):
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        self._socket.sendmsg([datagram], rights)

    def hear(self, *expected):
        """The next message: (says, number, text). It must be one of these."""
        datagram, descriptors, _, _ = socket.recv_fds(self._socket, DATAGRAM_BYTES_MAX, DESCRIPTORS_MAX)
        self.descriptors += descriptors
        assert datagram, "the program has closed the connection"
        _, says, number = HEAD.unpack_from(datagram)
        assert Says(says) in expected, f"{Says(says).name}: {datagram[HEAD.size:]}"
        return Says(says), number, datagram[HEAD.size:]

    def ended(self):
        """Waits for the other side to close it."""
        with contextlib.suppress(ConnectionResetError):
            while socket.recv_fds(self._socket, DATAGRAM_BYTES_MAX, DESCRIPTORS_MAX)[0]:
                pass
        return True


def connect(store_path):
    end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    end.connect(str(store_path) + ".control/socket")
    return Channel(end)


@contextlib.contextmanager
def process():
    """A process that only waits; yields its pidfd."""
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as waiting:
        descriptor = os.pidfd_open(waiting.pid)
        try:
            yield descriptor
        finally:
            os.close(descriptor)
            waiting.kill()


@contextlib.contextmanager
def standby(store_path, stage="green", schema=SCHEMA):
    """A standby that has joined."""
    with joining(store_path, stage, schema) as channel:
        channel.hear(Says.WELCOME)
        yield channel


@contextlib.contextmanager
def joining(store_path, stage="green", schema=SCHEMA):
    """A standby that has asked."""
    with process() as descriptor, connect(store_path) as channel:
        channel.say(Says.JOIN, schema, f"{stage} 9.9.9".encode(), [descriptor])
        yield channel


@contextlib.contextmanager
def listeners():
    """Two listening sockets of the test's."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(socket.create_server(("127.0.0.1", 0))).fileno() for _ in range(2)]


class Owner:
    """Holds a store's lock and listens for standbys, without a store; use as a context manager."""

    def __init__(self, store_path):
        lock = os.open(str(store_path) + ".lock", os.O_RDWR | os.O_CREAT, 0o600)  # that any owner can write to
        self._lock = open(lock, "r+", encoding="ascii")
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        directory = str(store_path) + ".control"
        os.makedirs(directory, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(directory + "/socket")
        self._listener.bind(directory + "/socket")
        self._listener.settimeout(GUARD_SECONDS)
        self._listener.listen()

    def __enter__(self):
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_):
        self.die()

    def die(self):
        """As a process that is killed: nobody listens, nobody has the lock."""
        self._listener.close()
        self._lock.close()

    def welcome(self):
        """The next standby, welcomed as by blue."""
        end, _ = self._listener.accept()
        channel = Channel(end)
        channel.hear(Says.JOIN)
        with process() as descriptor:
            channel.say(Says.WELCOME, text=b"blue 9.9.9", descriptors=[descriptor])
        return channel

    def lock(self):
        return self._lock.fileno()

    def listener(self):
        return self._listener.fileno()
