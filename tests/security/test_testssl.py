"""What testssl.sh finds: nothing of a medium or higher severity. The certificate is the operator's, and left out."""

import json
import subprocess

from support.certificate import RSA, make_certificate
from support.raw_http import ask
from support.server import Server

SECONDS_MAX = 900
# Protocols, ciphers, forward secrecy, the server's choice, header fields, known weaknesses.
CHECKS = ("--protocols", "--standard", "--pfs", "--server-preference", "--headers", "--vulnerable")
BAD = ("MEDIUM", "HIGH", "CRITICAL")


def test_testssl_finds_nothing_of_medium_severity_or_above(tmp_path):
    certificate = make_certificate(tmp_path, "localhost", RSA)  # which more attacks are against
    report = tmp_path / "report.json"
    with Server("--tls-cert", str(certificate.file), "--tls-key", str(certificate.key)) as server:
        host, port = server.public
        command = ["testssl", "--quiet", "--color", "0", "--warnings", "batch", "-n", "none", "--ip", host, *CHECKS,
                   "--jsonfile", report, f"https://localhost:{port}/health"]
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS_MAX, check=False)
        assert ask(server.ops, "GET", "/livez").status == 200
        assert server.stop() == 0
    findings = json.loads(report.read_text())
    assert {"TLS1_2", "TLS1_3", "heartbleed", "secure_client_renego", "LUCKY13"} <= {each["id"] for each in findings}
    assert [each for each in findings if each["severity"] in BAD] == []
