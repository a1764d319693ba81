"""What is uploaded to Lambda: one executable that needs nothing from the host, not even a C library."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import urllib.request
import zipfile

import pytest

from support.bill import faults, packages, write_bill
from support.certificate import make_certificate
from support.dynalite import KEYS
from support.lambda_events import HEALTH, VISIT, number, stored
from support.name_server import NameServer
from support.process import wait_until
from support.runtime_api import PATIENCE_SECONDS, Environment
from support.server import ROOT
from support.table_front import TableFront

MACHINES = {"x86_64": "Advanced Micro Devices X86-64", "arm64": "AArch64"}  # as readelf calls them
EMULATOR = {"x86_64": None, "arm64": "qemu-aarch64-static"}  # another processor's programs run in it, itself a static one
ZIP_BYTES_MAX = 4_000_000
NAME = "table.example"

# Modules that a static program cannot load, and that are not there.
STRANGE_NSSWITCH = "hosts: mdns4_minimal [NOTFOUND=return] resolve [!UNAVAIL=return] myhostname nosuchmodule\n"

# Becomes the function within a root that has what Lambda's has: /proc and /dev where the machine lets us mount them.
IN_ROOT = """
mount -t proc proc "$0/proc" 2>/dev/null
mount --rbind /dev "$0/dev" 2>/dev/null
exec chroot "$0" "$@"
"""


@pytest.fixture(params=MACHINES)
def architecture(request):
    return request.param


@pytest.fixture
def package(architecture):
    return ROOT / f"build/visitor-counter-lambda-{architecture}.zip"


@pytest.fixture
def executable(package, tmp_path):
    with zipfile.ZipFile(package) as packed:
        extracted = pathlib.Path(packed.extract("bootstrap", tmp_path))
    extracted.chmod(0o755)
    return extracted


@pytest.fixture
def emulator(architecture):
    """Its path; None for this machine's own processor."""
    name = EMULATOR[architecture]
    assert not name or shutil.which(name), "qemu-user-static is not installed"
    return name and shutil.which(name)


def test_the_zip_is_one_small_executable(package):
    assert package.stat().st_size <= ZIP_BYTES_MAX
    with zipfile.ZipFile(package) as packed:
        [entry] = packed.infolist()
    assert entry.filename == "bootstrap"
    assert entry.external_attr >> 16 == 0o100755


def test_the_executable_asks_for_no_loader_and_no_library(executable, architecture):
    headers = subprocess.run(["readelf", "--file-header", "--program-headers", "--dynamic", executable],
                             capture_output=True, text=True, check=True).stdout
    assert MACHINES[architecture] in headers
    assert "INTERP" not in headers and "(NEEDED)" not in headers


def test_the_executable_does_not_tell_where_it_was_built(executable):
    """So that another checkout can give the same bytes; `./dev lambda-zip --twice` builds in one."""
    content = executable.read_bytes()
    assert not [folder for folder in ("src", "build") if f"{ROOT}/{folder}/".encode() in content]


def test_packing_twice_gives_the_same_bytes(package, executable, tmp_path):
    again = tmp_path / "again.zip"
    subprocess.run([sys.executable, ROOT / "scripts/lambda-zip.py", executable, again], check=True, capture_output=True)
    assert again.read_bytes() == package.read_bytes()


def test_it_counts_and_answers(api, table, executable, emulator):
    program = [str(executable)] if not emulator else [emulator, str(executable)]
    with Environment(api, table, program=program, **KEYS):
        assert [number(api.invoke(VISIT)) for _ in range(3)] == [1, 2, 3] == [1, 2, stored(table)]


@pytest.fixture
def root(executable, tmp_path):
    """An otherwise empty root with the executable where Lambda unpacks it."""
    directory = tmp_path / "root"
    for name in ("proc", "dev", "tmp", "etc/pki/tls/certs", "var/task"):
        (directory / name).mkdir(parents=True)
    executable.rename(directory / "var/task/bootstrap")
    return directory


@pytest.fixture
def program(root, emulator):
    """What runs the executable once the root has been changed."""
    command = ["/var/task/bootstrap"]
    if emulator:
        shutil.copy(emulator, root / "emulator")
        command.insert(0, "/emulator")
    if subprocess.run(["chroot", root, *command], capture_output=True, check=False).returncode != 1:
        pytest.skip("NOT RUN: another root; the machine does not let us change it")
    return command


@pytest.fixture
def names():
    try:
        with NameServer({NAME: "127.0.0.1"}) as server:
            yield server
    except PermissionError:
        pytest.skip("NOT RUN: names; the machine does not let us have port 53")


def unshared():
    """Mounts of its own, which go when the process does; without them none are made."""
    command = ["unshare", "--mount"]
    allowed = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    return command if allowed else []


@pytest.mark.parametrize("nsswitch", [None, STRANGE_NSSWITCH], ids=["no nsswitch.conf", "a strange nsswitch.conf"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_it_finds_a_table_by_name_in_an_empty_root(api, dynalite, table, root, program, names, tmp_path, scheme, nsswitch):
    (root / "etc/resolv.conf").write_text(f"nameserver {names.address}\n")
    if nsswitch:
        (root / "etc/nsswitch.conf").write_text(nsswitch)
    tls = None
    if scheme == "https":
        certificate = make_certificate(tmp_path, NAME)
        tls = certificate.server_context()
        shutil.copy(certificate.file, root / "etc/pki/tls/certs/ca-bundle.crt")  # where Amazon Linux has it
    with TableFront(dynalite.endpoint, tls) as proxy:
        store = table.replace(dynalite.endpoint, f"{scheme}://{NAME}:{proxy.port}")
        in_root = [*unshared(), "sh", "-c", IN_ROOT, str(root), *program]
        with Environment(api, store, program=in_root, **KEYS) as environment:
            assert [number(api.invoke(VISIT)) for _ in range(3)] == [1, 2, 3], environment.lines()
            assert api.invoke(HEALTH).response()["body"]["counter_value"] == 3
            assert environment.log("the table does not answer yet") == []
    assert NAME in names.asked


def test_it_trusts_no_certificate_for_another_name(api, dynalite, table, root, program, names, tmp_path):
    (root / "etc/resolv.conf").write_text(f"nameserver {names.address}\n")
    certificate = make_certificate(tmp_path, "another.example")
    shutil.copy(certificate.file, root / "etc/pki/tls/certs/ca-bundle.crt")
    with TableFront(dynalite.endpoint, certificate.server_context()) as proxy:
        store = table.replace(dynalite.endpoint, f"https://{NAME}:{proxy.port}")
        with Environment(api, store, program=["chroot", str(root), *program], **KEYS):
            response = api.invoke(VISIT).response()
    assert (response["statusCode"], response["headers"]["X-Visit-Outcome"]) == (500, "not-counted")


# --- on this machine ---------------------------------------------------------------------------------------------


def signal_all(group, number):
    """Whether anybody was there."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def local_run():
    """The function with a gateway and a table around it, as docs/lambda.md has it."""
    command = [ROOT / "scripts/run-lambda-locally.sh", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        guard = threading.Timer(PATIENCE_SECONDS, signal_all, [process.pid, signal.SIGKILL])
        guard.start()
        yield process
        guard.cancel()
        signal_all(process.pid, signal.SIGKILL)


def test_the_zip_runs_on_this_machine_until_it_is_told_to_stop(local_run):
    url = re.fullmatch(r"curl (http://127\.0\.0\.1:\d+/counter)\n", local_run.stdout.readline())[1]
    counts = []
    for _ in range(2):
        with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:
            counts.append(json.load(answer)["count"])
    assert counts == [1, 2]
    local_run.terminate()
    assert local_run.wait(PATIENCE_SECONDS) == 0
    wait_until(lambda: not signal_all(local_run.pid, 0), "something is left behind")


def test_a_bill_of_materials_has_what_is_linked_into_it(tmp_path):
    bill = json.loads(write_bill(ROOT / "build" / "lambda", tmp_path / "bill.json", program="bootstrap"))
    assert faults(bill) == []
    assert {"libssl-dev", "libboost-json1.81-dev", "libc6-dev"} <= packages(bill, "static library")
    assert packages(bill, "shared library") == packages(bill, "built in") == set()
