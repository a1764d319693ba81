"""The rules of the house. Each is a plain function: a file's path and text in, findings `path:line: what` out."""

import math
import posixpath
import re

# --- who may include whom ----------------------------------------------------------------------------------------

# The rooms of src/, and which rooms each may include besides itself, base and limits.hpp. A room is a folder, or one
# header with its source: `http/message` is the message types alone, without sockets.
ROOMS = {
    "limits": [],
    "base": [],
    "counter": [],
    "http/message": [],
    "http": ["http/message"],
    "function": ["counter", "http/message"],
    "gateway": ["http/message"],
    "store/memory": ["counter"],
    "store/sqlite": ["counter"],
    "store/dynamodb": ["counter", "aws"],
    "aws": [],
    "lambda": ["function", "http/message", "aws"],
    "telemetry": ["counter", "http", "http/message"],
    "ops": ["function", "counter", "lambda", "telemetry", "http", "http/message"],
    "release": ["counter", "http", "http/message"],
}
ROOMS["app"] = list(ROOMS)
TWIN = "store/memory"  # stands in for any store in the tests of rooms that know the counter

# Who may include a technology's headers.
NETWORK = ["http", "aws", "lambda", "ops", "release", "app"]
LIBRARIES = {
    "sqlite3.h": ["store/sqlite"],
    "CLI/": ["app"],
    "toml++/": ["app"],
    "openssl/": ["aws", "base", "http"],
    "boost/asio": NETWORK,
    "boost/beast": NETWORK,
}


def includes(path, text):
    """Quoted includes follow the table of rooms, in tests through several rooms; a library's headers stay at home."""
    own = room(path.removeprefix("src/"))
    if not own:
        return [f"{path}:1: stands in no room"]
    known = known_to_tests(own) if path.endswith("_test.cpp") else {own, *ROOMS[own]}
    if own != "limits":
        known |= {"base", "limits"}
    if path.endswith("_test.cpp"):
        known.add("support")
    return [
        f"{where}: {own} may not include {match[1]}"
        for where, match in found(r'^\s*#\s*include\s*(["<]([^">]+)[">])', path, text)
        if (room(match[2]) not in known if match[1][0] == '"' else own not in homes(match[2]))
    ]


def room(path):
    if path.startswith("support/"):
        return "support"  # of tests/, for tests alone
    stem = re.sub(r"(_test)?\.\w+$", "", path)
    return next((name for name in sorted(ROOMS, key=len, reverse=True) if f"{stem}/".startswith(f"{name}/")), None)


def known_to_tests(own):
    known = {own}.union(*map(known_to_tests, ROOMS[own]))
    return known | {TWIN} if "counter" in known else known


def homes(header):
    return next((rooms for start, rooms in LIBRARIES.items() if header.startswith(start)), ROOMS)


# --- what is built -----------------------------------------------------------------------------------------------


def targets(cmake, files):
    """Every source is named in a CMakeLists.txt and every header of src/ in a file set; what is named exists."""
    named, in_file_set = {}, set()
    for path, text in cmake.items():
        code = re.sub(r"#.*", "", text)
        folder = posixpath.dirname(path)
        for where, match in found(r"[\w./-]+\.[ch]pp\b", path, code):
            named[posixpath.normpath(posixpath.join(folder, match[0]))] = where
        for header in re.findall(r"[\w./-]+\.hpp\b", " ".join(re.findall(r"FILE_SET[^)]*", code))):
            in_file_set.add(posixpath.normpath(posixpath.join(folder, header)))
    headers = [file for file in files if file.startswith("src/") and file.endswith(".hpp")]
    return [
        *(f"{where}: {name} does not exist" for name, where in named.items() if name not in files),
        *(f"{file}:1: is in no target" for file in files if file.endswith(".cpp") and file not in named),
        *(f"{file}:1: is in no header file set" for file in headers if file not in in_file_set),
    ]


def header_start(path, text):
    """A header begins by saying what it is."""
    return [] if re.match(r"(//.*\n)+#pragma once\n", text) else [f"{path}:1: no comment and `#pragma once` first"]


# --- limits ------------------------------------------------------------------------------------------------------

# Texts that others have fixed, API Gateway or the files in the field, and the limit that each must say.
WORDINGS = {
    "HTTP header is larger than {} bytes.": "head_bytes_max",
    "HTTP content length exceeded {} bytes.": "body_bytes_max",
    "CHECK (visit_count BETWEEN 0 AND {})": "count_max",
}
COMMON_NUMBER_MAX = 1024  # up to here a number may mean anything


def limits_of(text):
    """Name and value of the limits that are plain numbers."""
    definitions = re.findall(r"^inline constexpr [\w:]+ (\w+)(?: = |\{)(.+?)\}?;", plain_numbers(text), re.MULTILINE)
    return {name: eval(value) for name, value in definitions if re.fullmatch(r"[\d ()*<-]+", value)}


def plain_numbers(text):
    """`std::size_t{10'240}` as `10240`."""
    return re.sub(r"std::\w+\{(\d+)\}", r"\1", re.sub(r"(?<=\d)'(?=\d)", "", text))


def repeated_limits(path, text, limits):
    """Only limits.hpp writes the number of a limit."""
    for wording, name in WORDINGS.items():
        text = text.replace(wording.format(limits[name]), "")
    names = {value: name for name, value in limits.items() if value > COMMON_NUMBER_MAX}
    code = plain_numbers(re.sub(r"(?<!:)//.*", "", text))
    products = [(where, math.prod(map(int, match[0].split(" * "))))
                for where, match in found(r"\b\d+(?: \* \d+)*", path, code)]
    return [f"{where}: {number} is limits::{names[number]}" for where, number in products if number in names]


# --- any text ----------------------------------------------------------------------------------------------------

# The brackets around single letters keep these patterns from finding themselves.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.~}-])/(?:work|root)(?![\w-])|/home/(?!(?:visitor|user|you)\b)\w",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "an AWS access key": r"\bA[KS]IA[0-9A-Z]{16}\b",
    "a package registry's host":
        r"\bregistry\.(?:npmjs|yarnpkg)\b|\b(?:(?:deb|ftp|security|snapshot)\.debian|pypi|pythonhosted)\.org\b",
    "a mark left behind": r"\b(?:T[O]DO|F[I]XME|X[X]X|H[A]CK)\b",
    "a check switched off": r"NOL[I]NT|GTEST_SK[I]P|DISABL[E]D_",
    "trailing blanks": r"[ \t\r]+$",
}
SLEEP = (r"\b(?:u|nano)?sle[e]p(?:_for|_until)?\s*\(|\bsle[e]p \d"
         r"|waitForT[i]meout|timers[/]promises|Promise\(.*setT[i]meout")
POLLING = {"tests/browser/harness.mjs": "waits for conditions of another process, with a deadline"}

SOURCE = re.compile(r"\.([ch]pp|py|m?js|sh|cmake)$|(^|/)CMakeLists\.txt$|^dev$")
SOURCE_LINES_MAX = 500
LONG_SOURCES = {}  # path: why it is longer


def text_rules(path, text):
    """Nothing that belongs to one machine or one moment; whole lines; sources that can be read in one sitting."""
    findings = [f"{where}: {what}" for what, pattern in FORBIDDEN.items() for where, _ in found(pattern, path, text)]
    if path.endswith((".cpp", ".hpp")):
        findings += [f"{where}: a tab" for where, _ in found(r"\t", path, text)]
    if text and not re.search(r"[^\n]\n\Z", text):
        findings.append(f"{path}:{text.count(chr(10))}: does not end with one newline")
    if SOURCE.search(path) and text.count("\n") > SOURCE_LINES_MAX and path not in LONG_SOURCES:
        findings.append(f"{path}:{SOURCE_LINES_MAX}: has more lines than a source should")
    return findings


def executable(path, text, mode):
    """What begins with `#!` can be run, and nothing else."""
    return [] if text.startswith("#!") == bool(mode & 0o111) else [f"{path}:1: `#!` and mode {mode & 0o777:o} disagree"]


def sleeps(path, text):
    """No test waits for a fixed time."""
    if path in POLLING or not (path.startswith("tests/") or path.endswith("_test.cpp")):
        return []
    return [f"{where}: sleeps" for where, _ in found(SLEEP, path, text)]


def found(pattern, path, text):
    """The matches of a pattern, each with its place."""
    for match in re.finditer(pattern, text, re.MULTILINE):
        yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}", match
