"""What the sources do not do."""

import re

from support.server import ROOT, run

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


def test_no_setting_takes_a_secret():
    names = re.findall(r"^  --([a-z-]+) ", run("serve", "--help").stdout, re.MULTILINE)
    assert {"listen", "tls-key"} <= set(names)
    assert [name for name in names if re.search("password|secret|token|credential|api-key$", name)] == []


def test_the_image_runs_as_a_user_of_its_own():
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.+)$", image, re.MULTILINE) == ["10001"]
    assert "chmod" not in image and "sudo" not in image
