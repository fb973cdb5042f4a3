"""`lib.options`: declaring options and talking about them. Source: nixpkgs lib/options.nix."""

from __future__ import annotations

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import update
from hmls.lang.errors import Aborted, AssertionFailed, Thrown, Unknowable
from hmls.lang.force import (
    MISSING,
    call,
    call2,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_string,
    force,
    get,
    get_lazy,
    is_derivation,
    names,
    select,
    type_of_set,
)
from hmls.lang.interp import Interp
from hmls.lang.lib.pretty import identifier
from hmls.lang.lib.support import arguments, function, function2, library, pattern
from hmls.lang.values import Attrs, Lazy, Primop, Thunk, Unknown, Value
from hmls.modules.definitions import Definition, Loc
from hmls.modules.messages import show_definitions, show_files, show_option
from hmls.modules.types.base import PRIORITY_HINT, merge_equal
from hmls.modules.types.foreign import from_nix_definition
from hmls.modules.types.scalars import merge_default
from hmls.modules.unify import UNKNOWN_FILE

register = Registry()
EXPORTS = (
    "isOption", "mkEnableOption", "mkSinkUndeclaredOptions", "mergeDefaultOption",
    "mergeOneOption", "mergeEqualOption", "mergeUniqueOption", "getValues", "getFiles",
    "optionAttrSetToDocList", "optionAttrSetToDocList'", "scrubOptionValue",
    "literalExpression", "showOption", "showOptionWithDefLocs", "showFiles", "unknownModule",
    "mkOption", "mkPackageOption", "literalMD",
)  # fmt: skip
CONSTANTS = {"unknownModule": UNKNOWN_FILE}

_OPTION = pattern(
    optional=(
        "default", "defaultText", "example", "description", "relatedPackages", "type", "apply",
        "internal", "visible", "readOnly",
    )
)  # fmt: skip


@register("mkOption", formals=_OPTION)
def make_option(given: Lazy) -> Value:
    attrs = arguments("mkOption", _OPTION, given)
    return update(attrs, Attrs({"_type": "option"}))


@register.with_interp("mkEnableOption")
def make_enable_option(interp: Interp, name: Lazy) -> Value:
    return Attrs(
        {
            "_type": "option",
            "default": False,
            "example": True,
            "description": Thunk(_whether_to_enable, name),
            "type": Thunk(_type_named, (interp, "bool")),
        }
    )


def _whether_to_enable(name: Lazy) -> Value:
    return coerce.join("", ["Whether to enable ", coerce.coerce_copying(name), "."])


def _type_named(given: tuple[Interp, str]) -> Value:
    interp, name = given
    return library(interp, "types", name)


_PACKAGE_OPTION = pattern(
    optional=("nullable", "default", "example", "extraDescription", "pkgsText")
)


@register.with_interp("mkPackageOption")
def make_package_option(interp: Interp, packages: Lazy, name: Lazy, given: Lazy) -> Value:
    attrs = arguments("mkPackageOption", _PACKAGE_OPTION, given)
    made = Attrs(
        {
            "_type": "option",
            "description": Thunk(_package_description, (name, attrs)),
            "type": Thunk(_package_type, (interp, attrs)),
        }
    )
    default = _default_path(name, attrs)
    if default is not None:
        text = Thunk(_attr_path, default)
        made["default"] = Thunk(_package_at, (packages, default, attrs))
        made["defaultText"] = _expression(Thunk(_below_packages, (attrs, text)))
    elif _flag(attrs, "nullable"):
        made["default"] = None
    example = get(attrs, "example")
    if example is not MISSING and example is not None:
        shown: Lazy = example
        if isinstance(example, list):
            shown = Thunk(_below_packages, (attrs, Thunk(_attr_path, example)))
        made["example"] = _expression(shown)
    return made


def _flag(attrs: Attrs, name: str) -> bool:
    found = get_lazy(attrs, name)
    return found is not MISSING and expect_bool(found)


def _text(attrs: Attrs, name: str, default: str) -> str:
    found = get_lazy(attrs, name)
    return default if found is MISSING else coerce.coerce_copying(found)


def _package_description(given: tuple[Lazy, Attrs]) -> Value:
    name, attrs = given
    value = force(name)
    shown = coerce.coerce_copying(value[-1] if isinstance(value, list) else value)
    extra = _text(attrs, "extraDescription", "")
    return f"The {shown} package to use.{' ' if extra else ''}{extra}"


def _package_type(given: tuple[Interp, Attrs]) -> Value:
    interp, attrs = given
    package = library(interp, "types", "package")
    if not _flag(attrs, "nullable"):
        return package
    return call(library(interp, "types", "nullOr"), package)


def _default_path(name: Lazy, attrs: Attrs) -> list[Lazy] | None:
    found = get_lazy(attrs, "default")
    value = force(name if found is MISSING else found)
    if isinstance(value, Unknown):
        raise Unknowable(value)
    return value if value is None or isinstance(value, list) else [value]


def _attr_path(path: list[Lazy]) -> str:
    """lib.showAttrPath."""
    if not path:
        return "<root attribute path>"
    return ".".join(identifier(expect_string(part)) for part in path)


def _below_packages(given: tuple[Attrs, Lazy]) -> Value:
    attrs, text = given
    return f"{_text(attrs, 'pkgsText', 'pkgs')}.{force(text)}"


def _package_at(given: tuple[Lazy, list[Lazy], Attrs]) -> Value:
    packages, path, attrs = given
    value = force(packages)
    for part in path:
        name = expect_string(part)
        if isinstance(value, Unknown):
            value = value.select(name)
            continue
        value = get(value, name) if isinstance(value, Attrs) else MISSING
        if value is MISSING:
            where = _text(attrs, "pkgsText", "pkgs")
            raise Thrown(f"{_attr_path(path)} cannot be found in {where}")
    return value


def _expression(text: Lazy) -> Attrs:
    return Attrs({"_type": "literalExpression", "text": text})


@register.with_interp("mkSinkUndeclaredOptions")
def make_sink(interp: Interp, given: Lazy) -> Value:
    def unreadable(_value: Lazy) -> Value:
        raise Thrown("Option value is not readable because the option is not declared.")

    sink = Attrs(
        {
            "name": "sink",
            "check": function(lambda _value: True),
            "merge": function2(lambda _loc, _definitions: False),
        }
    )
    option = Attrs(
        {
            "_type": "option",
            "internal": True,
            "visible": False,
            "default": False,
            "description": "Sink for option definitions.",
            "type": Thunk(lambda made: call(library(interp, "mkOptionType"), made), sink),
            "apply": Primop("", 1, unreadable),
        }
    )
    return update(option, expect_attrs(given))


@register("isOption")
def is_option(value: Lazy) -> Value:
    return type_of_set(force(value)) == "option"


def _definitions(lazy: Lazy) -> list[Definition]:
    return [from_nix_definition(item) for item in expect_list(lazy)]


def _loc(lazy: Lazy) -> Loc:
    return tuple(expect_string(part) for part in expect_list(lazy))


@register("mergeDefaultOption")
def merge_default_option(loc: Lazy, definitions: Lazy) -> Value:
    return force(merge_default(_loc(loc), _definitions(definitions)))


@register("mergeOneOption")
def merge_one_option(loc: Lazy, definitions: Lazy) -> Value:
    return _merge_unique("", None, loc, definitions)


@register("mergeEqualOption")
def merge_equal_option(loc: Lazy, definitions: Lazy) -> Value:
    found = _definitions(definitions)
    if not found:
        raise Aborted(
            "evaluation aborted with the following error message: 'This case should never happen.'"
        )
    return force(merge_equal(_loc(loc), found))


@register("mergeUniqueOption")
def merge_unique_option(given: Lazy, loc: Lazy, definitions: Lazy) -> Value:
    attrs = arguments("mergeUniqueOption", _UNIQUE_OPTION, given)
    merge = get(attrs, "merge")
    return _merge_unique(attrs["message"], None if merge is MISSING else merge, loc, definitions)


_UNIQUE_OPTION = pattern("message", optional=("merge",))


def _merge_unique(message: Lazy, merge: Value, loc: Lazy, definitions: Lazy) -> Value:
    items = expect_list(definitions)
    if len(items) == 1:
        if merge is not None:
            return call2(merge, loc, definitions)
        return select(expect_attrs(items[0]), "value")
    if not items:
        raise AssertionFailed("assertion '(__lessThan 1 (length defs))' failed")
    raise Thrown(
        f"The option `{show_option(_loc(loc))}' is defined multiple times while it's expected to "
        f"be unique.\n{coerce.coerce_copying(message)}\n"
        f"Definition values:{show_definitions(_definitions(definitions))}\n{PRIORITY_HINT}"
    )


@register("getValues")
def get_values(definitions: Lazy) -> Value:
    return [Thunk(_field, (d, "value")) for d in expect_list(definitions)]


@register("getFiles")
def get_files(definitions: Lazy) -> Value:
    return [Thunk(_field, (d, "file")) for d in expect_list(definitions)]


def _field(given: tuple[Lazy, str]) -> Value:
    return select(expect_attrs(given[0]), given[1])


@register("literalExpression")
def literal_expression(text: Lazy) -> Value:
    return _literal(text, "literalExpression")


@register("literalMD")
def literal_markdown(text: Lazy) -> Value:
    return _literal(text, "literalMD")


@register("literalCode")
def literal_code(language: Lazy, text: Lazy) -> Value:
    body = coerce.join(
        "", ["```", coerce.coerce_copying(language), "\n", coerce.coerce_copying(text), "\n```\n"]
    )
    return _literal(body, "literalMD")


def _literal(text: Lazy, kind: str) -> Attrs:
    value = force(text)
    if isinstance(value, Unknown) and value.kind is None:
        raise Unknowable(value)
    if not isinstance(value, str | Unknown):
        raise Thrown(f"{kind} expects a string.")
    return Attrs({"_type": kind, "text": value})


@register("showOption")
def show_option_(parts: Lazy) -> Value:
    return show_option(_loc(parts))


@register("showFiles")
def show_files_(files: Lazy) -> Value:
    return show_files(coerce.coerce_copying(file) for file in expect_list(files))


@register("showDefs")
def show_definitions_(definitions: Lazy) -> Value:
    return show_definitions(_definitions(definitions))


@register("showOptionWithDefLocs")
def show_option_with_places(option: Lazy) -> Value:
    attrs = expect_attrs(option)
    files = [coerce.coerce_copying(file) for file in expect_list(select(attrs, "files"))]
    listed = "\n".join(f"  - {file}" for file in files)
    return f"{show_option(_loc(select(attrs, 'loc')))}, with values defined in:\n{listed}\n"


@register("scrubOptionValue")
def scrub_option_value(value: Lazy) -> Value:
    found = force(value)
    if isinstance(found, list):
        return [Thunk(scrub_option_value, item) for item in found]
    if not isinstance(found, Attrs):
        return found
    if is_derivation(found):
        name = Thunk(_field, (found, "name"))
        return Attrs({"type": "derivation", "drvPath": name, "outPath": name, "name": name})
    return Attrs(
        {name: Thunk(scrub_option_value, found[name]) for name in names(found) if name != "_args"}
    )
