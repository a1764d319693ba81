"""What docs/scale.md shows as simulated is what the simulation prints, on every machine."""

import os
import subprocess

import pytest

from support.server import BINARY, ROOT

SCALE = os.path.join(os.path.dirname(BINARY), "bench", "scale")
PATIENCE_SECONDS = 300  # a busy machine; alone it takes some seconds


@pytest.mark.skipif(not os.path.exists(SCALE), reason="build/release/bench/scale is not built")
def test_the_page_shows_what_the_simulation_prints():
    printed = subprocess.run([SCALE], capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS).stdout
    page = (ROOT / "docs/scale.md").read_text(encoding="utf-8")
    for table in printed.strip().split("\n\n"):
        assert table in page
