"""Plays systemd's part for a server: sockets that outlive it, and an ear for what it says of itself."""

import fcntl
import socket
import time

from support.server import PATIENCE_SECONDS, Server, clean_environment

FIRST = 3  # of the descriptors that are handed over
OUT_OF_THE_WAY = 100  # where ours are until then


class ServiceManager:
    """Use as a context manager. `sockets`: name to a socket that is handed over; `words`: what was heard so far."""

    def __init__(self, path, sockets=None, **variables):
        self.sockets = sockets or {}
        self.words = []
        self._path = str(path)
        self._variables = variables

    def __enter__(self):
        self._ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._ear.bind(self._path.replace("@", "\0", 1))
        self._ear.settimeout(PATIENCE_SECONDS)
        return self

    def __exit__(self, *_):
        self._ear.close()
        for handed_over in self.sockets.values():
            handed_over.close()

    def server(self, *flags, kind=Server, wrapper=(), **options):
        """A server that this one starts, as systemd would."""
        descriptors, starter = self.hand_over()
        return kind(*flags, env=self.environment(), descriptors=descriptors, wrapper=(*starter, *wrapper), **options)

    def environment(self):
        own = {"NOTIFY_SOCKET": self._path, "LISTEN_FDS": str(len(self.sockets)),
               "LISTEN_FDNAMES": ":".join(self.sockets)}
        return clean_environment(**own | self._variables)

    def hand_over(self):
        """Copies of the sockets, and the beginning of a command that inherits them: its rest has them where it looks."""
        for own in self.sockets.values():
            own.setblocking(True)  # as systemd does, for everybody who has it
        copies = [fcntl.fcntl(own, fcntl.F_DUPFD, OUT_OF_THE_WAY) for own in self.sockets.values()]
        moves = " ".join(f"{FIRST + i}<&{copy}-" for i, copy in enumerate(copies))
        return copies, ("bash", "-c", f'LISTEN_PID=$$ exec "$@" {moves}', "bash")

    def hear(self, **wanted):
        """The first word, heard before or yet to come, that has these values. A word: its assignments."""
        return self._hear(wanted, lambda word: wanted.items() <= word.items())

    def hear_of(self, key):
        """The first that has any value of this."""
        return self._hear(key, lambda word: key in word)

    def tell(self, **word):
        """Says it to itself, for who waits for a word."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as mouth:
            mouth.sendto("\n".join(f"{key}={value}" for key, value in word.items()).encode(), self._ear.getsockname())

    def _hear(self, wanted, fits):
        for word in self.words:
            if fits(word):
                return word
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            word = dict(line.split("=", 1) for line in self._ear.recv(4096).decode().splitlines())
            self.words.append(word)
            if fits(word):
                return word
        raise AssertionError(f"never heard {wanted}, but {self.words}")


def listener(host="127.0.0.1"):
    """A socket that listens on a free port."""
    return socket.create_server((host, 0))
