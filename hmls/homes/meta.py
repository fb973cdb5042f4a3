"""The system of a home by convention: meta.nix or meta.json of its layers."""

from __future__ import annotations

import json
import os

from hmls.homes.files import FlakeReader
from hmls.homes.layout import Layer
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import get
from hmls.lang.interp import Interp, ReadFailed
from hmls.lang.values import Attrs

DEFAULT_SYSTEM = "x86_64-linux"


def system_of_layers(interp: Interp, layers: list[Layer]) -> tuple[str, str | None]:
    """(system, the meta file that says so, or None where it is the default).

    Of several layers the first one that says anything counts: base before global.
    """
    for layer in layers:
        if layer.system is not None:
            return layer.system, layer.folder
        for name, read in (("meta.nix", _from_nix), ("meta.json", _from_json)):
            path = os.path.join(layer.folder, name)
            system = read(interp, path)
            if system is not None:
                return system, path
    return DEFAULT_SYSTEM, None


def _from_nix(interp: Interp, path: str) -> str | None:
    try:
        if interp.reader.kind(path) is None:
            return None
        value = interp.import_path(path)
        if isinstance(value, Attrs):
            meta = get(value, "meta")
            return _string(get(meta, "system") if isinstance(meta, Attrs) else get(value, "system"))
    except (NixError, Unknowable, ReadFailed):
        pass  # A meta file that does not evaluate says nothing; the file has its own diagnostic.
    return None


def _from_json(interp: Interp, path: str) -> str | None:
    assert isinstance(interp.reader, FlakeReader)
    try:
        if interp.reader.kind(path) is None:
            return None
        data = json.loads(interp.reader.read(path))
    except (ReadFailed, Unknowable, ValueError):
        return None
    if not isinstance(data, dict):
        return None
    meta = data.get("meta", data)
    return _string(meta.get("system")) if isinstance(meta, dict) else None


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None
