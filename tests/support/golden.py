"""A store's file as a program of the schema before has left it, and what the test may ask of such a file."""

import contextlib
import shutil
import sqlite3

from support.server import ROOT

SCHEMA_BEFORE, SCHEMA = 2, 3
VISITS = 41  # on main_counter, one of them in an hour
FILE = ROOT / "tests" / "golden" / f"schema_{SCHEMA_BEFORE}.db"


def put(path):
    """Puts the file there, in the place of whatever is there."""
    path.parent.mkdir(exist_ok=True)
    shutil.copyfile(FILE, path)


def schema_of(path):
    """Of a closed store whose counters are all as they were written."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        for table, rows in (("counters", 2), ("visits_per_hour", 1)):
            sealed, = database.execute(f"SELECT count(*) FROM {table} WHERE seal IS content").fetchone()
            assert sealed >= rows, table
        version, = database.execute("PRAGMA user_version").fetchone()
        return version
