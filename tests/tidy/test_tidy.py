"""The tree keeps the rules of the house (rules.py), and each rule finds what is planted."""

import pathlib
import subprocess

import pytest

from tidy import rules

ROOT = pathlib.Path(__file__).resolve().parents[2]


INPUTS = "tests/fuzz/corpora/"  # bytes for programs, not texts


def texts():
    """Path and text of every text file that is in the repository or about to be."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for path in sorted(path for path in set(listed.split("\0")) - {""} if not path.startswith(INPUTS)):
        try:
            yield path, (ROOT / path).read_bytes().decode()
        except (FileNotFoundError, UnicodeDecodeError):  # about to be deleted; binary
            pass


TREE = dict(texts())
SOURCES = {path: text for path, text in TREE.items() if path.startswith("src/")}
# Tests may repeat limits: they hold the program against the numbers of its contract.
PROGRAM = {path: text for path, text in SOURCES.items() if not path.endswith(("limits.hpp", "_test.cpp"))}
LIMITS = rules.limits_of(TREE["src/limits.hpp"])


def findings(rule, files):
    return [finding for path, text in files.items() for finding in rule(path, text)]


def assert_none(found):
    assert not found, "\n" + "\n".join(found)


def test_includes_follow_the_arrows_of_the_architecture():
    assert_none(findings(rules.includes, SOURCES))


def test_every_source_is_in_a_target_and_every_header_in_a_file_set():
    assert_none(rules.targets({path: text for path, text in TREE.items() if path.endswith("CMakeLists.txt")}, TREE))


def test_every_header_begins_by_saying_what_it_is():
    assert_none(findings(rules.header_start, {path: text for path, text in TREE.items() if path.endswith(".hpp")}))


def test_no_limit_is_written_twice():
    assert_none(findings(lambda path, text: rules.repeated_limits(path, text, LIMITS), PROGRAM))


@pytest.mark.parametrize("wording, name", rules.WORDINGS.items())
def test_fixed_texts_say_the_limits(wording, name):
    said = wording.format(LIMITS[name])
    assert any(said in text for text in PROGRAM.values()), f"no source says {said!r}"


def test_texts_are_clean():
    assert_none(findings(rules.text_rules, TREE))


def test_scripts_are_executable():
    assert_none(findings(lambda path, text: rules.executable(path, text, (ROOT / path).stat().st_mode), TREE))


def test_no_test_sleeps():
    assert_none(findings(rules.sleeps, TREE))


# --- the rules themselves ----------------------------------------------------------------------------------------


def planted(text):
    """The dots keep what is planted here from being found here."""
    return text.replace("·", "") + "\n"


@pytest.mark.parametrize("rule, path, text", [
    (rules.includes, "src/counter/x.hpp", '#include "http/message.hpp"'),
    (rules.includes, "src/counter/x.cpp", '#include "store/memory/store.hpp"'),
    (rules.includes, "src/http/x_test.cpp", '#include "store/memory/store.hpp"'),
    (rules.includes, "src/http/x.cpp", '#include "support/x.hpp"'),
    (rules.includes, "src/http/message_test.cpp", '#include "http/server.hpp"'),
    (rules.includes, "src/function/x.cpp", '#include "http/server.hpp"'),
    (rules.includes, "src/store/sqlite/x_test.cpp", '  #  include "store/dynamodb/store.hpp"'),
    (rules.includes, "src/ops/x.cpp", '#include "app/config.hpp"'),
    (rules.includes, "src/limits.hpp", '#include "base/check.hpp"'),
    (rules.includes, "src/http/x.cpp", '#include "server.hpp"'),
    (rules.includes, "src/attic/x.cpp", "#include <string>"),
    (rules.includes, "src/app/x.cpp", "#include <sqlite3.h>"),
    (rules.includes, "src/ops/x.cpp", "#include <CLI/CLI.hpp>"),
    (rules.includes, "src/http/x.cpp", "#include <toml++/toml.h>"),
    (rules.includes, "src/gateway/x.cpp", "#include <openssl/hmac.h>"),
    (rules.includes, "src/http/message.hpp", "#include <boost/asio/buffer.hpp>"),
    (rules.header_start, "src/base/x.hpp", "#pragma once"),
    (rules.header_start, "src/base/x.hpp", "// What it is."),
    (rules.text_rules, "README.md", "cd /wo·rk/main"),
    (rules.text_rules, "README.md", "/home/·alice/visits.db"),
    (rules.text_rules, "x.pem", "-----BEGIN RSA PRIV·ATE KEY-----"),
    (rules.text_rules, "x.py", "AK·IA0123456789ABCDEF"),
    (rules.text_rules, "package-lock.json", "https://registry.npm·js.org/newman"),
    (rules.text_rules, "Dockerfile", "deb.deb·ian.org"),
    (rules.text_rules, "src/base/x.cpp", "// TO·DO: later"),
    (rules.text_rules, "src/base/x.cpp", "f();  // NOL·INT"),
    (rules.text_rules, "src/base/x_test.cpp", "TEST(X, DISABL·ED_Works)"),
    (rules.text_rules, "x.md", "blank \nline"),
    (rules.text_rules, "x.md", "line\r"),
    (rules.text_rules, "x.md", "line\n"),
    (rules.text_rules, "src/base/x.cpp", "\tf();"),
    (rules.text_rules, "tests/x.py", "\n" * 500 + "end"),
    (rules.sleeps, "src/base/x_test.cpp", "std::this_thread::sle·ep_for(1ms);"),
    (rules.sleeps, "tests/x.py", "time.sle·ep(1)"),
    (rules.sleeps, "tests/x.sh", "sle·ep 1"),
    (rules.sleeps, "tests/x.mjs", "await new Promise((done) => setT·imeout(done, 100));"),
])
def test_a_rule_finds_what_is_planted(rule, path, text):
    assert len(rule(path, planted(text))) == 1


@pytest.mark.parametrize("rule, path, text", [
    (rules.includes, "src/counter/x_test.cpp", '#include "store/memory/store.hpp"'),
    (rules.includes, "src/counter/x_test.cpp", '#include "support/x.hpp"'),
    (rules.includes, "src/function/x.cpp", '#include "http/message.hpp"\n#include "limits.hpp"'),
    (rules.includes, "src/gateway/x_test.cpp", '#include "base/clock.hpp"'),
    (rules.includes, "src/app/x.cpp", '#include "store/sqlite/store.hpp"\n#include <boost/asio/post.hpp>'),
    (rules.header_start, "src/base/x.hpp", "// What it is,\n// in two lines.\n#pragma once"),
    (rules.text_rules, "tests/x.json", "\tmkstemp XXXXXX in tests/work/ and /home/you/"),
    (rules.sleeps, "scripts/x.sh", "sle·ep 1"),
])
def test_a_rule_permits_what_is_allowed(rule, path, text):
    assert rule(path, planted(text)) == []


@pytest.mark.parametrize("cmake, files, expected", [
    ("add_library(x y.cpp)", ["src/y.cpp"], []),
    ("target_sources(x PUBLIC FILE_SET HEADERS BASE_DIRS . FILES y.hpp)", ["src/y.hpp"], []),
    ("# y.cpp", ["src/y.cpp"], ["src/y.cpp:1: is in no target"]),
    ("add_library(x y.hpp)", ["src/y.hpp"], ["src/y.hpp:1: is in no header file set"]),
    ("add_library(x\n  ../tests/y.cpp)", [], ["src/CMakeLists.txt:2: tests/y.cpp does not exist"]),
])
def test_what_is_named_and_what_exists_are_compared(cmake, files, expected):
    assert rules.targets({"src/CMakeLists.txt": cmake}, files) == expected


def test_limits_are_read_as_numbers():
    assert rules.limits_of("""
inline constexpr std::size_t bytes_max = 10'240;
inline constexpr std::uint64_t count_max = (std::uint64_t{1} << 53) - 1;
inline constexpr std::chrono::days ttl{30};
inline constexpr auto deadline = 10s;
""") == {"bytes_max": 10240, "count_max": 2**53 - 1, "ttl": 30}


@pytest.mark.parametrize("text", ["f(10'240U);", "std::size_t{10} * 1024", "10 * 1024 * 1024", '"over 10485760 bytes"'])
def test_a_limit_written_twice_is_found(text):
    limits = {"head_bytes_max": 10240, "body_bytes_max": 10485760, "count_max": 2**53 - 1}
    assert len(rules.repeated_limits("src/base/x.cpp", planted(text), limits)) == 1


@pytest.mark.parametrize("text, mode", [("#!/bin/sh\n", 0o644), ("text\n", 0o755)])
def test_a_script_that_cannot_be_run_is_found(text, mode):
    assert len(rules.executable("scripts/x", text, mode)) == 1
