"""Modules that stand for options which moved, changed or went.

Source: nixpkgs lib/modules.nix: doRename, mkRemovedOptionModule, mkMergedOptionModule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.compare import equal
from hmls.lang.errors import Aborted, Thrown, Unknowable
from hmls.lang.force import (
    MISSING,
    call,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_string,
    force,
    get,
    get_lazy,
    has,
    select,
)
from hmls.lang.interp import Interp
from hmls.lang.lib.support import arguments, library, pattern
from hmls.lang.values import Attrs, Formals, Lazy, Primop, Thunk, Unknown, Value
from hmls.modules.lib_properties import is_defined, priority_of
from hmls.modules.messages import show_files, show_option
from hmls.modules.native import Moved, raw
from hmls.modules.properties import if_, merge, override

Path = tuple[str, ...]
Module = Callable[[Attrs], Value]
_NO_VALUE = "_mkMergedOptionModule"

register = Registry()


def _module(function: Module, moved: Moved, *given: str) -> Primop:
    formals = Formals(dict.fromkeys(given, False), True)
    return Primop("", 1, lambda attrs: function(expect_attrs(attrs)), (), formals, moved)


def _path(lazy: Lazy) -> Path:
    return tuple(expect_string(part) for part in expect_list(lazy))


def _at(path: Path, value: Lazy) -> Lazy:
    """lib.setAttrByPath."""
    for name in reversed(path):
        value = Attrs({name: value})
    return value


def _found(root: Lazy, path: Path) -> Value:
    """lib.attrByPath, or MISSING."""
    value = force(root)
    for name in path:
        if isinstance(value, Unknown):
            raise Unknowable(value)
        if not isinstance(value, Attrs) or get_lazy(value, name) is MISSING:
            return MISSING
        value = get(value, name)
    return value


def _from_path(root: Lazy, path: Path) -> Value:
    """lib.getAttrFromPath."""
    value = _found(root, path)
    if value is MISSING:
        raise _aborted(f"cannot find attribute '{'.'.join(path)}'")
    return value


def _aborted(message: str) -> Aborted:
    return Aborted(f"evaluation aborted with the following error message: '{message}'")


class Rename(NamedTuple):
    """The arguments of doRename."""

    source: Path
    target: Path
    visible: Lazy
    warns: Callable[[], bool]
    use: Callable[[Lazy], Value]
    with_priority: bool = True
    condition: Lazy = True


@register.with_interp("mkRenamedOptionModule")
def renamed(interp: Interp, source: Lazy, target: Lazy) -> Value:
    old, new = _path(source), _path(target)

    def use(value: Lazy) -> Value:
        interp.trace(_obsolete(old, new))
        return force(value)

    return rename(interp, Rename(old, new, False, lambda: True, use))


def _obsolete(old: Path, new: Path) -> str:
    return f"Obsolete option `{show_option(old)}' is used. It was renamed to `{show_option(new)}'."


_RENAMED_WITH = pattern("from", "to", "sinceRelease")


@register.with_interp("mkRenamedOptionModuleWith", formals=_RENAMED_WITH)
def renamed_with(interp: Interp, given: Lazy) -> Value:
    attrs = arguments("mkRenamedOptionModuleWith", _RENAMED_WITH, given)
    old, new = _path(attrs["from"]), _path(attrs["to"])

    def warns() -> bool:
        is_at_least = library(interp, "trivial", "oldestSupportedReleaseIsAtLeast")
        return expect_bool(call(is_at_least, attrs["sinceRelease"]))

    return rename(interp, Rename(old, new, False, warns, force))


@register.with_interp("mkAliasOptionModule", "mkAliasOptionModuleMD")
def alias(interp: Interp, source: Lazy, target: Lazy) -> Value:
    return rename(
        interp, Rename(_path(source), _path(target), True, lambda: False, force), kind="alias"
    )


_RENAME = pattern("from", "to", "visible", "warn", "use", optional=("withPriority", "condition"))


@register.with_interp("doRename", formals=_RENAME)
def do_rename(interp: Interp, given: Lazy) -> Value:
    attrs = arguments("doRename", _RENAME, given)
    with_priority = get(attrs, "withPriority")
    condition = get_lazy(attrs, "condition")
    return rename(
        interp,
        Rename(
            _path(attrs["from"]),
            _path(attrs["to"]),
            attrs["visible"],
            lambda: expect_bool(attrs["warn"]),
            lambda value: call(force(attrs["use"]), value),
            with_priority is MISSING or expect_bool(with_priority),
            True if condition is MISSING else condition,
        ),
    )


def rename(interp: Interp, told: Rename, kind: str = "renamed") -> Value:
    """doRename: definitions of the old option become definitions of the new one."""

    def module(given: Attrs) -> Value:
        config, options = given["config"], raw(given, "options")
        old = Thunk(lambda path: _from_path(options, path), told.source)

        def new_value(_value: Lazy) -> Value:
            def target(_none: None) -> Value:
                found = _found(config, told.target)
                if found is MISSING:
                    shown = show_option(told.target)
                    raise _aborted(f"Renaming error: option `{shown}' does not exist.")
                return found

            return told.use(Thunk(target, None))

        def declared(_none: None) -> Value:
            option = Attrs(
                {
                    "_type": "option",
                    "visible": told.visible,
                    "description": f"Alias of {{option}}`{show_option(told.target)}`.",
                    "apply": Primop("", 1, new_value),
                }
            )
            option_type = _target_type(interp, options, told.target)
            if option_type is not None:
                option["type"] = option_type
            return option

        warnings = Thunk(lambda _none: _warnings(options, old, told), None)
        forwarded = if_(is_defined(old), _at(told.target, merge(Thunk(_forwarded, (old, told)))))
        return Attrs(
            {
                "options": _at(told.source, Thunk(declared, None)),
                "config": if_(told.condition, merge([warnings, forwarded])),
            }
        )

    return _module(module, Moved(kind, (told.source,), told.target), "config", "options")


def _target_type(interp: Interp, options: Lazy, target: Path) -> Value:
    option = _found(options, target)
    found = get(option, "type") if isinstance(option, Attrs) else MISSING
    if found is not MISSING:
        return found
    return call(library(interp, "types", "submodule"), Attrs())


def _forwarded(given: tuple[Lazy, Rename]) -> Value:
    """mkAliasAndWrapDefsWithPriority: the old definitions at the new place."""
    option, told = given
    definitions = expect_list(select(expect_attrs(option), "definitions"))
    if not told.with_priority:
        return definitions
    priority = priority_of(option)
    return [override(priority, definition) for definition in definitions]


def _warnings(options: Lazy, old: Lazy, told: Rename) -> Value:
    if not has(expect_attrs(options), "warnings"):
        return Attrs()

    def listed(_none: None) -> Value:
        option = expect_attrs(old)
        if not expect_bool(select(option, "isDefined")) or not told.warns():
            return []
        return [
            f"The option `{show_option(told.source)}' defined in {_files(option)} has been "
            f"renamed to `{show_option(told.target)}'."
        ]

    return Attrs({"warnings": Thunk(listed, None)})


def _files(option: Attrs) -> str:
    return show_files(coerce.coerce_copying(file) for file in expect_list(select(option, "files")))


@register("mkRemovedOptionModule")
def removed(path: Lazy, instructions: Lazy) -> Value:
    source = _path(path)

    def refuse(_value: Lazy) -> Value:
        raise Thrown(
            f"The option `{show_option(source)}' can no longer be used since it's been removed. "
            f"{coerce.coerce_copying(instructions)}"
        )

    def module(given: Attrs) -> Value:
        option = Thunk(lambda options: _from_path(options, source), raw(given, "options"))

        def message(_none: None) -> Value:
            return (
                f"The option definition `{show_option(source)}' in "
                f"{_files(expect_attrs(option))} no longer has any effect; please remove it.\n"
                f"{coerce.coerce_copying(instructions)}\n"
            )

        def is_unused(_none: None) -> Value:
            return not expect_bool(select(expect_attrs(option), "isDefined"))

        assertion = Attrs({"assertion": Thunk(is_unused, None), "message": Thunk(message, None)})
        declared = Attrs({"_type": "option", "visible": False, "apply": Primop("", 1, refuse)})
        return Attrs(
            {"options": _at(source, declared), "config": Attrs({"assertions": [assertion]})}
        )

    return _module(module, Moved("removed", (source,), None, instructions), "options")


@register("mkChangedOptionModule")
def changed(source: Lazy, target: Lazy, change: Lazy) -> Value:
    return merged_options([source], target, change)


@register("mkMergedOptionModule")
def merged_options(sources: Lazy, target: Lazy, function: Lazy) -> Value:
    paths = tuple(_path(path) for path in expect_list(sources))
    to = _path(target)

    def module(given: Attrs) -> Value:
        config, options = given["config"], raw(given, "options")

        def is_set(path: Path) -> bool:
            return not equal(_from_path(raw(given, "config"), path), _NO_VALUE)

        def warnings(_none: None) -> Value:
            return [_changed_warning(options, path, to) for path in paths if is_set(path)]

        def contents(_none: None) -> Value:
            if not any(is_set(path) for path in paths):
                return []
            return [Thunk(lambda given: call(force(function), given), config)]

        declared = Attrs()
        for path in paths:
            option = Attrs({"_type": "option", "visible": False, "default": _NO_VALUE})
            declared = _joined(declared, expect_attrs(_at(path, option)))
        new = expect_attrs(_at(to, merge(Thunk(contents, None))))
        defined = Attrs({"warnings": Thunk(warnings, None), **new})
        return Attrs({"options": declared, "config": defined})

    return _module(module, Moved("changed", paths, to, "", function), "config", "options")


def _joined(left: Attrs, right: Attrs) -> Attrs:
    made = Attrs(left)
    for name, value in right.items():
        known = made.get(name)
        made[name] = _joined(known, value) if isinstance(known, Attrs) else value
    return made


def _changed_warning(options: Lazy, source: Path, target: Path) -> str:
    option = expect_attrs(_from_path(options, source))
    return (
        f"The option `{show_option(source)}' defined in {_files(option)} has been changed to "
        f"`{show_option(target)}' that has a different type. Please read `{show_option(target)}' "
        "documentation and update your configuration accordingly."
    )
