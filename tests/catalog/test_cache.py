"""The disk cache of the catalog: whole files or none, several editors, disks that take nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from hmls.catalog.cache import cache_file, pack_table, read_file, unpack_table, write_file
from hmls.catalog.lines import decoded
from hmls.catalog.table import Table

Json = Any


def plain(options: Json) -> Json:
    """A tree of options, all of it decoded."""
    if isinstance(options, Mapping):
        return {name: plain(node) for name, node in options.items()}
    return options


def test_the_cache_keeps_whole_files_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    file = cache_file("home-manager", "/nix/store/abc-source")
    assert read_file(file) is None
    options = {"a": [0, {}], "b": {"c": [1, {"description": 1}], "d": {"e": {"f": [0, {}]}}}}
    writes = [[["a"], ["mkIf", True, "𝕨"], 0, 7]]
    table = Table("x", "y", True, options, writes, [], ["bool", "str"], ["𝕗"], ["one", "\n\udcff𝕥"])
    content = pack_table(table)
    assert write_file(file, content) is None
    found = unpack_table(read_file(file) or b"")
    assert plain(found.options) == options
    assert [[path, decoded(content), *place] for path, content, *place in found.writes] == writes
    assert (list(found.types), list(found.texts)) == (table.types, table.texts)
    assert (found.label, found.exact, found.files) == ("x", True, ["𝕗"])
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    for broken in (content[:-3], b"", b"\0" * 40, content[:10] + b"!" + content[11:]):
        with pytest.raises(ValueError, match=r"."):
            unpack_table(broken)


def test_a_disk_that_takes_nothing_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hmls").write_text("a file where the folder would be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    problem = write_file(cache_file("home-manager", "/nix/store/abc-source"), b"x")
    assert problem is not None
    assert "cannot be written" in problem


def test_old_files_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for number in range(20):
        file = cache_file("home-manager", f"/nix/store/{number}-source")
        write_file(file, b"x")
        os.utime(file, (number + 1, number + 1))
    names = {path.name.split("-")[2] for path in file.parent.iterdir()}
    assert names == {str(number) for number in range(8, 20)}


def test_several_editors_share_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    file = cache_file("home-manager", "/nix/store/abc-source")
    contents = [pack_table(Table(str(n) * 50_000, "", True, {}, [], [], [], [])) for n in range(4)]

    def write(content: bytes) -> list[str | None]:
        problems = []
        for _ in range(20):
            problems.append(write_file(file, content))
            assert read_file(file) in contents
        return problems

    with ThreadPoolExecutor(4) as pool:
        for problems in pool.map(write, contents):
            assert set(problems) == {None}
    assert [path.name for path in file.parent.iterdir()] == [file.name]
