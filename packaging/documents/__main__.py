"""Writes what a package has beside the program, as the program's own --help has it.

usage: python3 packaging/documents PROGRAM DIRECTORY
"""

import email.utils
import os
import pathlib
import subprocess
import sys
import time

import completion
import manual
from program import read


def main(path, directory):
    program = read(path)
    version = subprocess.run([path, "version"], capture_output=True, text=True, check=True).stdout.partition("+")[0]
    to = pathlib.Path(directory)
    to.mkdir(parents=True, exist_ok=True)
    for name in ("visitor-counter.1", "visitor-counter.toml.5"):
        (to / name).write_text(manual.page(name, program, version), encoding="utf-8")
    (to / "visitor-counter.toml").write_text(manual.configuration(program), encoding="utf-8")
    (to / "changelog").write_text(changelog(version), encoding="utf-8")
    for shell in ("bash", "zsh", "fish"):
        text = getattr(completion, shell)(program)
        (to / f"visitor-counter.{shell}").write_text(text, encoding="utf-8")


def changelog(version):
    """As Debian has them; its date is that of the commit, if SOURCE_DATE_EPOCH says it."""
    date = email.utils.formatdate(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())))
    return (f"visitor-counter ({version}) unstable; urgency=medium\n\n  * What is new: CHANGELOG.md.\n\n"
            f" -- visitor-counter maintainers <maintainers@dzresume.dev>  {date.replace('-0000', '+0000')}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
