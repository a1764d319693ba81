"""The AWS CLI, version 2, as a user of this repository has it: with packaging/aws-config and no keys of his own."""

import os
import pathlib
import subprocess

from support.server import ROOT

AWS = "/usr/bin/aws"  # Debian's; another version may be first on the path
PATIENCE_SECONDS = 90


def invoke(ops, directory, *arguments, function="resume-blue-visitor-counter"):
    """`aws lambda invoke`: the finished process, and what it wrote to the response file, if it did."""
    out = pathlib.Path(directory, "response.json")
    out.unlink(missing_ok=True)
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("AWS_") and not name.lower().endswith("_proxy")}
    result = subprocess.run(
        [AWS, "--endpoint-url", f"http://{ops[0]}:{ops[1]}", "lambda", "invoke", "--function-name", function,
         *arguments, str(out)],
        env=environment | {"AWS_CONFIG_FILE": str(ROOT / "packaging" / "aws-config"), "HOME": str(directory)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    return result, out.read_text(encoding="utf-8") if out.exists() else None
