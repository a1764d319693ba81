"""Which processor a zip of the Lambda function was built for, in AWS's word. Fails for anything else."""

import argparse
import sys
import zipfile

MACHINES = {62: "x86_64", 183: "arm64"}  # of an ELF header: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
MACHINE = slice(18, 20)


def architecture(archive):
    """None for what is no such zip."""
    try:
        with zipfile.ZipFile(archive) as packed, packed.open("bootstrap") as executable:
            header = executable.read(MACHINE.stop)
    except (OSError, KeyError, zipfile.BadZipFile):
        return None
    return MACHINES.get(int.from_bytes(header[MACHINE], "little")) if header.startswith(b"\x7fELF") else None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive")
    found = architecture(parser.parse_args().archive)
    if not found:
        sys.exit(1)
    print(found)


if __name__ == "__main__":
    main()
