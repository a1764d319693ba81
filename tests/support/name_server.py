"""A name server on an address of loopback, port 53, that knows a few names and no others."""

import random
import socket
import struct
import threading

A, IN = 1, 1
ANSWER, NAME_ERROR = 0x8180, 0x8183
POINTER_TO_THE_QUESTION = 0xC00C
TTL_SECONDS = 1


class NameServer:
    """Tells the address of each name (a dict); use as a context manager. PermissionError: not for us."""

    def __init__(self, addresses):
        self._addresses = addresses
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.address = self._bind()
        self.asked = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", (self.address, 53))
        self._thread.join()
        self._socket.close()

    def _bind(self):
        for _ in range(100):
            address = f"127.{random.randrange(1, 255)}.{random.randrange(1, 255)}.{random.randrange(1, 255)}"
            try:
                self._socket.bind((address, 53))
                return address
            except PermissionError:
                self._socket.close()
                raise
            except OSError:  # somebody else's
                continue
        raise AssertionError("no port 53 is free on loopback")

    def _run(self):
        while True:
            query, client = self._socket.recvfrom(512)
            if not query:
                return
            self._socket.sendto(self._answer(query), client)

    def _answer(self, query):
        name, end = _name(query)
        kind, _ = struct.unpack_from(">HH", query, end)
        self.asked.append(name)
        address = self._addresses.get(name)
        found = address and kind == A
        flags = ANSWER if address else NAME_ERROR
        header = query[:2] + struct.pack(">HHHHH", flags, 1, int(bool(found)), 0, 0)
        record = struct.pack(">HHHIH", POINTER_TO_THE_QUESTION, A, IN, TTL_SECONDS, 4) + socket.inet_aton(address) \
            if found else b""
        return header + query[12:end + 4] + record


def _name(query):
    """The name of the question, and where it ends."""
    labels, at = [], 12
    while length := query[at]:
        labels.append(query[at + 1:at + 1 + length].decode("ascii"))
        at += 1 + length
    return ".".join(labels).lower(), at + 1
