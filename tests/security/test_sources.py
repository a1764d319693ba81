"""What the sources do not do."""

import re

from support.server import ROOT

SOURCES = {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in sorted((ROOT / "src").rglob("*.cpp"))
           if not path.name.endswith("_test.cpp")}


def found(pattern, files):
    return [f"{path}: {match[0]}" for path, text in files.items() for match in re.finditer(pattern, text)]


def test_sql_is_never_put_together():
    store = {path: text for path, text in SOURCES.items() if "store/sqlite" in str(path)}
    assert any("bind" in text for text in store.values())
    assert found(r"\b(?:sqlite3_exec|sqlite3_prepare\w*)\([^;]*(?:\+|fmt::|c_str|append)", store) == []
    assert found(r'fmt::format\([^;]*"(?:SELECT|INSERT|UPDATE|DELETE|CREATE)\b', store) == []


def test_no_other_program_is_started():
    assert len(SOURCES) > 50
    assert found(r"\b(?:std::system|popen|execl?[vpe]*|posix_spawnp?|dlopen)\s*\(", SOURCES) == []
