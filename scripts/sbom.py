#!/usr/bin/env python3
"""Writes what the program is made of, a software bill of materials in CycloneDX 1.5.

Of what the linker and the compiler took, as they have noted it themselves: libraries, headers whose code is compiled in, and
the files that are built in. Debian's packages are named for each, with version, licences and hash. The same build gives
the same bytes.
"""

import argparse
import hashlib
import json
import pathlib
import re
import subprocess
import urllib.parse
import uuid

# Debian's short names of licences, as SPDX has them; others are given as Debian names them.
SPDX = {"Apache-2.0": "Apache-2.0", "Apache-2": "Apache-2.0", "Artistic": "Artistic-1.0-Perl", "BSD-2-Clause": "BSD-2-Clause",
        "BSD-3-clause": "BSD-3-Clause", "BSL-1.0": "BSL-1.0", "CC0-1.0": "CC0-1.0", "Expat": "MIT", "GPL-1+": "GPL-1.0-or-later",
        "GPL-2": "GPL-2.0-only", "GPL-2+": "GPL-2.0-or-later", "GPL-3+": "GPL-3.0-or-later", "Zlib": "Zlib", "zlib": "Zlib"}
# Of sources whose copyright file is for people alone.
KNOWN = {"glibc": "LGPL-2.1-or-later", "gcc-12": "GPL-3.0-or-later WITH GCC-exception-3.1",
         "linux": "GPL-2.0-only WITH Linux-syscall-note"}
SERVER = "visitor-counter"
DOCUMENTS = pathlib.Path("/usr/share/doc")


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def packages_of(paths):
    """The Debian package of each of these files: {path: name:architecture}. It may know a file by its path without /usr."""
    names = [name for path in paths for name in (path, path.removeprefix("/usr"))]
    if not names:
        return {}
    answer = subprocess.run(["dpkg", "--search", *names], capture_output=True, text=True, check=False).stdout
    owners = {path.removeprefix("/usr"): found.split(",")[0]
              for found, _, path in (line.partition(": ") for line in answer.splitlines())}
    return {path: owners[path.removeprefix("/usr")] for path in paths}


# --- what the program is made of ---------------------------------------------------------------------------------


def shared_libraries(program):
    """The files that the loader brings, those that others of them ask for too."""
    found = re.findall(r"(?:=> |^\s+)(/\S+)", output("ldd", program), re.MULTILINE)
    return sorted({str(pathlib.Path(path).resolve()) for path in found})


def static_libraries(program, build):
    """The archives of a program that needs no loader, those that the compiler adds of itself too."""
    link = output("ninja", "-C", str(build), "-t", "commands", program).splitlines()[-1]
    if not re.search(r" -static(-pie)? ", link):
        return []
    archives = re.findall(r"(?<= )/usr/\S+\.a(?= |$)", link)
    own = [output("g++", f"-print-file-name={name}").strip() for name in ("libstdc++.a", "libgcc.a", "libgcc_eh.a", "libc.a")]
    return sorted({str(pathlib.Path(path).resolve()) for path in archives + own})


def headers(program, build):
    """The system's headers that were compiled into the program's objects, as ninja has noted them."""
    objects = rf"CMakeFiles/(?:visitor_counter|{program})\.dir/"
    ours, found = False, set()
    for line in output("ninja", "-C", str(build), "-t", "deps").splitlines():
        if not line.startswith(" "):
            ours = re.match(objects, line)
        elif ours and re.match(r" +/usr/(?!local/)", line):
            found.add(str(pathlib.Path(line.strip()).resolve()))
    return sorted(found)


def built_in_files(build):
    """Files of the system's that are in the program as bytes: the dashboard's chart library."""
    chart = re.search(r"^CHART_JS:FILEPATH=(.+)$", (build / "CMakeCache.txt").read_text(encoding="utf-8"), re.MULTILINE)
    return [str(pathlib.Path(chart[1]).resolve())]


# --- as components -----------------------------------------------------------------------------------------------


def licences(package, source):
    if source in KNOWN:
        return [{"expression": KNOWN[source]}]
    text = (DOCUMENTS / package / "copyright").read_text(encoding="utf-8", errors="replace")
    named = {paragraph[1] for paragraph in re.finditer(r"^Files:(?! *debian/).*\n(?:.+\n)*?License: *(.+)$", text, re.MULTILINE)}
    return [{"license": {"id": SPDX[name]} if name in SPDX else {"name": name}} for name in sorted(named)] or [
        {"license": {"name": f"see {DOCUMENTS}/{package}/copyright"}}]


def component(package, use, files):
    """`files` are those whose bytes the program runs; headers have none of their own."""
    fields = "${Version}\n${source:Package}\n${source:Version}\n${Architecture}"
    version, source, source_version, architecture = output("dpkg-query", "-W", "-f", fields, package).splitlines()
    name = package.partition(":")[0]
    quoted = urllib.parse.quote(version, safe="")
    purl = f"pkg:deb/debian/{urllib.parse.quote(name, safe='')}@{quoted}?arch={architecture}&distro=bookworm"
    described = {
        "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
        "licenses": licences(name, source),
        "properties": [{"name": "visitor-counter:use", "value": use},
                       {"name": "debian:source", "value": f"{source} {source_version}"}]}
    if files:
        described["components"] = [{"type": "file", "name": path, "hashes": [{"alg": "SHA-256", "content": sha256(path)}]}
                                   for path in files]
    return described


def components(program, build):
    for use, files in (("shared library", shared_libraries(build / program)), ("static library", static_libraries(program, build)),
                       ("headers", headers(program, build)), ("built in", built_in_files(build) if program == SERVER else [])):
        by_package = {}
        for path, package in packages_of(files).items():
            by_package.setdefault(package, []).append(path)
        for package, owned in sorted(by_package.items()):
            yield component(package, use, [] if use == "headers" else sorted(owned))


def merged(parts):
    """A package once, with all its uses."""
    known = {}
    for part in parts:
        same = known.setdefault(part["bom-ref"], part)
        if same is not part:
            same["properties"] += [each for each in part["properties"] if each not in same["properties"]]
            same.setdefault("components", []).extend(part.get("components", []))
    return list(known.values())


def bill(program, build):
    version = re.search(r'version = "(.+)"', (build / "version.cpp").read_text(encoding="utf-8"))[1]
    reference = f"pkg:generic/{program}@{urllib.parse.quote(version, safe='')}"
    parts = merged(components(program, build))
    described = {
        "metadata": {"component": {
            "type": "application", "bom-ref": reference, "name": program, "version": version, "purl": reference,
            "licenses": [{"license": {"id": "Apache-2.0"}}],
            "hashes": [{"alg": "SHA-256", "content": sha256(build / program)}]}},
        "components": parts,
        "dependencies": [{"ref": reference, "dependsOn": [part["bom-ref"] for part in parts]},
                         *({"ref": part["bom-ref"]} for part in parts)]}
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(described, sort_keys=True))
    return {"$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.5",
            "serialNumber": f"urn:uuid:{serial}", "version": 1, **described}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path, help="the folder that the program was built in")
    parser.add_argument("file", type=pathlib.Path, help="where to write it")
    parser.add_argument("--program", default=SERVER, help="or bootstrap, the Lambda function (default %(default)s)")
    options = parser.parse_args()
    made = bill(options.program, options.build.resolve())
    options.file.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    print(f"{options.file}: {len(made['components'])} components")


if __name__ == "__main__":
    main()
