"""lib.hm.deprecations: options that changed. Source: Home Manager modules/lib/deprecations.nix."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.compare import equal
from hmls.lang.errors import Unknowable
from hmls.lang.force import (
    MISSING,
    call,
    call2,
    delayed,
    expect_attrs,
    expect_bool,
    expect_int,
    expect_list,
    expect_string,
    force,
    get,
    get_lazy,
    has,
    names,
    select,
)
from hmls.lang.lib.home_manager.strings import to_snake_case
from hmls.lang.lib.pretty import pretty
from hmls.lang.lib.support import (
    NESTED,
    arguments,
    assert_message,
    builtin,
    concat,
    function,
    function2,
    join,
    library,
    option,
    part,
    pattern,
)
from hmls.lang.lib.trivial import is_applicable
from hmls.lang.values import Attrs, Lazy, Thunk, Unknown, Value, type_name

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_SHAPE = pattern("option", "old", "replacement", optional=("details",))
_RENAMED = pattern("option", "old", "replacement")
_TRANSFORM = pattern(optional=("transform",))
_REMAP = pattern("pred", "transform", optional=("ignore",))
_DEFAULT = pattern(
    "stateVersion", "since", "optionPath", "legacy", "current",
    optional=(
        "extraWarning", "config", "options", "warningPriority", "shouldWarn",
        "deferWarningToConfig",
    ),
)  # fmt: skip
_OMITTED = pattern("omittedField", "triggerField", optional=("triggerPredicate",))
_LIST_WARNINGS = pattern(
    "stateVersion", "since", "baseWarning", "definitions", "shouldWarnEntry",
    optional=("describeEntry", "extraEntryWarning"),
)  # fmt: skip


def _value(args: Attrs, name: str) -> Value:
    return part(lambda: select(args, name))


def _shown_option(interp: Interp, path: Lazy) -> Value:
    return part(lambda: call(library(interp, "options", "showOption"), path))


@register.with_interp("mkDeprecatedOptionValueWarning", formals=_SHAPE)
def mk_deprecated_option_value_warning(interp: Interp, given: Lazy) -> Value:
    args = arguments("mkDeprecatedOptionValueWarning", _SHAPE, given)
    details = expect_string(option(args, "details", ""))
    text = concat(
        "Using `", _shown_option(interp, get_lazy(args, "option")), "` as ", _value(args, "old"),
        " is deprecated and will be\nremoved in a future release. Please use ",
        _value(args, "replacement"), " instead.\n",
    )  # fmt: skip
    return concat(text, f"\n{details}\n") if details else text


@register.with_interp("mkDeprecatedOptionValueRenameWarning", formals=_RENAMED)
def mk_deprecated_option_value_rename_warning(interp: Interp, given: Lazy) -> Value:
    args = arguments("mkDeprecatedOptionValueRenameWarning", _RENAMED, given)
    return concat(
        "The value ", _value(args, "old"), " for `",
        _shown_option(interp, get_lazy(args, "option")),
        "` is deprecated and will be\nremoved in a future release. Please use ",
        _value(args, "replacement"), " instead.\n",
    )  # fmt: skip


def _listed(lazy: Lazy) -> list[Lazy]:
    value = force(lazy)
    if isinstance(value, Unknown) and value.kind in (None, "list"):
        raise Unknowable(value)
    return expect_list(value) if type_name(value) == "list" else [value]


@register.with_interp("mkSettingsRenamedOptionModules")
def mk_settings_renamed_option_modules(
    interp: Interp, old_prefix: Lazy, new_prefix: Lazy, given: Lazy
) -> Value:
    """A function from settings' names to modules that rename them."""
    args = arguments("mkSettingsRenamedOptionModules", _TRANSFORM, given)
    transform = option(args, "transform", function(to_snake_case))

    def module(lazy: Lazy) -> Value:
        spec = force(lazy)
        if isinstance(spec, Attrs):
            old, new = _listed(select(spec, "old")), _listed(select(spec, "new"))
        else:
            old = _listed(spec)
            new = [Thunk(lambda part_: call(force(transform), part_), part_) for part_ in old]
        rename = library(interp, "modules", "mkRenamedOptionModule")
        return call2(rename, [*expect_list(old_prefix), *old], [*expect_list(new_prefix), *new])

    return function(lambda specs: [Thunk(module, spec) for spec in expect_list(specs)])


@register.with_interp("remapAttrsRecursive", formals=_REMAP)
def remap_attrs_recursive(interp: Interp, given: Lazy) -> Value:
    """A function that renames the attributes of a set and of those inside it."""
    args = arguments("remapAttrsRecursive", _REMAP, given)

    def migrated(path: str, lazy: Lazy) -> Value:
        value = force(lazy)
        if isinstance(value, Unknown) and value.kind in (None, "set", "list"):
            raise Unknowable(value)
        if isinstance(value, Attrs):
            return renamed(path, value)
        if type_name(value) == "list":
            return [
                delayed_migration(f"{path}.[{index}]", item)
                for index, item in enumerate(expect_list(value))
            ]
        return value

    def delayed_migration(path: str, lazy: Lazy) -> Thunk:
        return delayed(lambda: migrated(path, lazy))

    def renamed(path: str, attrs: Attrs) -> Value:
        made: dict[str, Lazy] = {}
        ignored = [force(name) for name in expect_list(option(args, "ignore", []))]
        with NESTED:
            for name in names(attrs):
                new = name
                if expect_bool(call(select(args, "pred"), name)) and name not in ignored:
                    new = expect_string(call(select(args, "transform"), name))
                if new != name:
                    warning = (
                        f"home-manager: The setting '{name}' in '{path}' was automatically "
                        f"renamed to '{new}'. Please update your configuration."
                    )
                    call2(library(interp, "trivial", "warn"), warning, None)
                made.setdefault(new, delayed_migration(f"{path}.{name}", attrs[name]))
        return Attrs(made)

    return function2(lambda path, attrs: migrated(expect_string(path), attrs))


def _text_of(branch: Attrs) -> Value:
    """How a value is written: its own text, or its source."""
    text = get(branch, "text")
    return pretty(get_lazy(branch, "value")) if text is MISSING else text


@register.with_interp("mkStateVersionOptionDefault", formals=_DEFAULT)
def mk_state_version_option_default(interp: Interp, given: Lazy) -> Value:
    """An option's default that depends on home.stateVersion, and what to say of it."""
    args = arguments("mkStateVersionOptionDefault", _DEFAULT, given)
    deferred = expect_bool(option(args, "deferWarningToConfig", False))

    def can_defer() -> bool:
        return all(force(option(args, name, None)) is not None for name in ("config", "options"))

    assert_message(
        not deferred or can_defer(),
        "`lib.hm.deprecations.mkStateVersionOptionDefault` requires both `config` and `options`\n"
        "when `deferWarningToConfig = true`.\n",
    )
    legacy, current = get_lazy(args, "legacy"), get_lazy(args, "current")

    def is_legacy() -> bool:
        older = library(interp, "strings", "versionOlder")
        return expect_bool(call2(older, get_lazy(args, "stateVersion"), get_lazy(args, "since")))

    def symbolic() -> Value:
        """The choice itself where the version is a symbol, else None."""
        version = force(get_lazy(args, "stateVersion"))
        if not isinstance(version, Unknown) or not version.symbolic:
            return None
        older = version.operation(
            "call", ("lib.strings.versionOlder", version, get_lazy(args, "since"))
        )
        branches = (delayed(lambda: value_of(legacy)), delayed(lambda: value_of(current)))
        return version.operation("if", (older, *branches))

    def value_of(branch: Lazy) -> Value:
        return select(expect_attrs(branch), "value")

    def changes() -> bool:
        return not equal(value_of(legacy), value_of(current))

    def warning() -> Value:
        name = _shown_option(interp, get_lazy(args, "optionPath"))
        old, new = _text_of(expect_attrs(legacy)), _text_of(expect_attrs(current))
        extra = expect_string(option(args, "extraWarning", ""))
        return concat(
            "The default value of `", name, "` has changed from `", old, "` to `", new, "`.\n"
            "You are currently using the legacy default (`", old, "`) because "
            '`home.stateVersion` is less than "', select(args, "since"), '".\n'
            "To silence this warning and keep legacy behavior, set:\n  ", name, " = ", old, ";\n"
            "To adopt the new default behavior, set:\n  ", name, " = ", new, ";\n",
            f"\n{extra}" if extra else "",
        )  # fmt: skip

    shown = delayed(warning)

    def default() -> Value:
        if not deferred and (choice := symbolic()) is not None:
            return choice
        if is_legacy() and not deferred and changes():
            return call2(
                library(interp, "trivial", "warn"), shown, delayed(lambda: value_of(legacy))
            )
        return value_of(current)

    def default_text() -> Value:
        old, new = _text_of(expect_attrs(legacy)), _text_of(expect_attrs(current))
        source = concat(
            'if lib.versionAtLeast config.home.stateVersion "', select(args, "since"), '" then ',
            new, " else ", old, "\n",
        )  # fmt: skip
        return call(library(interp, "options", "literalExpression"), source)

    def option_info() -> Value:
        if not can_defer():
            return Attrs()
        return call2(
            library(interp, "attrsets", "getAttrFromPath"),
            get_lazy(args, "optionPath"),
            get_lazy(args, "options"),
        )

    def has_default_priority() -> Value:
        if not can_defer():
            return False
        priority = select(expect_attrs(option_info()), "highestPrio")
        return expect_int(priority) >= expect_int(option(args, "warningPriority", 1500))

    def should_warn() -> Value:
        if not deferred or not is_legacy() or not changes():
            return False
        check = force(option(args, "shouldWarn", None))
        if not is_applicable(check):
            return has_default_priority()
        info = Attrs(
            {
                "optionInfo": delayed(option_info),
                "optionUsesDefaultPriority": delayed(has_default_priority),
            }
        )
        return call(check, info)

    return Attrs(
        {
            "default": delayed(default),
            "defaultText": delayed(default_text),
            "effectiveDefault": delayed(lambda: value_of(legacy if is_legacy() else current)),
            "warning": shown,
            "optionUsesDefaultPriority": delayed(has_default_priority),
            "shouldWarn": delayed(should_warn),
        }
    )


def _is_meaningful(value: Lazy) -> bool:
    found = force(value)
    if isinstance(found, Unknown):
        raise Unknowable(found)
    return found is not None and not (isinstance(found, str) and found == "")


_MEANINGFUL = function(_is_meaningful)


@register("mkListEntryOmittedFieldPredicate", formals=_OMITTED)
def mk_list_entry_omitted_field_predicate(given: Lazy) -> Value:
    args = arguments("mkListEntryOmittedFieldPredicate", _OMITTED, given)

    def check(entry: Lazy) -> Value:
        value = select(expect_attrs(entry), "value")
        if isinstance(value, Unknown):
            raise Unknowable(value)
        trigger = expect_string(select(args, "triggerField"))
        if not isinstance(value, Attrs) or not has(value, trigger):
            return False
        predicate = force(option(args, "triggerPredicate", _MEANINGFUL))
        if not expect_bool(call(predicate, get_lazy(value, trigger))):
            return False
        return not has(value, expect_string(select(args, "omittedField")))

    return function(check)


@register.with_interp("mkStateVersionListSubmoduleWarnings", formals=_LIST_WARNINGS)
def mk_state_version_list_submodule_warnings(interp: Interp, given: Lazy) -> Value:
    args = arguments("mkStateVersionListSubmoduleWarnings", _LIST_WARNINGS, given)
    older = library(interp, "strings", "versionOlder")
    if not expect_bool(call2(older, get_lazy(args, "stateVersion"), get_lazy(args, "since"))):
        return []
    entries = [
        entry
        for definition in expect_list(select(args, "definitions"))
        for entry in _entries(interp, expect_attrs(definition))
    ]
    check = select(args, "shouldWarnEntry")
    return [Thunk(_entry_warning(args), e) for e in entries if expect_bool(call(check, e))]


def _entries(interp: Interp, definition: Attrs) -> list[Attrs]:
    def file() -> Value:
        shown = coerce.to_string(get_lazy(definition, "file"))
        return call(builtin(interp, "baseNameOf"), shown)

    return [
        Attrs({"index": index, "value": value, "file": delayed(file)})
        for index, value in enumerate(expect_list(select(definition, "value")), 1)
    ]


def _entry_warning(args: Attrs) -> Callable[[Attrs], Value]:
    def warning(entry: Attrs) -> Value:
        describe = force(option(args, "describeEntry", function(lambda _: "an entry")))
        extra = force(option(args, "extraEntryWarning", function(lambda _: "")))
        more = expect_string(call(extra, entry))
        lines: list[Value] = [
            expect_string(select(args, "baseWarning")).removesuffix("\n"),
            concat(
                "Triggered by ", call(describe, entry), " defined in `", select(entry, "file"),
                f"` at list index {entry['index']}.",
            ),
        ]  # fmt: skip
        return join("\n", [*lines, more] if more else lines)

    return warning
