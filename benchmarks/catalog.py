"""How much of Home Manager's options the extractor finds, and how long it takes.

    python benchmarks/catalog.py PATH OPTIONS [NIXPKGS]

PATH is a checkout of Home Manager; OPTIONS a file with one JSON object a line, as real Nix
gives them: {"loc": […], "type": description, "visible"?, "internal"?}. NIXPKGS is a checkout
of nixpkgs, for its packages.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hmls.catalog.cache import pack_packages, pack_table, unpack_packages, unpack_table
from hmls.catalog.extract import Extraction
from hmls.catalog.finish import Scope
from hmls.catalog.home_manager import extract_home_manager
from hmls.catalog.packages import read_packages
from hmls.catalog.table import bundled, table_of
from hmls.catalog.type_reader import TypeReader
from hmls.lang.disk import DiskReader
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import expect_attrs, force
from hmls.lang.interp import Interp
from hmls.lang.thread import run
from hmls.lang.values import Attrs, Cause, Lazy, Unknown
from hmls.modules.library import make_library
from hmls.modules.system import ModuleSystem
from hmls.modules.types.foreign import TypeAttrs

Path_ = tuple[str, ...]
_MAX_DEPTH = 12


def main() -> None:
    root, listed = sys.argv[1:3]
    gc.disable()
    started = time.process_time()
    found = run(lambda: extract_home_manager(DiskReader(), str(Path(root).resolve())))
    print(f"extraction: {time.process_time() - started:.2f} s of processor time")
    content = pack_table(table_of(found, "", "", exact=True))
    print(f"the file in the cache: {len(content):,} bytes")
    before = _megabytes()
    _timed("reading it again", lambda: unpack_table(content))
    print(f"memory for it: {_megabytes() - before:.0f} MB")
    _timed("the bundled table", bundled)
    if len(sys.argv) > 3:
        started = time.process_time()
        packages = read_packages(str(Path(sys.argv[3]).resolve()))
        seconds = time.process_time() - started
        print(f"{len(packages.packages):,} packages: {seconds:.2f} s of processor time")
        content = pack_packages(packages)
        _timed("reading them again", lambda: unpack_packages(content))
    ours = run(lambda: dict(_described(found)))
    truth = {tuple(o["loc"]): o for o in map(json.loads, Path(listed).read_text().splitlines())}
    _compare(ours, truth)


def _timed(title: str, work: Callable[[], object]) -> None:
    started = time.process_time()
    work()
    print(f"{title}: {1e3 * (time.process_time() - started):.0f} ms of processor time")


def _megabytes() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _compare(ours: dict[Path_, str], truth: dict[Path_, Any]) -> None:
    visible = {
        loc
        for loc, option in truth.items()
        if option.get("visible", True) is True
        and not option.get("internal")
        and "_module" not in loc
    }
    everything = {loc for loc in truth if "_module" not in loc}
    matched = visible & ours.keys()
    right = [loc for loc in matched if ours[loc] == truth[loc]["type"]]
    extra = ours.keys() - everything
    share = len(matched) / len(visible)
    print(f"visible options: {len(visible)}, found {len(matched)}: {share:.2%}")
    print(f"ours: {len(ours)}, of them real: {1 - len(extra) / len(ours):.2%}")
    print(f"types right: {len(right)} of {len(matched)}: {len(right) / len(matched):.2%}")
    for title, locs in (
        ("missing", visible - ours.keys()),
        ("extra", extra),
    ):
        print(f"{title}: {len(locs)}", *(".".join(loc) for loc in sorted(locs)[:12]), sep="\n  ")
    wrong = sorted(matched - set(right))
    print(f"other types: {len(wrong)}")
    for loc in wrong[:15]:
        print(f"  {'.'.join(loc)}: {ours[loc]!r}, not {truth[loc]['type']!r}")


def _described(found: Extraction) -> Iterator[tuple[Path_, str]]:
    """Each option with the description of its type, those in submodules too."""
    interp = Interp(DiskReader(), lib=make_library)
    unknown = Unknown("…", Cause("symbol", "no configuration"))
    roots: dict[str, Lazy] = {"config": unknown, "options": unknown}
    from hmls.modules.hm_types import home_manager_lib

    lib = home_manager_lib(interp, interp.lib)
    scope = Scope(interp, lib, roots, lambda _name: unknown, unknown.cause)
    reader = TypeReader(found.types, ModuleSystem(interp, lib), scope)
    yield from _options(reader.options(found.options), ())


def _options(options: Attrs, path: Path_) -> Iterator[tuple[Path_, str]]:
    for name, lazy in options.items():
        here = (*path, name)
        if name == "_module" or len(here) > _MAX_DEPTH:
            continue
        try:
            node = expect_attrs(lazy)
        except (NixError, Unknowable):
            continue
        if node.get("_type") != "option":
            yield from _options(node, here)
            continue
        try:
            view = force(node["type"])
            assert isinstance(view, TypeAttrs)
            yield here, view.native.description
            inner = view.native.sub_options(here)
            if node.get("visible", True) is True:
                nested = expect_attrs(inner)
                yield from _nested(nested, here)
        except (NixError, Unknowable):
            yield here, "unknown"


def _nested(options: Attrs, path: Path_) -> Iterator[tuple[Path_, str]]:
    """Options of a submodule: their own `loc` says where, placeholders included."""
    for name, lazy in options.items():
        if name == "_module" or name == "_freeformOptions" or len(path) > _MAX_DEPTH:
            continue
        try:
            node = expect_attrs(lazy)
            if node.get("_type") != "option":
                yield from _nested(node, (*path, name))
                continue
            loc = tuple(str(force(part)) for part in force(node["loc"]))
            yield loc, _description(node)
            view = force(node["type"])
            if isinstance(view, TypeAttrs) and node.get("visible", True) is True:
                yield from _nested(expect_attrs(view.native.sub_options(loc)), loc)
        except (NixError, Unknowable, RecursionError):
            continue


def _description(option: Attrs) -> str:
    try:
        view = force(option["type"])
        return view.native.description if isinstance(view, TypeAttrs) else "unknown"
    except (NixError, Unknowable):
        return "unknown"


if __name__ == "__main__":
    main()
