"""Make the bundled table of options from a Home Manager's sources.

    python tools/home_manager_table.py PATH RELEASE REVISION

PATH is a checkout of Home Manager. The table goes to hmls/catalog/data/.
"""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path

from hmls.catalog.home_manager import extract_home_manager
from hmls.catalog.table import BUNDLED, facts_only, table_of, to_bytes
from hmls.lang.disk import DiskReader
from hmls.lang.thread import run

_DATA = Path(__file__).parent.parent / "hmls" / "catalog" / "data"


def main() -> None:
    root, release, revision = sys.argv[1:4]
    gc.disable()
    started = time.perf_counter()
    found = run(lambda: extract_home_manager(DiskReader(), str(Path(root).resolve())))
    seconds = time.perf_counter() - started
    table = facts_only(table_of(found, release, revision, exact=False))
    content = to_bytes(table)
    _DATA.mkdir(exist_ok=True)
    (_DATA / BUNDLED).write_bytes(content)
    print(f"{len(table.writes)} definitions, {len(table.types)} types in {seconds:.1f} s")
    print(f"{len(content):,} bytes; {len(found.problems)} problems", *found.problems, sep="\n  ")


if __name__ == "__main__":
    main()
