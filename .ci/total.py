"""Print one closing line, in pytest's words, for all the runs whose JUnit files are in a folder.

python .ci/total.py FOLDER; fails if there is no file, or if a test failed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree as ET


def main(folder: Path) -> int:
    suites = [
        suite
        for path in sorted(folder.glob("*.xml"))
        for suite in ET.parse(path).getroot().iter("testsuite")
    ]

    def total(name: str) -> int:
        return sum(int(suite.get(name, "0")) for suite in suites)

    counts = {
        "failed": total("failures"),
        "passed": total("tests") - total("failures") - total("errors") - total("skipped"),
        "skipped": total("skipped"),
        "errors": total("errors"),
    }
    seconds = sum(float(suite.get("time", "0")) for suite in suites)
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    sys.stdout.write(f"{told or 'no tests ran'} in {seconds:.2f}s\n")
    return 0 if counts["passed"] and not counts["failed"] and not counts["errors"] else 1


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
