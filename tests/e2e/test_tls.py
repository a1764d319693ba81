"""HTTPS on the public listeners: what is agreed to, what is refused, and that it serves what plain HTTP serves."""

import concurrent.futures
import contextlib
import shutil
import signal
import ssl
import subprocess
import threading

import pytest

from e2e.answers import NO_STORE, assert_function_headers, visit_number
from support.certificate import ELLIPTIC, RSA, make_certificate
from support.raw_http import VISIT, Connection, NoAnswer, ask, request, stored_count
from support.server import PATIENCE_SECONDS, Server, run

TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
CLIENTS = 8
ALERT = b"\x15\x03"  # the beginning of an alert record


@pytest.fixture(scope="module", params=[ELLIPTIC, RSA], ids=["elliptic", "RSA"])
def certificate(request, tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"), "localhost", request.param)


def serving(certificate, *flags, **options):
    return Server("--tls-cert", str(certificate.file), "--tls-key", str(certificate.key), *flags, **options)


@pytest.fixture(scope="module")
def server(certificate):
    with serving(certificate, "--preview-listen", "127.0.0.1:0") as running:
        yield running
        assert running.stop() == 0


@pytest.fixture
def client(certificate):
    """Trusts the server's certificate."""
    return certificate.client_context()


def lenient(certificate):
    """Would agree to anything that OpenSSL still knows."""
    context = certificate.client_context()
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    return context


@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3], ids=lambda version: version.name)
def test_a_connection_serves_one_request_after_another(server, client, version):
    client.minimum_version = client.maximum_version = version
    with Connection(server.public, client) as connection:
        assert connection.tls.version() == version.name.replace("_", ".")
        answer = connection.ask(VISIT)
        assert_function_headers(answer, NO_STORE, origin="http://localhost:1580")
        first = visit_number(answer)
        assert connection.ask(request("GET", "/nowhere")).status == 403
        assert visit_number(connection.ask(VISIT)) == first + 1 == stored_count(server)


def test_pipelined_requests_are_answered_in_order(server, client):
    before = stored_count(server)
    with Connection(server.public, client) as connection:
        connection.send(VISIT * 500)
        assert [visit_number(connection.response()) for _ in range(500)] == list(range(before + 1, before + 501))


def test_a_request_that_comes_byte_by_byte_is_answered(server, client):
    with Connection(server.public, client) as connection:
        for byte in VISIT:
            connection.send(bytes([byte]))
        assert connection.response().status == 200


def test_the_largest_body_is_read(server, client):
    with Connection(server.public, client) as connection:
        assert connection.ask(request("POST", "/counter", body=b"x" * (10 << 20))).status == 403
        assert connection.ask(VISIT).status == 200


def test_a_body_beyond_the_limit_is_refused_in_words(server, client):
    with Connection(server.public, client) as connection:
        connection.send(request("POST", "/counter", f"Content-Length: {11 << 20}"))
        assert connection.response().status == 413
        assert connection.rest() == b"", "the end is said, not cut"


def test_the_end_is_said(server, client):
    with Connection(server.public, client) as connection:
        connection.send(VISIT[:-2] + b"Connection: close\r\n\r\n")
        assert connection.response()["Connection"] == "close"
        assert connection.rest() == b""


def test_the_preview_listener_speaks_it_too(server, client):
    with Connection(server.preview, client) as connection:
        assert connection.ask(VISIT).status == 200


# --- what is agreed to -------------------------------------------------------------------------------------------


def agreed(server, context):
    """The cipher, or why there is none."""
    try:
        with Connection(server.public, context) as connection:
            assert connection.ask(request("GET", "/health")).status == 200
            return connection.tls.cipher()[0]
    except (ssl.SSLError, ConnectionError) as refusal:
        return refusal


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1], ids=lambda version: version.name)
def test_older_versions_are_refused(server, certificate, version):
    context = lenient(certificate)
    context.maximum_version = version
    assert "PROTOCOL_VERSION" in str(agreed(server, context))


@pytest.mark.parametrize("hello", [
    pytest.param(b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + b"\x01\x00\x80" * 7 + b"x" * 16, id="SSL 2"),
    pytest.param(b"\x16\x03\x00\x00\x2d\x01\x00\x00\x29\x03\x00" + b"x" * 32 + b"\x00\x00\x02\x00\x0a\x01\x00",
                 id="SSL 3"),
])
def test_ancient_versions_are_refused(server, hello):
    with Connection(server.public) as connection:
        connection.send(hello)
        assert connection.rest()[:2] in (b"", ALERT)


def key_type(certificate):
    text = subprocess.run(["openssl", "pkey", "-in", certificate.key, "-noout", "-text"], check=True,
                          capture_output=True, text=True).stdout
    return "RSA" if "modulus" in text else "ECDSA"


def ciphers():
    names = subprocess.run(["openssl", "ciphers", "-tls1_2", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"], check=True,
                           capture_output=True, text=True).stdout.strip().split(":")
    return [name for name in names if not name.startswith("TLS_")]


def test_of_the_older_version_only_ciphers_with_forward_secrecy_and_authenticated_encryption_are_agreed_to(
        server, certificate):
    context = lenient(certificate)
    context.maximum_version = TLS_1_2
    good = set()
    for name in ciphers():
        context.set_ciphers(f"{name}:@SECLEVEL=0")
        if agreed(server, context) == name:
            good.add(name)
    assert good == {f"ECDHE-{key_type(certificate)}-{cipher}"
                    for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")}


def test_http_1_1_is_the_protocol(server, client):
    client.set_alpn_protocols(["h2", "http/1.1"])
    with Connection(server.public, client) as connection:
        assert connection.tls.selected_alpn_protocol() == "http/1.1"


def test_another_protocol_is_refused(server, client):
    client.set_alpn_protocols(["h2", "ftp"])
    assert "NO_APPLICATION_PROTOCOL" in str(agreed(server, client)).upper().replace(" ", "_")


@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3], ids=lambda version: version.name)
def test_no_session_is_resumed(server, client, version):
    client.minimum_version = client.maximum_version = version
    with Connection(server.public, client) as connection:
        assert connection.ask(VISIT).status == 200
        session = connection.tls.session
    assert not session or not (session.id or session.has_ticket)


def test_keys_are_not_negotiated_again(server):
    command = ["openssl", "s_client", "-connect", "{}:{}".format(*server.public), "-tls1_2"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            said = process.communicate(b"R\n", PATIENCE_SECONDS)[0]  # asks for it
        finally:
            process.kill()
    assert b"no renegotiation" in said


def test_a_client_may_change_its_keys_in_between(server):
    command = ["openssl", "s_client", "-connect", "{}:{}".format(*server.public), "-tls1_3"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        guard = threading.Timer(PATIENCE_SECONDS, process.kill)
        guard.start()
        try:
            wait_for_line(process, b"Verify return code")
            for _ in range(3):
                say(process, b"K\n")  # asks for it
                wait_for_line(process, b"KEYUPDATE")
            say(process, VISIT)
            wait_for_line(process, b"HTTP/1.1 200 OK")
        finally:
            guard.cancel()
            process.kill()


def say(process, words):
    process.stdin.write(words)
    process.stdin.flush()


def wait_for_line(process, beginning):
    assert any(line.strip().startswith(beginning) for line in process.stdout), f"no {beginning!r}"


# --- clients that do not do their part ---------------------------------------------------------------------------


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("data", [VISIT, b"\r\n", b"x" * 100_000, b"\x16\x03\x01\xff\xff" + b"x" * 100_000], ids=repr)
def test_a_client_that_speaks_no_tls_is_sent_away(server, data):
    with Connection(server.public) as connection, contextlib.suppress(ConnectionError):
        connection.send(data)
        connection.end_sending()
        assert connection.rest()[:2] in (b"", ALERT)


@pytest.mark.parametrize("begun", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00"], ids=repr)
def test_a_handshake_that_does_not_go_on_is_cut_off(certificate, client, begun):
    with serving(certificate, "--header-timeout", "1") as server, Connection(server.public) as slow:
        slow.send(begun)
        assert slow.rest() == b""
        with Connection(server.public, client) as connection:
            assert connection.ask(VISIT).status == 200


def test_a_request_that_does_not_go_on_is_cut_off(certificate, client):
    with serving(certificate, "--header-timeout", "1", "--idle-timeout", "1") as server:
        for begun in (b"", VISIT[:10]):
            with Connection(server.public, client) as slow:
                slow.send(begun)
                assert slow.rest() == b""
        with Connection(server.public, client) as idle:
            assert idle.ask(VISIT).status == 200
            assert idle.rest() == b""


def test_the_ops_listener_stays_plain(server):
    assert ask(server.ops, "GET", "/livez").status == 200


# --- start, stop and a new certificate ---------------------------------------------------------------------------


def numbers_until_the_end(address, context, first):
    """Visits until the server is gone."""
    numbers = []
    with contextlib.suppress(NoAnswer, OSError):
        while True:
            with Connection(address, context) as connection:
                for _ in range(5):
                    numbers.append(visit_number(connection.ask(VISIT)))
                    first.set()
    return numbers


def test_a_stop_under_load_loses_no_visit(certificate, client, store):
    with serving(certificate, store=store) as server, concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        started = [threading.Event() for _ in range(CLIENTS)]
        visits = [pool.submit(numbers_until_the_end, server.public, client, flag) for flag in started]
        for flag in started:
            assert flag.wait(PATIENCE_SECONDS)
        assert server.stop() == 0
        numbers = sorted(number for visit in visits for number in visit.result())
    with Server(store=store) as after:
        assert numbers == list(range(1, stored_count(after) + 1))


def serial_number(address, context):
    with Connection(address, context) as connection:
        assert connection.ask(VISIT).status == 200
        return connection.tls.getpeercert()["serialNumber"]


@pytest.fixture
def files(tmp_path, certificate):
    """A certificate of which the files may change."""
    tmp_path.joinpath("new").mkdir()
    for file in (certificate.file, certificate.key):
        shutil.copy(file, tmp_path)
    return type(certificate)(tmp_path / "certificate.pem", tmp_path / "key.pem", certificate.name)


def hang_up(server, message, count=1):
    server.process.send_signal(signal.SIGHUP)
    return server.wait_for_log(message, count)


def test_a_new_certificate_is_taken_over_and_connections_go_on(files, client, tmp_path):
    fresh = make_certificate(tmp_path / "new", "localhost")
    with serving(files) as server, Connection(server.public, client) as kept:
        assert kept.ask(VISIT).status == 200
        before = serial_number(server.public, client)
        shutil.copy(fresh.file, files.file)
        shutil.copy(fresh.key, files.key)
        hang_up(server, "configuration reloaded")
        assert serial_number(server.public, fresh.client_context()) != before
        assert kept.ask(VISIT).status == 200
        assert server.stop() == 0


def test_a_bad_file_leaves_the_old_certificate_in_force_and_says_so(files, client, tmp_path):
    other = make_certificate(tmp_path / "new", "localhost")
    with serving(files) as server:
        before = serial_number(server.public, client)
        shutil.copy(other.key, files.key)
        told = hang_up(server, "configuration not reloaded, the old one is in force")
        assert told["level"] == "ERROR" and f"cannot use the key in {files.key}" in told["reason"]
        files.file.unlink()
        told = hang_up(server, "configuration not reloaded, the old one is in force", 2)
        assert str(files.file) in told["reason"] and "No such file" in told["reason"]
        assert serial_number(server.public, client) == before


def assert_does_not_start(certificate, key, exit_code, mention):
    result = run("serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--store", "memory:",
                 "--tls-cert", certificate, "--tls-key", key, stdin=subprocess.DEVNULL)
    assert (result.returncode, result.stdout, len(result.stderr.splitlines())) == (exit_code, "", 1), result
    assert mention in result.stderr


def test_files_that_cannot_be_used_are_named_at_the_start(certificate, tmp_path):
    good, key = str(certificate.file), str(certificate.key)
    locked = make_certificate(tmp_path, "localhost", password="planted")
    assert_does_not_start("/absent.pem", key, 1, "/absent.pem: No such file or directory")
    assert_does_not_start(good, good, 1, good)
    assert_does_not_start(good, str(locked.key), 1, str(locked.key))
    assert_does_not_start(good, "", 2, "tls-cert and tls-key need each other")
    weak = make_certificate(tmp_path, "localhost", ("rsa:1024",))
    assert_does_not_start(str(weak.file), str(weak.key), 1, "too small")


def test_the_log_says_that_it_is_https_and_nothing_of_the_key(certificate, client):
    with serving(certificate) as server:
        with Connection(server.public, client) as connection:
            assert connection.ask(VISIT).status == 200
        assert server.wait_for_log("listening")["tls"] is True
        assert server.stop() == 0
    secret = certificate.key.read_text().splitlines()[1]
    assert secret not in str(server.log)
