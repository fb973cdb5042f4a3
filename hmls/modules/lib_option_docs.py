"""The part of `lib.options` that lists options for documentation.

Source: nixpkgs lib/options.nix.
"""

from __future__ import annotations

from hmls.lang.builtins.registry import Registry
from hmls.lang.compare import equal
from hmls.lang.force import (
    MISSING,
    call,
    expect_attrs,
    expect_list,
    expect_string,
    force,
    get,
    get_lazy,
    names,
    select,
    type_of_set,
)
from hmls.lang.lib.pretty import Layout, pretty
from hmls.lang.lib.support import NESTED
from hmls.lang.values import Attrs, Lazy, Thunk, Value
from hmls.modules.messages import show_option
from hmls.modules.unify import UNKNOWN_FILE

register = Registry()


@register("renderOptionValue")
def render_option_value(value: Lazy) -> Value:
    found = force(value)
    if isinstance(found, Attrs) and "_type" in found and "text" in found:
        return found
    layout = Layout(multiline=True, allow_pretty_values=True)
    return Attrs({"_type": "literalExpression", "text": Thunk(lambda v: pretty(v, layout), found)})


@register("optionAttrSetToDocList")
def option_doc_list(options: Lazy) -> Value:
    return option_doc_list_at([], options)


@register("optionAttrSetToDocList'")
def option_doc_list_at(_prefix: Lazy, options: Lazy) -> Value:
    found: list[Lazy] = []
    _collect(options, found)
    return found


def _collect(lazy: Lazy, found: list[Lazy]) -> None:
    value = force(lazy)
    if not isinstance(value, Attrs):
        return
    with NESTED:
        if type_of_set(value) != "option":
            for name in names(value):
                _collect(value[name], found)
            return
        found.append(_documented(value))
        visible = _field(value, "visible", True)
        if visible is True or (not isinstance(visible, bool) and equal(visible, "transparent")):
            inner = call(select(expect_attrs(select(value, "type")), "getSubOptions"), value["loc"])
            _collect(inner, found)


def _field(option: Attrs, name: str, default: Value) -> Value:
    value = get(option, name)
    return default if value is MISSING else value


def _documented(option: Attrs) -> Attrs:
    def later(name: str, default: Value) -> Lazy:
        value = get_lazy(option, name)
        return default if value is MISSING else value

    made = Attrs(
        {
            "loc": later("loc", MISSING),
            "name": Thunk(_name, option),
            "description": later("description", None),
            "declarations": Thunk(_declarations, option),
            "internal": later("internal", False),
            "visible": Thunk(_visible, option),
            "readOnly": later("readOnly", False),
            "type": Thunk(_type, option),
        }
    )
    if "example" in option:
        made["example"] = Thunk(render_option_value, option["example"])
    default = _default(option)
    if default is not MISSING:
        made["default"] = Thunk(render_option_value, default)
    related = get(option, "relatedPackages")
    if related is not MISSING and related is not None:
        made["relatedPackages"] = related
    return made


def _name(option: Attrs) -> Value:
    return show_option(expect_string(part) for part in expect_list(select(option, "loc")))


def _declarations(option: Attrs) -> Value:
    files = expect_list(select(option, "declarations"))
    return [file for file in files if not equal(force(file), UNKNOWN_FILE)]


def _visible(option: Attrs) -> Value:
    visible = _field(option, "visible", True)
    return visible if isinstance(visible, bool) else equal(visible, "shallow")


def _type(option: Attrs) -> Value:
    option_type = _field(option, "type", None)
    found = get(option_type, "description") if isinstance(option_type, Attrs) else MISSING
    return "unspecified" if found is MISSING else found


def _default(option: Attrs) -> Lazy:
    for name in ("defaultText", "default"):
        lazy = get_lazy(option, name)
        if lazy is not MISSING:
            return lazy
    option_type = _field(option, "type", None)
    if not isinstance(option_type, Attrs):
        return MISSING
    empty = get(option_type, "emptyValue")
    if not isinstance(empty, Attrs) or get_lazy(empty, "value") is MISSING:
        return MISSING
    # What submodules hold is documented option by option.
    sub_modules = get(option_type, "getSubModules")
    return empty["value"] if sub_modules is MISSING or sub_modules is None else MISSING
