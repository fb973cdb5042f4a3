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
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from hmls import __version__
from hmls.catalog.table import FORMAT, Table

Json = Any
_KEPT = 12
"""How many files stay, the newest ones."""
_ABANDONED_S = 3_600
_MAX_BYTES = 64 << 20
_SUFFIX = ".json.z"


def cache_folder() -> Path:
    """Where the files lie; XDG_CACHE_HOME and its like on other systems decide."""
    return user_cache_path("hmls", appauthor=False) / "catalog"


def cache_file(kind: str, store_path: str) -> Path:
    """The file of what was read of a store path, whose name says its content's hash."""
    name = os.path.basename(store_path).partition("-")[0]
    return cache_folder() / f"{kind}-{name}-{__version__}-{FORMAT}{_SUFFIX}"


def pack(data: Json) -> bytes:
    """JSON-like data as the content of a file."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 3)


def unpack(content: bytes) -> Json:
    """The data in a file. Raises ValueError for anything else."""
    try:
        inflater = zlib.decompressobj()
        text = inflater.decompress(content, _MAX_BYTES)
        if not inflater.eof:
            raise ValueError("the file is cut off or too large")
        return json.loads(text.decode("utf-8", "surrogatepass"))
    except (zlib.error, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not a file of this cache: {error}") from error


def pack_table(table: Table) -> bytes:
    return pack({name: getattr(table, name) for name in Table.__slots__})


def unpack_table(content: bytes) -> Table:
    """Raises ValueError for anything but a table."""
    data = unpack(content)
    try:
        return Table(**data)
    except TypeError as error:
        raise ValueError(f"not a table: {error}") from error


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
