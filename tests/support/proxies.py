"""Real Caddy and nginx, from Debian's packages, with the configurations of packaging/proxy; skipped where they are absent."""

import contextlib
import os
import shutil
import socket
import ssl
import subprocess

import pytest

from support.process import wait_until
from support.raw_http import Connection
from support.server import PATIENCE_SECONDS, ROOT

HOST = "127.80.0.1"  # an address that nothing else uses, so that its free ports stay free
CONFIGURATIONS = ROOT / "packaging" / "proxy"
ANY_CERTIFICATE = ssl._create_unverified_context()  # for the question whether it is there yet


class Proxy:
    """A proxy on a free port, `address`, for as long as the block lasts; what it says goes to `log`."""

    def __init__(self, command, address, log, environment=None):
        self._command, self.address, self._log, self._environment = command, address, log, environment

    def __enter__(self):
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(self._command, env=self._environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_until(self._listens, "the proxy does not start")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self._process.wait(PATIENCE_SECONDS)
        finally:
            self._process.kill()
            self._process.wait()

    def _listens(self):
        assert self._process.poll() is None, self._log.read_text(errors="replace")
        with contextlib.suppress(OSError), Connection(self.address, ANY_CERTIFICATE):
            return True
        return False


def found(package, path):
    program = shutil.which(path.rpartition("/")[2], path=f"{os.environ['PATH']}:/usr/sbin")
    program = program or str(ROOT / "build" / "tools" / package / path)
    if not os.path.exists(program):
        pytest.skip(f"{package.upper()} IS ABSENT: scripts/unpack-package.sh {package} {path} build/tools/{package}")
    return program


def caddy_command(*arguments):
    return [found("caddy", "usr/bin/caddy"), *arguments]


def caddy_environment(directory, **variables):
    """Its certificates and everything else it keeps go into this directory."""
    return os.environ | {"HOME": str(directory), "XDG_DATA_HOME": str(directory), "XDG_CONFIG_HOME": str(directory)} | variables


def caddy(directory, counter, configuration=None):
    """Caddy in front of this address, with a certificate of its own making for localhost."""
    address = free_address()
    main = directory / "Caddyfile"
    main.write_text("{\n admin off\n auto_https disable_redirects\n skip_install_trust\n}\n"
                    + (configuration or (CONFIGURATIONS / "Caddyfile").read_text())
                    .replace("{\n", f"{{\n bind {HOST}\n", 1))
    environment = caddy_environment(directory, COUNTER_SITE=f"https://localhost:{address[1]}", COUNTER="%s:%s" % counter)
    return Proxy(caddy_command("run", "--adapter", "caddyfile", "--config", str(main)), address, directory / "caddy.log",
                 environment)


def nginx(directory, counter, certificate):
    """nginx in front of this address."""
    address = free_address()
    site = replaced((CONFIGURATIONS / "nginx.conf").read_text(), {
        "    listen [::]:443 ssl http2;\n": "",
        "listen 443": "listen %s:%s" % address,
        "127.0.0.1:8080": "%s:%s" % counter,
        "/etc/letsencrypt/live/api.example.org/fullchain.pem": str(certificate.file),
        "/etc/letsencrypt/live/api.example.org/privkey.pem": str(certificate.key),
        "server_name api.example.org": "server_name localhost"})
    folders = "".join(f"{kind}_temp_path {directory}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    main = directory / "nginx.conf"
    main.write_text(f"daemon off; master_process off; pid {directory}/nginx.pid; events {{}}\n"
                    f"http {{ access_log off; {folders}\n{site}}}\n")
    command = [found("nginx", "usr/sbin/nginx"), "-p", str(directory), "-e", "stderr", "-c", str(main)]
    return Proxy(command, address, directory / "nginx.log")


def replaced(text, changes):
    """The text with each of these changed, all of which must be in it."""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def free_address():
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return listener.getsockname()
