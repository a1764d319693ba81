"""Prometheus' own tool, from Debian's package."""

import pathlib
import shutil
import subprocess

import pytest

from support.server import PATIENCE_SECONDS, ROOT

UNPACKED = ROOT / "build" / "tools" / "prometheus" / "usr" / "bin" / "promtool"


def promtool(*arguments, **options):
    """Runs it to its end: returncode, stdout, stderr. Where it is absent the test is skipped, and says so."""
    program = shutil.which("promtool") or str(UNPACKED)
    if not pathlib.Path(program).exists():
        pytest.skip("PROMTOOL IS ABSENT: scripts/unpack-package.sh prometheus usr/bin/promtool build/tools/prometheus")
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS,
                          **options)
