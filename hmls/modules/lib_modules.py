"""`lib.modules`. Source: nixpkgs lib/modules.nix."""

from __future__ import annotations

from dataclasses import replace

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import Thrown
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
    select,
    type_of_set,
)
from hmls.lang.interp import Interp
from hmls.lang.values import Attrs, Lazy, Primop, Value
from hmls.modules import rename
from hmls.modules.definitions import (
    DEFAULT_ORDER,
    DEFAULT_PRIORITY,
    Definition,
    Resolved,
    type_of,
)
from hmls.modules.level import push_down
from hmls.modules.properties import ORDERS, PRIORITIES, if_, merge, order, override
from hmls.modules.system import ModuleSystem
from hmls.modules.types.foreign import as_type, from_nix_definition

EXPORTS = (
    "evalModules", "setDefaultModuleLocation", "unifyModuleSyntax", "applyModuleArgsIfFunction",
    "mergeModules", "mergeModules'", "mergeOptionDecls", "mergeDefinitions",
    "pushDownProperties", "dischargeProperties", "filterOverrides", "sortProperties",
    "fixupOptionType", "mkIf", "mkAssert", "mkDefinition", "mkMerge", "mkOverride",
    "mkOptionDefault", "mkDefault", "mkImageMediaOverride", "mkForce", "mkVMOverride",
    "mkFixStrictness", "mkOrder", "mkBefore", "mkAfter", "mkAliasDefinitions",
    "mkAliasAndWrapDefinitions", "fixMergeModules", "mkRemovedOptionModule",
    "mkRenamedOptionModule", "mkRenamedOptionModuleWith", "mkMergedOptionModule",
    "mkChangedOptionModule", "mkAliasOptionModule", "mkDerivedConfig", "doRename",
    "mkAliasOptionModuleMD", "evalOptionValue",
)  # fmt: skip
register = Registry()


def members(system: ModuleSystem) -> dict[str, Lazy]:
    """`lib.modules`: name → function or number."""
    made: dict[str, Lazy] = {
        "defaultOverridePriority": DEFAULT_PRIORITY,
        "defaultOrderPriority": DEFAULT_ORDER,
        "evalModules": Primop(
            "evalModules", 1, lambda given: system.evaluate_arguments(given).result
        ),
        "fixMergeModules": Primop("fixMergeModules", 2, _fix_merge(system)),
    }
    for registry in (register, rename.register):
        made.update(registry.bind(system.interp))
    for name, priority in PRIORITIES.items():
        made[name] = _partial(name, override, priority)
    for name, priority in ORDERS.items():
        made[name] = _partial(name, order, priority)
    return made


def _partial(name: str, function: type | object, priority: int) -> Primop:
    return Primop(name, 1, lambda content: function(priority, content))  # type: ignore[operator]


def _fix_merge(system: ModuleSystem):  # type: ignore[no-untyped-def]
    def fix_merge(modules: Lazy, args: Lazy) -> Value:
        given = Attrs({"modules": modules, "args": args, "check": False})
        return system.evaluate_arguments(given).result

    return fix_merge


@register("mkIf")
def make_if(condition: Lazy, content: Lazy) -> Value:
    return if_(condition, content)


@register("mkAssert")
def make_assert(assertion: Lazy, message: Lazy, content: Lazy) -> Value:
    def condition() -> Value:
        if expect_bool(assertion):
            return True
        raise Thrown(f"\nFailed assertion: {coerce.coerce_copying(message)}")

    return if_(delayed(condition), content)


@register("mkMerge")
def make_merge(contents: Lazy) -> Value:
    return merge(contents)


@register("mkOverride")
def make_override(priority: Lazy, content: Lazy) -> Value:
    return override(priority, content)


@register("mkOrder")
def make_order(priority: Lazy, content: Lazy) -> Value:
    return order(priority, content)


@register("mkDefinition")
def make_definition(given: Lazy) -> Value:
    attrs = expect_attrs(given)
    return Attrs({**attrs, "_type": "definition"})


@register.with_interp("mkFixStrictness")
def make_fix_strictness(interp: Interp, value: Lazy) -> Value:
    interp.trace(
        "lib.mkFixStrictness has no effect and will be removed. It returns its argument "
        "unmodified, so you can just remove any calls."
    )
    return force(value)


@register("mapDefinitionValue")
def map_definition_value(function: Lazy, definition: Lazy) -> Value:
    value = force(definition)
    kind = type_of_set(value)
    inner = {"if": "content", "override": "content", "order": "content", "definition": "value"}
    if kind == "merge":
        contents = expect_list(select(value, "contents"))
        mapped = [delayed(lambda x=x: map_definition_value(function, x)) for x in contents]  # type: ignore[misc]
        return Attrs({**value, "contents": mapped})
    if kind in inner:
        name = inner[kind]
        content = delayed(lambda: map_definition_value(function, value[name]))
        return Attrs({**value, name: content})
    return call(force(function), definition)


@register("mkAliasDefinitions")
def make_alias_definitions(option: Lazy) -> Value:
    return make_alias_and_wrap_definitions(Primop("id", 1, force), option)


@register("mkAliasAndWrapDefinitions")
def make_alias_and_wrap_definitions(wrap: Lazy, option: Lazy) -> Value:
    def content() -> Value:
        return call(force(wrap), merge(select(expect_attrs(option), "definitions")))

    return if_(delayed(lambda: select(expect_attrs(option), "isDefined")), delayed(content))


@register("mkAliasAndWrapDefsWithPriority")
def make_alias_with_priority(wrap: Lazy, option: Lazy) -> Value:
    def content() -> Value:
        attrs = expect_attrs(option)
        found = get(attrs, "highestPrio")
        priority = DEFAULT_PRIORITY if found is MISSING else found
        definitions = expect_list(select(attrs, "definitions"))
        return call(force(wrap), merge([override(priority, item) for item in definitions]))

    return if_(delayed(lambda: select(expect_attrs(option), "isDefined")), delayed(content))


@register("mkAliasIfDef")
def make_alias_if_defined(option: Lazy, content: Lazy) -> Value:
    return if_(delayed(lambda: select(expect_attrs(option), "isDefined")), content)


@register("mkDerivedConfig")
def make_derived_config(option: Lazy, function: Lazy) -> Value:
    attrs = expect_attrs(option)
    priority = delayed(
        lambda: (
            DEFAULT_PRIORITY if get(attrs, "highestPrio") is MISSING else get(attrs, "highestPrio")
        )
    )
    return override(priority, delayed(lambda: call(force(function), attrs["value"])))


@register("setDefaultModuleLocation")
def set_default_module_location(file: Lazy, module: Lazy) -> Value:
    return Attrs({"_file": file, "imports": [module]})


@register.with_interp("importApply")
def import_apply(interp: Interp, path: Lazy, argument: Lazy) -> Value:
    def module() -> Value:
        return call(interp.import_path(coerce.to_path(path)), argument)

    return Attrs({"_file": path, "imports": [delayed(module)]})


@register.with_interp("importJSON")
def import_json(interp: Interp, path: Lazy) -> Value:
    return _imported(interp, "importJSON", path)


@register.with_interp("importTOML")
def import_toml(interp: Interp, path: Lazy) -> Value:
    return _imported(interp, "importTOML", path)


def _imported(interp: Interp, function: str, path: Lazy) -> Attrs:
    def config() -> Value:
        return call(select(interp.lib, function), path)

    return Attrs({"_file": path, "config": delayed(config)})


@register("pushDownProperties")
def push_down_properties(config: Lazy) -> Value:
    return [part.value for part in push_down(Definition("", config))]


@register("dischargeProperties")
def discharge_properties(definition: Lazy) -> Value:
    value = force(definition)
    kind = type_of_set(value)
    if kind == "merge":
        contents = expect_list(select(value, "contents"))
        return [inner for item in contents for inner in discharge_properties(item)]
    if kind == "if":
        condition = select(value, "condition")
        if condition is not True and condition is not False:
            raise Thrown("‘mkIf’ called with a non-Boolean condition")
        return discharge_properties(value["content"]) if condition else []
    return [value]


@register("filterOverrides")
def filter_overrides(definitions: Lazy) -> Value:
    return select(filter_overrides_with_priority(definitions), "values")


@register("filterOverrides'")
def filter_overrides_with_priority(definitions: Lazy) -> Attrs:
    found = [expect_attrs(item) for item in expect_list(definitions)]
    priorities = [_priority(item) for item in found]
    highest = min(priorities, default=9999)
    kept = [
        _stripped(item)
        for item, priority in zip(found, priorities, strict=True)
        if priority == highest
    ]
    return Attrs({"values": kept, "highestPrio": highest})


def _priority(definition: Attrs) -> int:
    value = select(definition, "value")
    priority: int = select(value, "priority") if type_of(value) == "override" else DEFAULT_PRIORITY
    return priority


def _stripped(definition: Attrs) -> Attrs:
    value = select(definition, "value")
    if type_of(value) != "override":
        return definition
    return Attrs({**definition, "value": value["content"]})


@register("sortProperties")
def sort_properties(definitions: Lazy) -> Value:
    stripped: list[tuple[int, Attrs]] = []
    for item in expect_list(definitions):
        definition = expect_attrs(item)
        value = select(definition, "value")
        if type_of(value) == "order":
            number = select(value, "priority")
            inner = Attrs({**definition, "value": value["content"], "priority": number})
            stripped.append((number, inner))
        else:
            own = get(definition, "priority")
            stripped.append((DEFAULT_ORDER if own is MISSING else own, definition))
    return [definition for _, definition in sorted(stripped, key=lambda pair: pair[0])]


@register("mergeDefinitions")
def merge_definitions(loc: Lazy, option_type: Lazy, definitions: Lazy) -> Value:
    path = tuple(expect_string(part) for part in expect_list(loc))
    found = [from_nix_definition(item) for item in expect_list(definitions)]
    resolved = Resolved(path, as_type(force(option_type)), found)

    def final() -> Value:
        return [Attrs({"file": d.file, "value": d.value}) for d in resolved.final]

    return Attrs(
        {
            "defsFinal": delayed(final),
            "defsFinal'": delayed(
                lambda: Attrs({"values": final(), "highestPrio": resolved.highest_priority})
            ),
            "mergedValue": resolved.value,
            "isDefined": delayed(lambda: resolved.is_defined),
            "optionalValue": delayed(
                lambda: Attrs({"value": resolved.value} if resolved.is_defined else {})
            ),
            "checkedAndMerged": delayed(
                lambda: Attrs(
                    {"headError": None, "value": resolved.value, "valueMeta": resolved.merged.meta}
                )
            ),
        }
    )


@register("mergeAttrDefinitionsWithPrio")
def merge_attr_definitions_with_priority(option: Lazy) -> Value:
    attrs = expect_attrs(option)
    loc = tuple(expect_string(part) for part in expect_list(select(attrs, "loc")))
    element = as_type(
        select(expect_attrs(select(expect_attrs(select(attrs, "type")), "nestedTypes")), "elemType")
    )
    by_key: dict[str, list[Definition]] = {}
    for item in expect_list(select(attrs, "definitionsWithLocations")):
        definition = from_nix_definition(item)
        for part in push_down(definition):
            for name, lazy in expect_attrs(part.value).items():
                by_key.setdefault(name, []).append(replace(definition, value=lazy))
    made = Attrs()
    for name, definitions in by_key.items():
        resolved = Resolved((*loc, name), element, definitions)
        made[name] = Attrs(
            {
                "value": resolved.value,
                "highestPrio": delayed(lambda r=resolved: r.highest_priority),  # type: ignore[misc]
            }
        )
    return made


@register("mergeOptionDecls")
def merge_option_declarations(loc: Lazy, options: Lazy) -> Value:
    from hmls.modules.declarations import Declaration, merge_declarations
    from hmls.modules.types.nix_view import nix_view

    path = tuple(expect_string(part) for part in expect_list(loc))
    declarations = []
    for item in expect_list(options):
        attrs = expect_attrs(item)
        file = expect_string(select(attrs, "_file"))
        declarations.append(Declaration(file, None, select(attrs, "options")))
    merged = merge_declarations(path, declarations)
    made = Attrs(merged.attrs)
    made.update({"loc": list(path), "declarations": list(merged.files), "options": []})
    if merged.has_type:
        made["type"] = nix_view(merged.type)
    return made


@register("evalOptionValue")
def eval_option_value(loc: Lazy, option: Lazy, definitions: Lazy) -> Value:
    from hmls.modules.declarations import Declaration, merge_declarations
    from hmls.modules.option_value import Option

    path = tuple(expect_string(part) for part in expect_list(loc))
    attrs = expect_attrs(option)
    files = [expect_string(f) for f in expect_list(attrs.get("declarations", ["<unknown-file>"]))]
    declaration = merge_declarations(path, [Declaration(files[0], None, attrs)])
    found = [from_nix_definition(item) for item in expect_list(definitions)]
    return force(Option(declaration, lambda: found).attrs)


@register("fixupOptionType")
def fixup_option_type(_loc: Lazy, option: Lazy) -> Value:
    attrs = expect_attrs(option)
    if get_lazy(attrs, "type") is not MISSING:
        return attrs
    from hmls.modules.types.nix_view import nix_view
    from hmls.modules.types.scalars import UNSPECIFIED

    return Attrs({**attrs, "type": nix_view(UNSPECIFIED)})
