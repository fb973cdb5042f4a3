"""Which modules `disabledModules` takes away. Source: nixpkgs lib/modules.nix, isDisabled."""

from __future__ import annotations

from hmls.lang import coerce
from hmls.lang.compare import equal
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import MISSING, expect_list, force, get
from hmls.lang.values import Attrs, Lazy, Unknown, UnknownString, Value, type_name
from hmls.modules.types.scalars import is_string_like

MODULES_PATH = "‹modulesPath›"
"""What stands for the folder of modules where it is unknown."""


def disabled_keys(disabling: list[tuple[str, Lazy]], modules_path: Lazy) -> list[Value]:
    """The keys of disabled modules, from file → `disabledModules`. Raises NixError."""
    keys: list[Value] = []
    for file, lazy in disabling:
        keys.extend(_key(force(item), file, modules_path) for item in expect_list(lazy))
    return keys


def _key(value: Value, file: str, modules_path: Lazy) -> Value:
    if isinstance(value, Unknown):
        below = _below(value, force(modules_path))
        if below is not None:
            return f"{MODULES_PATH}{below}"
        if value.cause.kind == "missing-input":
            # A module of an input that is not here is none of those that were read.
            return f"‹{value.text}›"
        raise Unknowable(value)
    if isinstance(value, str):
        return value if value.startswith("/") else f"{_folder(modules_path)}/{value}"
    key = get(value, "key") if isinstance(value, Attrs) else MISSING
    if _has_text(value):
        text = coerce.to_string(value)
        if key is not MISSING and not equal(key, text):
            shown = coerce.interpolate(key)
            raise Thrown(
                f"Module `{file}` contains a disabledModules item that is an attribute set that "
                f"can be converted to a string ({text}) but also has a `.key` attribute ({shown}) "
                "with a different value. This makes it ambiguous which module should be disabled."
            )
        return text
    if key is not MISSING:
        return key
    if isinstance(value, Attrs):
        raise Thrown(
            f"Module `{file}` contains a disabledModules item that is an attribute set, "
            "presumably a module, that does not have a `key` attribute. This means that the "
            "module system doesn't have any means to identify the module that should be "
            "disabled. Make sure that you've put the correct value in disabledModules: a string "
            "path relative to modulesPath, a path value, or an attribute set with a `key` "
            "attribute."
        )
    raise Thrown(
        "Each disabledModules item must be a path, string, or a attribute set with a key "
        "attribute, or a value supported by toString. However, one of the disabledModules items "
        f"in `{file}` is none of that, but is of type {type_name(value)}."
    )


def _below(value: Unknown, folder: Value) -> str | None:
    """What a text has behind the folder of modules, where that is unknown."""
    if not isinstance(value, UnknownString) or not isinstance(folder, UnknownString):
        return None
    first, *others = value.parts
    known = [each for each in others if isinstance(each, str)]
    if len(known) < len(others) or not isinstance(first, Unknown):
        return None
    below = "".join(known)
    if first is folder.parts[0]:
        return below
    if first.text == folder.cause.subject and below.startswith("/modules/"):
        return below.removeprefix("/modules")
    return None


def _folder(modules_path: Lazy) -> str:
    """Where the modules of NixOS or Home Manager lie. None that was read lies in an unknown one."""
    value = force(modules_path)
    return MODULES_PATH if isinstance(value, Unknown) else coerce.to_string(value)


def _has_text(value: Value) -> bool:
    """lib.isConvertibleWithToString."""
    if value is None or isinstance(value, bool | int | float) or is_string_like(value):
        return True
    return value.__class__ is list and all(_has_text(force(item)) for item in value)
