"""What is in the package, and what Debian's own checker says of it."""

import re

from package.command import command
from package.conftest import NAME

FILES = {
    "/usr/bin/visitor-counter": "-rwxr-xr-x",
    "/usr/libexec/visitor-counter/renew-service": "-rwxr-xr-x",
    "/lib/systemd/system/visitor-counter.service": "-rw-r--r--",
    "/lib/systemd/system/visitor-counter.socket": "-rw-r--r--",
    "/etc/visitor-counter/visitor-counter.toml": "-rw-r--r--",
    "/usr/share/man/man1/visitor-counter.1.gz": "-rw-r--r--",
    "/usr/share/man/man5/visitor-counter.toml.5.gz": "-rw-r--r--",
    "/usr/share/bash-completion/completions/visitor-counter": "-rw-r--r--",
    "/usr/share/zsh/vendor-completions/_visitor-counter": "-rw-r--r--",
    "/usr/share/fish/vendor_completions.d/visitor-counter.fish": "-rw-r--r--",
    "/usr/share/doc/visitor-counter/copyright": "-rw-r--r--",
    "/usr/share/doc/visitor-counter/changelog.gz": "-rw-r--r--",
    "/usr/share/doc/visitor-counter/docs/configuration.md": "-rw-r--r--",
    "/usr/share/visitor-counter/monitoring/alerts.yaml": "-rw-r--r--",
    "/usr/share/visitor-counter/visitor-counter.js": "-rw-r--r--",
}


def test_it_has_what_belongs_to_a_service(package):
    listing = command("dpkg-deb", "--contents", package)
    found = {match[3]: (match[1], match[2]) for match in re.finditer(r"(?m)^(\S+) (\S+) .* \.(/\S*)$", listing)}
    assert {path: found.get(path) for path in FILES} == {path: (mode, "root/root") for path, mode in FILES.items()}


def test_it_depends_on_the_libraries_that_the_program_is_linked_with(package, program):
    linked = set(re.findall(r"NEEDED\s+(\S+)", command("objdump", "--private-headers", program)))
    depends = command("dpkg-deb", "--field", package, "Depends")
    for library, dependency in {"libsqlite3.so.0": "libsqlite3-0", "libssl.so.3": "libssl3", "libc.so.6": "libc6"}.items():
        assert library in linked and dependency in depends


def test_its_version_is_that_of_the_program(package, program):
    version = command("dpkg-deb", "--field", package, "Version").strip()
    assert command(program, "version").startswith(f"{version}+g")
    assert package.name == f"{NAME}_{version}_{command('dpkg', '--print-architecture').strip()}.deb"


def test_its_configuration_is_that_of_the_program(unpacked, program):
    """What is commented out is the default, and the file is one that the program takes."""
    file = unpacked / "etc/visitor-counter/visitor-counter.toml"
    assert "# default" not in _configured(program, file, r"^store = .*")
    every = file.with_name("every.toml")
    every.write_text(re.sub(r"(?m)^#(?=[a-z-]+ = )", "", file.read_text()))
    in_force = _configured(program, every, r"^(?!tls-|store).*")
    assert in_force.replace(str(every), "default") == _configured(program, "/dev/null", r"^(?!tls-|store).*")


def _configured(program, file, lines):
    return "\n".join(re.findall(f"(?m){lines}$", command(program, "config", "--config", file)))


def test_debian_s_own_checker_has_nothing_to_say(package):
    assert command("lintian", "--no-cfg", "--allow-root", "--fail-on", "none", package) == ""
