"""All commands of the program, and what they have done."""

COMMANDS = (
    "serve", "health", "invoke", "get", "set", "list", "history", "export", "import", "backup", "restore", "promote",
    "rollback", "status", "table create", "table check", "key create", "config", "doctor", "version")


def printed(result):
    """What a command that went well has printed."""
    assert (result.returncode, result.stderr) == (0, ""), result
    return result.stdout


def refused(result):
    """The one line of a command that has failed."""
    assert (result.returncode, result.stdout) == (1, ""), result
    assert len(result.stderr.splitlines()) == 1, result.stderr
    return result.stderr
