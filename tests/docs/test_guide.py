"""The pages that are read in order: all are listed, and what they say to type prints what they say."""

import re

import pytest

from docs.session import Session, commands
from docs.test_documentation import PAGES, VARYING, links

INDEX = "docs/README.md"
COUNTS = 1  # of VARYING, those that a session of its own knows exactly


def same(text):
    """Without what differs from one time to the next; counts do not."""
    for pattern, name in VARYING[:-COUNTS]:
        text = re.sub(pattern, name, text)
    return re.sub(r"\b\d+ bytes", "N bytes", text).strip()


def test_the_index_has_every_page_once():
    listed = [path.name for path, _ in links(INDEX)]
    assert sorted(listed) == sorted(page.removeprefix("docs/") for page in PAGES if page.startswith("docs/") and page != INDEX)


def test_the_index_is_numbered_through():
    numbers = re.findall(r"^(\d+)\. ", PAGES[INDEX], re.MULTILINE)
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("page", [page for page in PAGES if "$ visitor-counter serve" in PAGES[page]])
def test_what_is_typed_prints_what_is_written(page, tmp_path):
    with Session(tmp_path) as session:
        for command, written in commands(PAGES[page]):
            assert same(session.type(command)) == same(written), command
