"""Commands that tests of the package run."""

import subprocess


def command(*arguments, **options):
    """Runs it, and gives what it printed. Raises AssertionError with its words if it fails."""
    done = subprocess.run([str(argument) for argument in arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False, **options)
    assert done.returncode == 0, f"{arguments}: {done.stdout}"
    return done.stdout
