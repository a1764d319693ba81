"""Power cuts, replayed: what a disk may hold of the system calls that a traced server made.

The model is the worst that POSIX allows. A write is on the disk once a sync of its file has returned, and before that
in part, in any order, torn between sectors; names likewise, after a sync of their directory. A sync that fails marks
the writes before it clean: they can still be read and never reach the disk.
"""

import dataclasses
import pathlib
import re

from support.faults import recording

SECTOR_BYTES = 512
CALLS = "openat,pwrite64,ftruncate,fsync,fdatasync,rename,unlink,pread64,fadvise64,sendmsg,sendto,write"

LINE = re.compile(r"(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed>)(.*)")
STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
DESCRIPTOR = re.compile(r"(?:\d+|AT_FDCWD)<((?:\\x[0-9a-f]{2})*)>")
NUMBER = re.compile(rb'\{"count": (\d+), ')


@dataclasses.dataclass(frozen=True)
class Call:
    """A system call as it was begun, or ended: `result` is then what it returned."""

    name: str
    arguments: str
    result: str | None

    def file(self):
        return _decoded(DESCRIPTOR.match(self.arguments)[1]).decode()

    def strings(self):
        return [_decoded(string) for string in STRING.findall(self.arguments)]

    def numbers(self):
        """The plain numbers behind the last string or descriptor."""
        plain = re.sub(r'"[^"]*"|<[^>]*>', "", self.arguments)
        return [int(number) for number in re.findall(r", (\d+)(?=[,)]|$)", plain)]

    def failed(self):
        return self.result.startswith("-1 ")


def traced(trace):
    """A command to run the program with, whose calls `calls` reads."""
    return recording(CALLS, trace)


def calls(trace):
    """Each call when it begins, and again when it has ended."""
    begun = {}
    for line in pathlib.Path(trace).read_text(errors="replace").splitlines():
        if not (match := LINE.match(line)):
            continue
        thread, name, rest = match.groups()
        arguments = begun.pop(thread, "") if "resumed>" in line[:line.find(rest)] else ""
        if rest.endswith("<unfinished ...>"):
            begun[thread] = rest.removesuffix("<unfinished ...>").rstrip()
            yield Call(name, begun[thread], None)
            continue
        more, _, result = rest.rpartition(" = ")
        if not arguments:
            yield Call(name, more, None)
        yield Call(name, (arguments + more).rstrip(), result)


class Disk:
    """What is on the disk for certain, and what may be there."""

    def __init__(self, directory):
        self.directory = str(directory)
        self.acknowledged = 0  # the highest number that a client may have seen
        self._names, self._names_pending = {}, []
        self._open = {}  # by name, as the running system sees it
        for file in filter(pathlib.Path.is_file, pathlib.Path(directory).iterdir()):
            self._open[str(file)] = self._names[str(file)] = _File(bytearray(file.read_bytes()))

    def see(self, call):
        """Takes a call into account."""
        if call.result is None:
            self._begin(call)
        elif call.name in ("fsync", "fdatasync"):
            self._synced(call)
        elif call.name == "openat" and not call.failed() and "O_DIRECTORY" not in call.arguments:
            self._opened(call.strings()[0].decode())

    def image(self, rng):
        """The directory after a power cut now: file contents by name."""
        names = dict(self._names)
        for rename in self._names_pending[:rng.randint(0, len(self._names_pending))]:
            rename(names)
        return {pathlib.Path(name).name: file.after_a_cut(rng) for name, file in names.items()}

    def _begin(self, call):
        if call.name in ("sendmsg", "sendto", "write"):
            numbers = [int(number) for string in call.strings() for number in NUMBER.findall(string)]
            self.acknowledged = max([self.acknowledged, *numbers])
        elif call.name in ("rename", "unlink"):
            old, *new = (string.decode() for string in call.strings())
            if old in self._open:
                self._rename(old, *new)
        elif call.name in ("pwrite64", "ftruncate") and call.file() in self._open:
            file = self._open[call.file()]
            if call.name == "pwrite64":
                file.pending.append((call.numbers()[-1], call.strings()[0]))
            else:
                file.pending.append((call.numbers()[-1], None))

    def _opened(self, name):
        if name not in self._open and pathlib.Path(name).parent == pathlib.Path(self.directory):
            file = self._open[name] = _File(bytearray())
            self._names_pending.append(lambda names: names.__setitem__(name, file))

    def _rename(self, old, new=None):
        file = self._open.pop(old)
        if new:
            self._open[new] = file
        self._names_pending.append(lambda names: _move(names, old, new))

    def _synced(self, call):
        name = call.file()
        if name == self.directory:
            if not call.failed():
                for rename in self._names_pending:
                    rename(self._names)
                self._names_pending = []
        elif name in self._open:
            self._open[name].synced(lost=call.failed())


class _File:
    def __init__(self, durable):
        self.durable = durable
        self.pending = []  # (offset, data) in order; (size, None) cuts the file

    def synced(self, lost):
        if not lost:
            for write in self.pending:
                _apply(self.durable, *write)
        self.pending = []

    def after_a_cut(self, rng):
        content = bytearray(self.durable)
        chance = rng.random()
        for offset, data in self.pending:
            if data is None:
                if rng.random() < chance:
                    _apply(content, offset, None)
                continue
            for at, sector in _sectors(offset, data):
                if rng.random() < chance:
                    _apply(content, at, sector)
        return bytes(content)


def _sectors(offset, data):
    """The parts of a write that reach the disk whole or not at all."""
    start = 0
    while start < len(data):
        end = min(len(data), start + SECTOR_BYTES - (offset + start) % SECTOR_BYTES)
        yield offset + start, data[start:end]
        start = end


def _apply(content, offset, data):
    if data is None:
        del content[offset:]
        content.extend(bytes(offset - len(content)))
    else:
        content.extend(bytes(max(0, offset - len(content))))
        content[offset:offset + len(data)] = data


def _move(names, old, new):
    file = names.pop(old, None)
    if new and file:
        names[new] = file


def _decoded(text):
    return bytes.fromhex(text.replace("\\x", ""))
