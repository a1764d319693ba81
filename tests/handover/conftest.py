"""Failures of the helpers show values."""

import pytest

pytest.register_assert_rewrite("support.raw_http", "support.visitors", "handover.colours", "e2e.answers")
