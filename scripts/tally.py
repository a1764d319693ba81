#!/usr/bin/env python3
"""Adds up what the suites of `./dev test` reported. The last line is `N passed, N failed`.

The argument is a file of lines NAME, EXIT CODE, REPORT, separated by tabs. A report is JUnit XML or TAP; `-` is none, and the
exit code alone counts. A suite that failed counts as failed even if its report knows nothing of it.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as ET


def junit(text):
    cases = ET.fromstring(text).iter("testcase")
    passed = failed = skipped = 0
    for case in cases:
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None or case.get("status") == "notrun":
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def tap(text):
    passed, failed, skipped = (
        int(re.search(rf"^# {word} (\d+)$", text, re.MULTILINE).group(1)) for word in ("pass", "fail", "skipped"))
    return passed, failed, skipped


def outcome(code, report):
    if report == "-":
        return (1, 0, 0) if code == 0 else (0, 1, 0)
    try:
        text = pathlib.Path(report).read_text(encoding="utf-8")
        passed, failed, skipped = junit(text) if report.endswith(".xml") else tap(text)
    except (OSError, ET.ParseError, AttributeError):
        return 0, 1, 0  # it ended before it could report
    if code != 0 and failed == 0:
        failed = 1
    if code == 0 and passed == 0:
        failed = 1  # a suite that ran nothing proves nothing
    return passed, failed, skipped


def main(suites):
    total = [0, 0, 0]
    for line in pathlib.Path(suites).read_text(encoding="utf-8").splitlines():
        name, code, report = line.split("\t")
        counts = outcome(int(code), report)
        total = [a + b for a, b in zip(total, counts)]
        passed, failed, skipped = counts
        print(f"{name}: {passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    passed, failed, skipped = total
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
