"""The pages that are read in order: all are listed, and what they say to type prints what they say."""

import re
import subprocess

import pytest

from docs.session import Session
from docs.test_documentation import CODE_BLOCK, PAGES, VARYING, links, typed
from support.server import ROOT

INDEX = "docs/README.md"
COUNTS = 1  # of VARYING, those that a session of its own knows exactly
# What a test does not type, by its beginning: it needs root, another's machine or the Internet. What there is instead.
NOT_TYPED = {
    "./dev build": "every run of the tests begins so",
    "sudo install ": "nothing: it copies a file",
    "sudo systemctl ": "nothing: systemd is not there",
    "sudo systemd-run ": "nothing: systemd is not there",
    "journalctl ": "nothing: systemd is not there",
    "sudo apt install ./": "tests/package/test_installation.py",
    "sudo visitor-counter get --config": "tests/package/test_installation.py",
    "sudo dpkg-deb --extract ": "tests/package/conftest.py",
    "sudo visitor-counter promote ": "tests/handover/test_walk.py",
    "docker ": "tests/container/test_image.py",
    "cd packaging/container": "tests/container/test_compose.py",
    "printf '%s\\n' COUNTER_SITE=": "tests/container/test_compose.py",
    "curl http://127.0.0.1:8080/counter": "tests/container/test_image.py",
    "curl https://api.example.org/": "tests/docs/test_proxies.py",
    "aws cloudfront create-distribution": "tests/docs/test_proxies.py",
    "visitor-counter serve --trusted-proxy \"127.0.0.1,$(curl": "tests/docs/test_proxies.py",
}


def same(text):
    """Without what differs from one time to the next; counts do not."""
    for pattern, name in VARYING[:-COUNTS]:
        text = re.sub(pattern, name, text)
    return re.sub(r"\b\d{4}-\d\d-\d\d\b", "DAY", re.sub(r"\b\d+ bytes", "N bytes", text)).strip()


def test_the_index_has_every_page_once():
    listed = [path.name for path, _ in links(INDEX)]
    assert sorted(listed) == sorted(page.removeprefix("docs/") for page in PAGES if page.startswith("docs/") and page != INDEX)


def test_the_index_is_numbered_through():
    numbers = re.findall(r"^(\d+)\. ", PAGES[INDEX], re.MULTILINE)
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("page", [page for page in PAGES if "$ visitor-counter serve" in PAGES[page]])
def test_what_is_typed_prints_what_is_written(page, tmp_path):
    with Session(tmp_path) as session:
        for command, written in typed(page):
            assert same(session.type(command)) == same(written), command


@pytest.mark.parametrize("page", re.findall(r"\]\((.+?)\)", PAGES[INDEX].partition("## Looking things up")[0]))
def test_what_is_not_typed_is_known(page):
    for script in (text for language, text in CODE_BLOCK.findall(PAGES[f"docs/{page}"]) if language == "sh"):
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        for command in re.sub(r"(\\|\|)\n", "", script).splitlines():
            elsewhere, = [test for beginning, test in NOT_TYPED.items() if command.startswith(beginning)]
            assert not elsewhere.startswith("tests/") or (ROOT / elsewhere).exists()
