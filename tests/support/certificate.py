"""Certificates of a test's own, and both ends of TLS with them."""

import dataclasses
import pathlib
import ssl
import subprocess

ELLIPTIC = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
RSA = ("rsa:2048",)


@dataclasses.dataclass(frozen=True)
class Certificate:
    """PEM files; the certificate is its own authority."""

    file: pathlib.Path
    key: pathlib.Path
    name: str

    def server_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context

    def client_context(self):
        """Trusts this certificate alone."""
        return ssl.create_default_context(cafile=self.file)


def make_certificate(directory, name, kind=ELLIPTIC, password=None):
    """A certificate for this name; its files are made anew in this directory."""
    certificate = Certificate(directory / "certificate.pem", directory / "key.pem", name)
    secret = ["-passout", f"pass:{password}"] if password else ["-nodes"]
    subprocess.run(["openssl", "req", "-x509", "-newkey", *kind, *secret, "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName=DNS:{name}", "-days", "30", "-keyout", certificate.key,
                    "-out", certificate.file], check=True, capture_output=True)
    return certificate
