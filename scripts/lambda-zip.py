"""Packs the Lambda function's executable: the same bytes from the same executable, whenever and wherever."""

import argparse
import pathlib
import zipfile

ENTRY_POINT = "bootstrap"  # the name that Lambda starts
THE_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # that a zip can say
EXECUTABLE = 0o100755 << 16
UNIX = 3


def pack(executable, archive):
    entry = zipfile.ZipInfo(ENTRY_POINT, THE_FIRST_DAY)
    entry.create_system = UNIX
    entry.external_attr = EXECUTABLE
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(entry, executable.read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=9)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("executable", type=pathlib.Path)
    parser.add_argument("archive", type=pathlib.Path)
    arguments = parser.parse_args()
    pack(arguments.executable, arguments.archive)
    print(f"{arguments.archive}: {arguments.archive.stat().st_size:,} bytes, "
          f"{arguments.executable.stat().st_size:,} unpacked")


if __name__ == "__main__":
    main()
