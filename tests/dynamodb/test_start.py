"""What is said of a table that cannot be used: one line, at the start."""

import pytest

from support.dynalite import KEYS
from support.original import Original
from support.refusing import Refusing
from support.server import clean_environment, run

both_commands = pytest.mark.parametrize("command", [("serve",), ("table", "check")], ids=" ".join)


def keyless(home, **extra):
    """The environment of somebody without keys and without a region, but for these."""
    environment = clean_environment(HOME=str(home))
    named = [name for name in environment if name.startswith("AWS_")]
    for name in named:
        del environment[name]
    return environment | {"AWS_EC2_METADATA_DISABLED": "true"} | extra


def assert_refused(command, store, env, *mentions):
    result = run(*command, "--store", store, env=env)
    assert (result.returncode, result.stdout) == (1, ""), result
    assert result.stderr.startswith("visitor-counter: ") and result.stderr.count("\n") == 1, result
    for mention in mentions:
        assert mention in result.stderr


@both_commands
def test_that_there_is_no_table(command, dynalite, environment):
    assert_refused(command, dynalite.store("no_such_table"), environment,
                   "no table no_such_table", "`visitor-counter table create` makes it")


@both_commands
def test_that_the_table_has_another_key(command, dynalite, environment):
    name = "keyed-otherwise-by-" + command[0]
    Original(dynalite.endpoint, name).create_table(key="id")
    assert_refused(command, dynalite.store(name), environment, "another key", "counter_id (S, HASH)")


@both_commands
@pytest.mark.parametrize("code, words", [
    ("AccessDeniedException", "its policy does not allow this"),
    ("UnrecognizedClientException", "nobody has this key"),
    ("InvalidSignatureException", "the secret is not the key's, or the clock is wrong"),
    ("ExpiredTokenException", "the key has expired"),
    ("MissingAuthenticationToken", "MissingAuthenticationToken"),
])
def test_that_the_key_opens_nothing(command, environment, code, words):
    with Refusing(code) as table:
        assert_refused(command, f"dynamodb://visits?region=local&endpoint={table.endpoint}", environment,
                       "no access to the table visits", words, code)
        assert len(table.asked) == 2, "once more, with a key that was looked up again"


@both_commands
def test_that_there_are_no_credentials(command, dynalite, tmp_path):
    assert_refused(command, dynalite.store("visits"), keyless(tmp_path), "no AWS credentials", "AWS_ACCESS_KEY_ID")


@both_commands
def test_that_half_a_key_is_missing_and_never_the_other_half(command, dynalite, tmp_path):
    half = keyless(tmp_path, AWS_SECRET_ACCESS_KEY="hush")
    assert_refused(command, dynalite.store("visits"), half, "the environment: the key id or its secret is missing")
    assert "hush" not in run(*command, "--store", dynalite.store("visits"), env=half).stderr


@both_commands
def test_that_there_is_no_region(command, tmp_path):
    assert_refused(command, "dynamodb://visits", keyless(tmp_path, **KEYS), "no AWS region", "AWS_REGION")


@both_commands
def test_that_nobody_answers(command, environment):
    assert_refused(command, "dynamodb://visits?region=local&endpoint=http://127.0.0.1:1", environment,
                   "the table visits does not answer", "127.0.0.1:1")


@both_commands
def test_that_the_table_is_throttled(command, environment):
    with Refusing("ProvisionedThroughputExceededException") as table:
        assert_refused(command, f"dynamodb://visits?region=local&endpoint={table.endpoint}", environment, "throttled")


def test_that_table_commands_need_a_table(environment):
    for command in ("create", "check"):
        assert_refused(("table", command), "memory:", environment, "dynamodb://TABLE")
