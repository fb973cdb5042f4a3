"""Print one closing line, in pytest's words, for all the runs whose JUnit files are in a folder.

python .ci/total.py FOLDER; fails if there is no file, or if a test failed. Of a test that ran twice
the last run counts.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

WORDS = {"failure": "failed", "error": "errors", "skipped": "skipped"}


def main(folder: Path) -> int:
    outcomes: dict[tuple[str, str], str] = {}
    seconds = 0.0
    for path in sorted(folder.glob("*.xml"), key=lambda path: path.stat().st_mtime_ns):
        root = ET.parse(path).getroot()
        seconds += sum(float(suite.get("time", "0")) for suite in root.iter("testsuite"))
        for case in root.iter("testcase"):
            name = (case.get("classname", ""), case.get("name", ""))
            outcomes[name] = next((WORDS[part.tag] for part in case if part.tag in WORDS), "passed")
    counts = Counter(outcomes.values())
    order = ("failed", "passed", "skipped", "errors")
    told = ", ".join(f"{counts[word]} {word}" for word in order if counts[word])
    sys.stdout.write(f"{told or 'no tests ran'} in {seconds:.2f}s\n")
    return 0 if counts["passed"] and not counts["failed"] and not counts["errors"] else 1


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
