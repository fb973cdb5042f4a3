"""The store paths of local files as Nix would compute them, for what is printed at the end.

While evaluating they are symbolic (see `lang.store`). Source: nix src/libutil/archive.cc.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable
from typing import Protocol

from hmls.lang import store
from hmls.lang.builtins.store_paths import store_path
from hmls.lang.errors import NixError, Unknowable

Listed = Callable[[bytes], Iterable[bytes]]


def with_real_paths(text: str) -> str:
    """The text with the store paths of copied files in it.

    Raises NixError where there is no such file, and Unknowable where a path is that of a
    derivation or of a filtered folder.
    """
    pieces: list[str] = []
    end = 0
    for start, symbolic_end in store.symbolic_spans(text):
        found = store.copy_at(text[start:symbolic_end])
        if found is None:
            raise Unknowable(store.symbolic_unknown(text))
        symbolic, folder = found
        name = symbolic[len(store.STORE) + 34 :]
        pieces += [text[end:start], store_path("source", archive_hash(folder), name)]
        end = start + len(symbolic)
    return "".join(pieces) + text[end:]


def archive_hash(path: str, listed: Listed = os.listdir) -> str:
    """The SHA-256 of a file or folder packed as a Nix archive, in base 16.

    `listed` gives the names in a folder that are packed. Raises NixError.
    """
    digest = hashlib.sha256()
    _string(digest, b"nix-archive-1")
    try:
        _pack(digest, os.fsencode(path), listed)
    except (FileNotFoundError, NotADirectoryError):
        raise NixError(f"path '{path}' does not exist") from None
    except OSError as error:
        raise NixError(f"reading '{path}': {error.strerror}") from None
    return digest.hexdigest()


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...


def _pack(digest: _Digest, path: bytes, listed: Listed) -> None:
    mode = os.lstat(path).st_mode
    _string(digest, b"(")
    _string(digest, b"type")
    if stat.S_ISREG(mode):
        _string(digest, b"regular")
        if mode & stat.S_IXUSR:
            _string(digest, b"executable")
            _string(digest, b"")
        _string(digest, b"contents")
        with open(path, "rb") as file:
            _string(digest, file.read())
    elif stat.S_ISLNK(mode):
        for word in (b"symlink", b"target", os.readlink(path)):
            _string(digest, word)
    elif stat.S_ISDIR(mode):
        _string(digest, b"directory")
        for name in sorted(listed(path)):
            for word in (b"entry", b"(", b"name", name, b"node"):
                _string(digest, word)
            _pack(digest, os.path.join(path, name), listed)
            _string(digest, b")")
    else:
        raise NixError(f"file '{os.fsdecode(path)}' has an unsupported type")
    _string(digest, b")")


def _string(digest: _Digest, data: bytes) -> None:
    digest.update(len(data).to_bytes(8, "little"))
    digest.update(data)
    digest.update(bytes(-len(data) % 8))
