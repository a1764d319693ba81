"""Layers that are ready to plan. Without Terraform or its AWS provider the tests that need them say in capitals what they did not do."""

import pytest

from support import moto, terraform

OWN_FILES = {"test_terraform.py": "FMT, VALIDATE, TERRAFORM TEST, PLANS", "test_moto.py": "APPLY, RE-PLAN, SWITCH, DESTROY"}


def missing(file):
    if not terraform.plugins():
        return "TERRAFORM OR ITS AWS PROVIDER IS NOT INSTALLED"
    return "MOTO IS NOT INSTALLED" if file == "test_moto.py" and not moto.found() else None


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.name in OWN_FILES and (what := missing(item.path.name)):
            item.add_marker(pytest.mark.skip(reason=f"NOT CHECKED: {OWN_FILES[item.path.name]}: {what}"))


@pytest.fixture(scope="session")
def function_zip(tmp_path_factory):
    """What stands for the function where it is never run."""
    path = tmp_path_factory.mktemp("zip") / "function.zip"
    path.write_bytes(b"not a program")
    return str(path)
