"""The part of `lib.modules` that marks definitions: mkIf, mkMerge, mkForce and so on.

Source: nixpkgs lib/modules.nix.
"""

from __future__ import annotations

from collections.abc import Callable

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.builtins.sorting import peeksort
from hmls.lang.combine import update
from hmls.lang.compare import equal, less_than
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import (
    MISSING,
    call,
    expect_attrs,
    expect_bool,
    expect_list,
    force,
    get_lazy,
    select,
)
from hmls.lang.interp import Interp
from hmls.lang.lib.support import arguments, function, pattern
from hmls.lang.values import Attrs, Lazy, Primop, Thunk, Unknown, Value
from hmls.modules.definitions import Definition, condition_of, property_kind, wrapped
from hmls.modules.parts import Part, push_down
from hmls.modules.properties import (
    DEFAULT_ORDER,
    DEFAULT_PRIORITY,
    ORDERS,
    PRIORITIES,
    if_,
    merge,
    order,
    override,
)

register = Registry()


def constants() -> dict[str, Lazy]:
    """The numbers, and the functions that fix one."""
    made: dict[str, Lazy] = {
        "defaultOverridePriority": DEFAULT_PRIORITY,
        "defaultOrderPriority": DEFAULT_ORDER,
    }
    for name, priority in PRIORITIES.items():
        made[name] = _partial(override, priority)
    for name, priority in ORDERS.items():
        made[name] = _partial(order, priority)
    return made


def _partial(make: Callable[[Lazy, Lazy], Attrs], priority: int) -> Primop:
    return Primop("", 1, lambda content: make(priority, content))


@register("mkIf")
def make_if(condition: Lazy, content: Lazy) -> Value:
    return if_(condition, content)


@register("mkAssert")
def make_assert(assertion: Lazy, message: Lazy, content: Lazy) -> Value:
    return if_(Thunk(_asserted, (assertion, message)), content)


def _asserted(given: tuple[Lazy, Lazy]) -> Value:
    if expect_bool(given[0]):
        return True
    raise Thrown(f"\nFailed assertion: {coerce.coerce_copying(given[1])}")


@register("mkMerge")
def make_merge(contents: Lazy) -> Value:
    return merge(contents)


@register("mkOverride")
def make_override(priority: Lazy, content: Lazy) -> Value:
    return override(priority, content)


@register("mkOrder")
def make_order(priority: Lazy, content: Lazy) -> Value:
    return order(priority, content)


_DEFINITION = pattern("file", "value", more=True)


@register("mkDefinition", formals=_DEFINITION)
def make_definition(given: Lazy) -> Value:
    return update(arguments("mkDefinition", _DEFINITION, given), Attrs({"_type": "definition"}))


@register.with_interp("mkFixStrictness")
def make_fix_strictness(interp: Interp, value: Lazy) -> Value:
    interp.trace(
        "lib.mkFixStrictness has no effect and will be removed. It returns its argument "
        "unmodified, so you can just remove any calls."
    )
    return force(value)


_INNER = {"if": "content", "override": "content", "order": "content", "definition": "value"}


@register("mapDefinitionValue")
def map_definition_value(mapped: Lazy, definition: Lazy) -> Value:
    value = force(definition)
    kind = property_kind(value)
    if kind == "merge":
        contents = expect_list(select(value, "contents"))
        return Attrs({**value, "contents": [Thunk(_mapped, (mapped, item)) for item in contents]})
    if kind in _INNER:
        name = _INNER[kind]
        return Attrs({**value, name: Thunk(_mapped, (mapped, Thunk(_selected, (value, name))))})
    return call(force(mapped), definition)


def _mapped(given: tuple[Lazy, Lazy]) -> Value:
    return map_definition_value(*given)


def _selected(given: tuple[Lazy, str]) -> Value:
    return select(expect_attrs(given[0]), given[1])


@register("mkAliasDefinitions")
def make_alias_definitions(option: Lazy) -> Value:
    return make_alias_and_wrap_definitions(function(force), option)


@register("mkAliasAndWrapDefinitions")
def make_alias_and_wrap_definitions(wrap: Lazy, option: Lazy) -> Value:
    definitions = Thunk(_selected, (option, "definitions"))
    return if_(is_defined(option), Thunk(_called, (wrap, merge(definitions))))


@register("mkAliasAndWrapDefsWithPriority")
def make_alias_with_priority(wrap: Lazy, option: Lazy) -> Value:
    content = merge(Thunk(_with_priority, option))
    return if_(is_defined(option), Thunk(_called, (wrap, content)))


def is_defined(option: Lazy) -> Thunk:
    """`option.isDefined`."""
    return Thunk(_selected, (option, "isDefined"))


def _called(given: tuple[Lazy, Lazy]) -> Value:
    return call(force(given[0]), given[1])


def _with_priority(option: Lazy) -> Value:
    priority = priority_of(option)
    definitions = expect_list(select(expect_attrs(option), "definitions"))
    return [override(priority, definition) for definition in definitions]


def priority_of(option: Lazy) -> Thunk:
    """`option.highestPrio or defaultOverridePriority`."""
    return Thunk(_priority_of, option)


def _priority_of(option: Lazy) -> Value:
    attrs = force(option)
    if isinstance(attrs, Unknown):
        raise Unknowable(attrs)
    found = get_lazy(attrs, "highestPrio") if isinstance(attrs, Attrs) else MISSING
    return DEFAULT_PRIORITY if found is MISSING else force(found)


@register.with_interp("mkAliasIfDef")
def make_alias_if_defined(interp: Interp, option: Lazy, content: Lazy) -> Value:
    interp.trace(
        "Usage of 'mkAliasIfDef' has been deprecated. Use 'mkIf option.isDefined' instead."
    )
    return if_(is_defined(option), content)


@register("mkDerivedConfig")
def make_derived_config(option: Lazy, derive: Lazy) -> Value:
    value = Thunk(_called, (derive, Thunk(_selected, (option, "value"))))
    return override(priority_of(option), value)


@register("pushDownProperties")
def push_down_properties(config: Lazy) -> Value:
    parts: list[Part] = []
    push_down(Definition("", config), parts)
    return [_pushed(part) for part in parts]


def _pushed(part: Part) -> Value:
    if not part.outer or not isinstance(part.value, Attrs):
        return part.value
    return Attrs({name: wrapped(part.outer, lazy) for name, lazy in part.value.items()})


@register("dischargeProperties")
def discharge_properties(definition: Lazy) -> Value:
    value = force(definition)
    kind = property_kind(value)
    if kind == "merge":
        contents = expect_list(select(value, "contents"))
        return [inner for item in contents for inner in discharge_properties(item)]
    if kind == "if":
        condition = condition_of(value)
        if isinstance(condition, Unknown):
            raise Unknowable(condition)
        return discharge_properties(Thunk(_selected, (value, "content"))) if condition else []
    return [definition]


@register("filterOverrides")
def filter_overrides(definitions: Lazy) -> Value:
    return filter_overrides_with_priority(definitions)["values"]


@register("filterOverrides'")
def filter_overrides_with_priority(definitions: Lazy) -> Attrs:
    found = [expect_attrs(item) for item in expect_list(definitions)]
    if len(found) == 1:
        priority = Thunk(_priority, found[0])
        return Attrs({"values": [Thunk(_stripped, found[0])], "highestPrio": priority})
    priorities = [_priority(item) for item in found]
    highest: Value = 9999
    for each in priorities:
        if less_than(each, highest):
            highest = each
    pairs = zip(found, priorities, strict=True)
    kept = [_stripped(item) for item, each in pairs if equal(each, highest)]
    return Attrs({"values": kept, "highestPrio": highest})


def _priority(definition: Attrs) -> Value:
    value = select(definition, "value")
    return select(value, "priority") if property_kind(value) == "override" else DEFAULT_PRIORITY


def _stripped(definition: Attrs) -> Attrs:
    value = select(definition, "value")
    if property_kind(value) != "override":
        return definition
    return Attrs({**definition, "value": Thunk(_selected, (value, "content"))})


@register("sortProperties")
def sort_properties(definitions: Lazy) -> Value:
    found = [_unordered(expect_attrs(item)) for item in expect_list(definitions)]
    return peeksort(found, lambda left, right: less_than(_order(left), _order(right)))


def _unordered(definition: Attrs) -> Attrs:
    value = select(definition, "value")
    if property_kind(value) != "order":
        return definition
    content = Thunk(_selected, (value, "content"))
    return Attrs({**definition, "value": content, "priority": select(value, "priority")})


def _order(definition: Attrs) -> Value:
    found = get_lazy(definition, "priority")
    return DEFAULT_ORDER if found is MISSING else force(found)
