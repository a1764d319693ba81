"""Moto, a server that plays AWS, for as long as a test needs it."""

import os
import shutil
import subprocess
import urllib.request

from support.process import wait_until


def found():
    return shutil.which("moto_server")


class Moto:
    """A server on a free port of 127.0.0.1, its account empty but for AWS's own policies; use as a context manager."""

    def __init__(self, log):
        self._log = log  # where it writes what it does, and on which port

    def __enter__(self):
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen([found(), "-H", "127.0.0.1", "-p", "0"], stdout=log, stderr=subprocess.STDOUT,
                                             env=os.environ | {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"},
                                             start_new_session=True)
        try:
            self.endpoint = wait_until(self._address, "moto does not start")
            urllib.request.urlopen(self.endpoint + "/moto-api/", timeout=60).close()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        os.killpg(self._process.pid, 9)  # a version manager may stand between
        self._process.wait()

    def _address(self):
        assert self._process.poll() is None, "moto ended"
        text = self._log.read_text(encoding="utf-8", errors="replace")
        _, found_it, rest = text.partition("Running on ")
        return rest.split()[0] if found_it and "\n" in rest else None
