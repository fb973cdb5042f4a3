"""`lib.options`: declaring options and talking about them. Source: nixpkgs lib/options.nix."""

from __future__ import annotations

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import NixError, Thrown, Unknowable
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
    get_lazy,
    is_derivation,
    names,
    select,
    type_of_set,
)
from hmls.lang.lib.support import arguments, pattern
from hmls.lang.values import Attrs, Lazy, Primop, Unknown, Value, quote_attribute
from hmls.modules.collect import UNKNOWN_FILE
from hmls.modules.messages import show_definitions, show_files, show_option
from hmls.modules.types.base import PRIORITY_HINT, merge_equal
from hmls.modules.types.choices import NullOr
from hmls.modules.types.foreign import from_nix_definition
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.scalars import BOOL, PACKAGE, merge_default

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
    return Attrs({**attrs, "_type": "option"}, attrs.positions)


@register("mkEnableOption")
def make_enable_option(name: Lazy) -> Value:
    description = delayed(
        lambda: coerce.join("", ["Whether to enable ", coerce.coerce_copying(name), "."])
    )
    return Attrs(
        {
            "_type": "option",
            "default": False,
            "example": True,
            "description": description,
            "type": nix_view(BOOL),
        }
    )


_PACKAGE_OPTION = pattern(
    optional=("nullable", "default", "example", "extraDescription", "pkgsText")
)


@register("mkPackageOption")
def make_package_option(packages: Lazy, name: Lazy, given: Lazy) -> Value:
    attrs = arguments("mkPackageOption", _PACKAGE_OPTION, given)
    nullable_lazy = get(attrs, "nullable")
    nullable = nullable_lazy is not MISSING and expect_bool(nullable_lazy)
    named = force(name)
    shown_name = named if isinstance(named, str) else expect_list(named)[-1]
    package_set = get(attrs, "pkgsText")
    prefix = "pkgs" if package_set is MISSING else expect_string(package_set)
    default = get(attrs, "default")
    default = named if default is MISSING else default
    extra = get(attrs, "extraDescription")
    extra = "" if extra is MISSING else expect_string(extra)
    made = Attrs(
        {
            "_type": "option",
            "description": f"The {force(shown_name)} package to use."
            + (f" {extra}" if extra else ""),
            "type": nix_view(NullOr(PACKAGE) if nullable else PACKAGE),
        }
    )
    if default is not None:
        path = [default] if isinstance(default, str) else expect_list(default)
        text = ".".join(quote_attribute(expect_string(part)) for part in path)
        made["default"] = delayed(lambda: _package_at(packages, path, text, prefix))
        made["defaultText"] = _expression(f"{prefix}.{text}")
    elif nullable:
        made["default"] = None
    example = get(attrs, "example")
    if example is not MISSING and example is not None:
        if isinstance(example, list):
            shown = ".".join(quote_attribute(expect_string(part)) for part in example)
            made["example"] = _expression(f"{prefix}.{shown}")
        else:
            made["example"] = _expression(expect_string(example))
    return made


def _package_at(packages: Lazy, path: list[Lazy], text: str, prefix: str) -> Value:
    value = force(packages)
    for part in path:
        name = expect_string(part)
        if isinstance(value, Unknown):
            value = value.select(name)
            continue
        value = get(value, name) if isinstance(value, Attrs) else MISSING
        if value is MISSING:
            raise Thrown(f"{text} cannot be found in {prefix}")
    return value


def _expression(text: Value) -> Attrs:
    return Attrs({"_type": "literalExpression", "text": text})


@register("mkSinkUndeclaredOptions")
def make_sink(given: Lazy) -> Value:
    from hmls.modules.types.scalars import Scalar

    sink = Scalar("sink", "sink", lambda _value: True, lambda _loc, _defs: False)

    def unreadable(_value: Lazy) -> Value:
        raise Thrown("Option value is not readable because the option is not declared.")

    return Attrs(
        {
            "_type": "option",
            "internal": True,
            "visible": False,
            "default": False,
            "description": "Sink for option definitions.",
            "type": nix_view(sink),
            "apply": Primop("", 1, unreadable),
            **expect_attrs(given),
        }
    )


@register("isOption")
def is_option(value: Lazy) -> Value:
    return type_of_set(force(value)) == "option"


def _definitions(lazy: Lazy) -> list:  # type: ignore[type-arg]
    return [from_nix_definition(item) for item in expect_list(lazy)]


def _loc(lazy: Lazy) -> tuple[str, ...]:
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
        raise NixError(
            "evaluation aborted with the following error message: 'This case should never happen.'"
        )
    return force(merge_equal(_loc(loc), found))


@register("mergeUniqueOption")
def merge_unique_option(given: Lazy, loc: Lazy, definitions: Lazy) -> Value:
    attrs = expect_attrs(given)
    merge = get(attrs, "merge")
    message = expect_string(select(attrs, "message"))
    return _merge_unique(message, None if merge is MISSING else merge, loc, definitions)


def _merge_unique(message: str, merge: Value, loc: Lazy, definitions: Lazy) -> Value:
    items = expect_list(definitions)
    if len(items) == 1:
        if merge is not None:
            return call(call(merge, loc), definitions)
        return force(expect_attrs(items[0])["value"])
    found = _definitions(definitions)
    raise Thrown(
        f"The option `{show_option(_loc(loc))}' is defined multiple times while it's expected to "
        f"be unique.\n{message}\nDefinition values:{show_definitions(found)}\n{PRIORITY_HINT}"
    )


@register("getValues")
def get_values(definitions: Lazy) -> Value:
    return [delayed(lambda d=d: select(expect_attrs(d), "value")) for d in expect_list(definitions)]  # type: ignore[misc]


@register("getFiles")
def get_files(definitions: Lazy) -> Value:
    return [delayed(lambda d=d: select(expect_attrs(d), "file")) for d in expect_list(definitions)]  # type: ignore[misc]


@register("literalExpression")
def literal_expression(text: Lazy) -> Value:
    return _literal(text, "literalExpression")


@register("literalMD")
def literal_markdown(text: Lazy) -> Value:
    return _literal(text, "literalMD")


@register("literalCode")
def literal_code(language: Lazy, text: Lazy) -> Value:
    body = f"```{expect_string(language)}\n{expect_string(text)}\n```\n"
    return _literal(body, "literalMD")


def _literal(text: Lazy, kind: str) -> Attrs:
    value = force(text)
    if isinstance(value, Unknown):
        raise Unknowable(value)
    if not isinstance(value, str):
        raise Thrown(f"{kind} expects a string.")
    return Attrs({"_type": kind, "text": value})


@register("showOption")
def show_option_(parts: Lazy) -> Value:
    return show_option(_loc(parts))


@register("showFiles")
def show_files_(files: Lazy) -> Value:
    return show_files(coerce.to_string(file) for file in expect_list(files))


@register("showDefs")
def show_definitions_(definitions: Lazy) -> Value:
    return show_definitions(_definitions(definitions))


@register("showOptionWithDefLocs")
def show_option_with_places(option: Lazy) -> Value:
    attrs = expect_attrs(option)
    files = [expect_string(file) for file in expect_list(select(attrs, "files"))]
    listed = "\n".join(f"  - {file}" for file in files)
    return f"{show_option(_loc(attrs['loc']))}, with values defined in:\n{listed}\n"


@register("scrubOptionValue")
def scrub_option_value(value: Lazy) -> Value:
    found = force(value)
    if isinstance(found, list):
        return [delayed(lambda x=x: scrub_option_value(x)) for x in found]  # type: ignore[misc]
    if not isinstance(found, Attrs):
        return found
    if is_derivation(found):
        name = found["name"]
        return Attrs({"type": "derivation", "drvPath": name, "outPath": name, "name": name})
    return Attrs(
        {
            name: delayed(lambda name=name: scrub_option_value(found[name]))  # type: ignore[misc]
            for name in names(found)
            if name != "_args"
        }
    )


@register("renderOptionValue")
def render_option_value(value: Lazy) -> Value:
    from hmls.lang.lib.pretty import Layout, pretty

    found = force(value)
    if isinstance(found, Attrs) and "_type" in found and "text" in found:
        return found
    return _expression(pretty(found, Layout(multiline=True, allow_pretty_values=True)))


@register("optionAttrSetToDocList")
def option_doc_list(options: Lazy) -> Value:
    return option_doc_list_at([], options)


@register("optionAttrSetToDocList'")
def option_doc_list_at(_prefix: Lazy, options: Lazy) -> Value:
    found: list[Lazy] = []
    _collect_documented(force(options), found)
    return found


def _collect_documented(value: Value, found: list[Lazy]) -> None:
    if not isinstance(value, Attrs):
        return
    if type_of_set(value) != "option":
        for name in names(value):
            _collect_documented(force(value[name]), found)
        return
    found.append(_documented(value))
    visible = get(value, "visible")
    if visible is MISSING or visible is True or visible == "transparent":
        option_type = get(value, "type")
        if isinstance(option_type, Attrs):
            sub_options = call(select(option_type, "getSubOptions"), value["loc"])
            _collect_documented(sub_options, found)


def _documented(option: Attrs) -> Attrs:
    def field(name: str, default: Value) -> Value:
        value = get(option, name)
        return default if value is MISSING else value

    option_type = field("type", Attrs())
    visible = field("visible", True)
    made = Attrs(
        {
            "loc": option["loc"],
            "name": show_option(_loc(option["loc"])),
            "description": field("description", None),
            "declarations": [f for f in expect_list(option["declarations"]) if f != UNKNOWN_FILE],
            "internal": field("internal", False),
            "visible": visible if isinstance(visible, bool) else visible == "shallow",
            "readOnly": field("readOnly", False),
            "type": _described(option_type),
        }
    )
    if "example" in option:
        made["example"] = delayed(lambda: render_option_value(option["example"]))
    default = _documented_default(option, option_type)
    if default is not MISSING:
        made["default"] = delayed(lambda: render_option_value(default))
    related = get_lazy(option, "relatedPackages")
    if related is not MISSING and force(related) is not None:
        made["relatedPackages"] = related
    return made


def _described(option_type: Value) -> Value:
    found = get(option_type, "description") if isinstance(option_type, Attrs) else MISSING
    return "unspecified" if found is MISSING else found


def _documented_default(option: Attrs, option_type: Value) -> Lazy:
    for name in ("defaultText", "default"):
        lazy = get_lazy(option, name)
        if lazy is not MISSING:
            return lazy
    if not isinstance(option_type, Attrs):
        return MISSING
    empty = get(option_type, "emptyValue")
    sub_modules = get(option_type, "getSubModules")
    if isinstance(empty, Attrs) and (sub_modules is MISSING or sub_modules is None):
        return get_lazy(empty, "value")
    return MISSING
