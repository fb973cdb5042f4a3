"""What was read from inputs, kept in the user's cache folder.

A file is never changed once it is there, so that several editors may read and write at the
same time; one that cannot be read is as good as absent, one that cannot be written is kept
in memory only.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
import zlib
from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from hmls import __version__
from hmls.catalog.lines import Lines, Piece, Tree, decoded, split, to_line
from hmls.catalog.packages import PackageRows, Packages
from hmls.catalog.table import Table

Json = Any
FORMAT = 5
"""Of the files and of what the extractor finds: a file of another one is not read."""
_KEPT = 12
"""How many files stay, the newest ones."""
_ABANDONED_S = 3_600
_MAX_BYTES = 64 << 20
_SUFFIX = ".lines.z"
_HEAD = ("label", "revision", "exact", "files", "moved")


def cache_folder() -> Path:
    """Where the files lie; XDG_CACHE_HOME and its like on other systems decide."""
    return user_cache_path("hmls", appauthor=False) / "catalog"


def cache_file(kind: str, store_path: str) -> Path:
    """The file of what was read of a store path, whose name says its content's hash."""
    name = os.path.basename(store_path).partition("-")[0]
    return cache_folder() / f"{kind}-{name}-{__version__}-{FORMAT}{_SUFFIX}"


def pack(head: Json, sections: Mapping[str, Iterable[str]]) -> bytes:
    """JSON-like data, and lists of lines beside it, as the content of a file."""
    encoded = {name: [_encoded(line) for line in lines] for name, lines in sections.items()}
    lengths = {name: list(map(len, lines)) for name, lines in encoded.items()}
    first = _encoded(to_line([head, lengths])) + b"\n"
    return zlib.compress(first + b"".join(chain(*encoded.values())), 3)


def unpack(content: bytes, *, keeping: Collection[str] = ()) -> tuple[Json, dict[str, Lines]]:
    """The data in a file, and the lines, which are decoded when they are asked for.

    Those of the sections in `keeping` stay decoded. Raises ValueError for anything else.
    """
    try:
        inflater = zlib.decompressobj()
        text = inflater.decompress(content, _MAX_BYTES)
        if not inflater.eof:
            raise ValueError("the file is cut off or too large")
        start = text.index(b"\n") + 1
        head, lengths = json.loads(text[:start].decode("utf-8", "surrogatepass"))
        sections: dict[str, Lines] = {}
        for name, of_lines in lengths.items():
            sections[name] = Lines(text, start, of_lines, keeps=name in keeping)
            start += sum(of_lines)
        if start != len(text):
            raise ValueError("its lines are not as long as it says")
        return head, sections
    except (zlib.error, UnicodeError, RecursionError, TypeError, AttributeError) as error:
        raise ValueError(f"not a file of this cache: {error}") from error


def _encoded(line: str) -> bytes:
    return line.encode("utf-8", "surrogatepass")


def pack_table(table: Table) -> bytes:
    index, groups = split(table.options)
    head = {name: getattr(table, name) for name in _HEAD}
    lists = {name: map(to_line, getattr(table, name)) for name in ("types", "texts")}
    places = [[path, *place] for path, _, *place in table.writes]
    written = [to_line(decoded(content)) for _, content, *_ in table.writes]
    return pack(
        {**head, "options": index, "places": places},
        {"groups": groups, "written": written, **lists},
    )


def unpack_table(content: bytes) -> Table:
    """Raises ValueError for anything but a table."""
    head, lines = unpack(content, keeping=("groups", "types", "written"))
    try:
        options = Tree(head.pop("options"), lines["groups"])
        written = lines["written"]
        places = enumerate(head.pop("places"))
        writes = [[path, Piece(written, n), *place] for n, (path, *place) in places]
        head.update(options=options, writes=writes, types=lines["types"], texts=lines["texts"])
        return Table(**head)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise ValueError(f"not a table: {error}") from error


def pack_packages(packages: Packages) -> bytes:
    rows = packages.packages
    head = [packages.label, packages.store_path, packages.aliases, packages.is_whole]
    return pack([*head, list(rows)], {"packages": map(to_line, rows.values())})


def unpack_packages(content: bytes) -> Packages:
    """Raises ValueError for anything but packages."""
    head, lines = unpack(content)
    try:
        label, store_path, aliases, is_whole, names = head
        rows = PackageRows({name: n for n, name in enumerate(names)}, lines["packages"])
    except (TypeError, KeyError) as error:
        raise ValueError(f"not a list of packages: {error}") from error
    return Packages(label, store_path, rows, aliases, is_whole)


def read_file(file: Path) -> bytes | None:
    """The content of a file, or None; reading it makes it a recent one."""
    try:
        content = file.read_bytes()
    except OSError:
        return None
    with contextlib.suppress(OSError):
        os.utime(file)
    return content


def write_file(file: Path, content: bytes) -> str | None:
    """Put a file in its place as a whole; what went wrong, if anything did."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content)
        os.replace(temporary, file)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        return f"{file} cannot be written: {error.strerror}"
    _tidy(file.parent)
    return None


def _tidy(folder: Path) -> None:
    """Remove what is old: files beyond those kept, and parts of writes that never ended."""
    try:
        found = [(path.stat().st_mtime, path) for path in folder.iterdir()]
    except OSError:
        return
    whole = sorted((pair for pair in found if not pair[1].name.startswith(".")), reverse=True)
    parts = [pair for pair in found if pair[1].name.startswith(".")]
    old = [path for made, path in parts if made < time.time() - _ABANDONED_S]
    for path in [*old, *(path for _, path in whole[_KEPT:])]:
        with contextlib.suppress(OSError):
            path.unlink()
