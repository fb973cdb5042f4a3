"""Modules that stand for options which moved, changed or went.

Source: nixpkgs lib/modules.nix: doRename, mkRemovedOptionModule, mkMergedOptionModule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import Aborted, NixError, Thrown, Unknowable
from hmls.lang.force import (
    MISSING,
    call,
    delayed,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_string,
    force,
    get,
    select,
)
from hmls.lang.lib.support import arguments, pattern
from hmls.lang.values import Attrs, Formals, Lazy, Primop, Unknown, Value
from hmls.modules.messages import show_files, show_option
from hmls.modules.properties import DEFAULT_PRIORITY, if_, merge, override
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.submodules import Submodule

Path = tuple[str, ...]
Module = Callable[[Attrs], Value]
_NO_VALUE = "_mkMergedOptionModule"

register = Registry()


@dataclass(frozen=True, slots=True)
class Moved:
    """What a module of this file says: the tag of its function, for the catalog and the editor.

    `kind` is `renamed`, `alias`, `removed` or `changed`.
    """

    kind: str
    sources: tuple[Path, ...]
    target: Path | None
    note: str = ""


def _module(function: Module, moved: Moved) -> Primop:
    formals = Formals({"config": False, "options": False}, True)
    return Primop("", 1, lambda given: function(expect_attrs(given)), (), formals, moved)


def _path(lazy: Lazy) -> Path:
    return tuple(expect_string(part) for part in expect_list(lazy))


def _at(path: Path, value: Lazy) -> Lazy:
    for name in reversed(path):
        value = Attrs({name: value})
    return value


def _found(root: Lazy, path: Path) -> Value:
    """getAttrFromPath, or MISSING."""
    value = force(root)
    for name in path:
        if isinstance(value, Unknown):
            raise Unknowable(value)
        if not isinstance(value, Attrs):
            return MISSING
        value = get(value, name)
        if value is MISSING:
            return MISSING
    return value


@register.with_interp("mkRenamedOptionModule")
def renamed(interp: object, source: Lazy, target: Lazy) -> Value:
    def use(value: Value) -> Value:
        interp.trace(  # type: ignore[attr-defined]
            f"Obsolete option `{show_option(_path(source))}' is used. It was renamed to "
            f"`{show_option(_path(target))}'."
        )
        return value

    return rename(interp, _path(source), _path(target), visible=False, warn=True, use=use)


_RENAMED_WITH = pattern("from", "to", "sinceRelease")


@register.with_interp("mkRenamedOptionModuleWith", formals=_RENAMED_WITH)
def renamed_with(interp: object, given: Lazy) -> Value:
    attrs = arguments("mkRenamedOptionModuleWith", _RENAMED_WITH, given)
    return rename(
        interp, _path(attrs["from"]), _path(attrs["to"]), visible=False, warn=True, use=_same
    )


@register.with_interp("mkAliasOptionModule", "mkAliasOptionModuleMD")
def alias(interp: object, source: Lazy, target: Lazy) -> Value:
    return rename(interp, _path(source), _path(target), visible=True, warn=False, use=_same)


def _same(value: Value) -> Value:
    return value


_RENAME = pattern("from", "to", "visible", "warn", "use", optional=("withPriority", "condition"))


@register.with_interp("doRename", formals=_RENAME)
def do_rename(interp: object, given: Lazy) -> Value:
    attrs = arguments("doRename", _RENAME, given)
    with_priority, condition = get(attrs, "withPriority"), attrs.get("condition", True)
    return rename(
        interp,
        _path(attrs["from"]),
        _path(attrs["to"]),
        visible=force(attrs["visible"]),
        warn=expect_bool(attrs["warn"]),
        use=lambda value: call(force(attrs["use"]), value),
        with_priority=with_priority is MISSING or expect_bool(with_priority),
        condition=condition,
    )


def rename(
    interp: object,
    source: Path,
    target: Path,
    *,
    visible: Value,
    warn: bool,
    use: Callable[[Value], Value],
    with_priority: bool = True,
    condition: Lazy = True,
) -> Value:
    """doRename: definitions of the old option become definitions of the new one."""

    def apply(_value: Lazy, config: Lazy) -> Value:
        found = _found(config, target)
        if found is MISSING:
            raise Aborted(
                "evaluation aborted with the following error message: 'Renaming error: option "
                f"`{show_option(target)}' does not exist.'"
            )
        return use(found)

    def module(given: Attrs) -> Value:
        config, options = given["config"], given["options"]

        def target_type() -> Value:
            option = _found(options, target)
            found = get(option, "type") if isinstance(option, Attrs) else MISSING
            if found is not MISSING:
                return found
            from hmls.modules.system import ModuleSystem

            return nix_view(Submodule(ModuleSystem(interp), [Attrs()], shorthand=True))  # type: ignore[arg-type]

        old = delayed(lambda: _existing(options, source))
        option = Attrs(
            {
                "_type": "option",
                "visible": visible,
                "description": f"Alias of {{option}}`{show_option(target)}`.",
                "apply": Primop("", 1, lambda value: apply(value, config)),
                "type": delayed(target_type),
            }
        )
        forward = _forwarded(old, target, with_priority=with_priority)
        warnings = delayed(lambda: _rename_warning(options, old, source, target, warn))
        return Attrs(
            {
                "options": _at(source, option),
                "config": if_(condition, merge([warnings, forward])),
            }
        )

    kind = "alias" if visible is True and not warn else "renamed"
    return _module(module, Moved(kind, (source,), target))


def _existing(options: Lazy, path: Path) -> Attrs:
    found = _found(options, path)
    if found is MISSING:
        raise NixError(f"attribute '{path[-1]}' missing")
    return expect_attrs(found)


def _forwarded(old: Lazy, target: Path, *, with_priority: bool) -> Attrs:
    """mkAliasAndWrapDefsWithPriority: the old definitions at the new place."""

    def contents() -> Value:
        option = expect_attrs(old)
        definitions = expect_list(select(option, "definitions"))
        if with_priority:
            priority = get(option, "highestPrio")
            priority = DEFAULT_PRIORITY if priority is MISSING else priority
            definitions = [override(priority, definition) for definition in definitions]
        return definitions

    is_defined = delayed(lambda: select(expect_attrs(old), "isDefined"))
    merged = Attrs({"_type": "merge", "contents": delayed(contents)})
    return if_(is_defined, _at(target, merged))


def _rename_warning(options: Lazy, old: Lazy, source: Path, target: Path, warn: bool) -> Value:
    if _found(options, ("warnings",)) is MISSING:
        return Attrs()

    def warnings() -> Value:
        option = expect_attrs(old)
        if not warn or select(option, "isDefined") is not True:
            return []
        files = show_files(expect_string(file) for file in expect_list(option["files"]))
        return [
            f"The option `{show_option(source)}' defined in {files} has been renamed to "
            f"`{show_option(target)}'."
        ]

    return Attrs({"warnings": delayed(warnings)})


@register("mkRemovedOptionModule")
def removed(path: Lazy, instructions: Lazy) -> Value:
    source = _path(path)
    note = expect_string(instructions)

    def refuse(_value: Lazy) -> Value:
        raise Thrown(
            f"The option `{show_option(source)}' can no longer be used since it's been removed. "
            f"{note}"
        )

    def module(given: Attrs) -> Value:
        option = delayed(lambda: _existing(given["options"], source))

        def message() -> Value:
            files = expect_list(select(expect_attrs(option), "files"))
            shown = show_files(expect_string(file) for file in files)
            return (
                f"The option definition `{show_option(source)}' in {shown} no longer has any "
                f"effect; please remove it.\n{note}\n"
            )

        assertion = Attrs(
            {
                "assertion": delayed(
                    lambda: not expect_bool(select(expect_attrs(option), "isDefined"))
                ),
                "message": delayed(message),
            }
        )
        declared = Attrs({"_type": "option", "visible": False, "apply": Primop("", 1, refuse)})
        return Attrs(
            {
                "options": _at(source, declared),
                "config": Attrs({"assertions": [assertion]}),
            }
        )

    return _module(module, Moved("removed", (source,), None, note))


@register("mkChangedOptionModule")
def changed(source: Lazy, target: Lazy, change: Lazy) -> Value:
    return merged_options([source], target, change)


@register("mkMergedOptionModule")
def merged_options(sources: Lazy, target: Lazy, function: Lazy) -> Value:
    paths = tuple(_path(path) for path in expect_list(sources))
    to = _path(target)

    def module(given: Attrs) -> Value:
        config, options = given["config"], given["options"]

        def is_set(path: Path) -> bool:
            value = _found(config, path)
            if isinstance(value, Unknown):
                raise Unknowable(value)
            return not (isinstance(value, str) and value == _NO_VALUE)

        def warnings() -> Value:
            return [_changed_warning(options, path, to) for path in paths if is_set(path)]

        def contents() -> Value:
            if not any(is_set(path) for path in paths):
                return []
            return [delayed(lambda: call(force(function), config))]

        declared = Attrs()
        for path in paths:
            option = Attrs({"_type": "option", "visible": False, "default": _NO_VALUE})
            declared = _joined(declared, expect_attrs(_at(path, option)))
        new = _at(to, Attrs({"_type": "merge", "contents": delayed(contents)}))
        defined = Attrs({"warnings": delayed(warnings), **expect_attrs(new)})
        return Attrs({"options": declared, "config": defined})

    return _module(module, Moved("changed", paths, to))


def _joined(left: Attrs, right: Attrs) -> Attrs:
    made = Attrs(left)
    for name, value in right.items():
        known = made.get(name)
        made[name] = _joined(known, value) if isinstance(known, Attrs) else value
    return made


def _changed_warning(options: Lazy, source: Path, target: Path) -> str:
    option = expect_attrs(_found(options, source))
    files = show_files(expect_string(file) for file in expect_list(select(option, "files")))
    return (
        f"The option `{show_option(source)}' defined in {files} has been changed to "
        f"`{show_option(target)}' that has a different type. Please read `{show_option(target)}' "
        "documentation and update your configuration accordingly."
    )
