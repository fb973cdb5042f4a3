"""The rest of `lib.modules`. Source: nixpkgs lib/modules.nix."""

from __future__ import annotations

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import update
from hmls.lang.errors import AssertionFailed
from hmls.lang.force import (
    MISSING,
    call,
    expect_attrs,
    expect_list,
    expect_string,
    force,
    get,
    get_lazy,
    is_function,
    select,
)
from hmls.lang.functions import function_args
from hmls.lang.interp import Interp
from hmls.lang.lib.support import builtin, library
from hmls.lang.values import Attrs, Lazy, Primop, Thunk, Value
from hmls.modules import lib_properties, rename
from hmls.modules.config import level_options
from hmls.modules.declarations import Declaration, merge_declarations, merged_attrs
from hmls.modules.definitions import Definition, Loc, wrapped
from hmls.modules.level import Level
from hmls.modules.option_value import option_of_attrs
from hmls.modules.parts import Part, push_down
from hmls.modules.resolved import Resolved, demand
from hmls.modules.system import ModuleSystem
from hmls.modules.types.containers import meta_of
from hmls.modules.types.foreign import as_type, from_nix_definition
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.scalars import UNSPECIFIED
from hmls.modules.unify import unify

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
        **lib_properties.constants(),
        "evalModules": Primop(
            "evalModules", 1, lambda given: system.evaluate_arguments(given).result
        ),
        "fixMergeModules": Primop("", 2, lambda modules, args: _fix_merge(system, modules, args)),
        "mergeModules": Primop(
            "", 2, lambda prefix, modules: _merge_modules(system, prefix, modules)
        ),
        "mergeModules'": Primop(
            "", 3, lambda prefix, modules, configs: _merge_at(system, prefix, modules, configs)
        ),
    }
    for registry in (register, lib_properties.register, rename.register):
        for name, primop in registry.bind(system.interp).items():
            full = f"lib.modules.{name}"
            made[name] = Primop(full, primop.arity, primop.function, (), primop.formals)
    return made


def _fix_merge(system: ModuleSystem, modules: Lazy, args: Lazy) -> Value:
    given = Attrs({"modules": modules, "args": args, "check": False})
    return system.evaluate_arguments(given).result


def _merge_modules(system: ModuleSystem, prefix: Lazy, modules: Lazy) -> Value:
    found = [expect_attrs(module) for module in expect_list(modules)]
    parts: list[Part] = []
    for module in found:
        file = coerce.to_string(select(module, "_file"))
        push_down(Definition(file, module["config"]), parts)
    return _merged(system, _loc(prefix), found, parts)


def _merge_at(system: ModuleSystem, prefix: Lazy, modules: Lazy, configs: Lazy) -> Value:
    found = [expect_attrs(module) for module in expect_list(modules)]
    parts = [
        Part(coerce.to_string(select(c, "file")), select(c, "config"), None, None, None, ())
        for c in (expect_attrs(config) for config in expect_list(configs))
    ]
    return _merged(system, _loc(prefix), found, parts)


def _merged(system: ModuleSystem, prefix: Loc, modules: list[Attrs], parts: list[Part]) -> Attrs:
    declarations = [
        Declaration(coerce.to_string(select(module, "_file")), None, module["options"])
        for module in modules
    ]
    level = Level(system, prefix, declarations, Thunk(_same, parts))
    return Attrs(
        {
            "matchedOptions": Thunk(_level_options, level),
            "unmatchedDefns": Thunk(_unmatched, level),
        }
    )


def _same(parts: list[Part]) -> list[Part]:
    return parts


def _level_options(level: Level) -> Value:
    return level_options(level, None)


def _unmatched(level: Level) -> Value:
    return [
        Attrs({"file": d.file, "prefix": list(path), "value": wrapped(d.outer, d.value)})
        for path, d in level.unmatched()
    ]


def _loc(lazy: Lazy) -> Loc:
    return tuple(expect_string(part) for part in expect_list(lazy))


@register("unifyModuleSyntax")
def unify_module_syntax(file: Lazy, key: Lazy, module: Lazy) -> Value:
    unified = unify(force(module), coerce.to_string(file), coerce.to_string(key))
    return Attrs(
        {
            "_file": unified.file,
            "_class": unified.module_class,
            "key": unified.key,
            "disabledModules": unified.disabled,
            "imports": unified.imports,
            "options": unified.options,
            "config": unified.config,
        }
    )


@register("applyModuleArgsIfFunction")
def apply_module_args_if_function(_key: Lazy, module: Lazy, given: Lazy) -> Value:
    function = force(module)
    attrs = expect_attrs(given)
    config = select(attrs, "config")
    if not is_function(function):
        return function
    extra: dict[str, Lazy] = {}
    for name in function_args(function):
        found = get_lazy(attrs, name)
        extra[name] = Thunk(_internal_argument, (config, name)) if found is MISSING else found
    return call(function, update(attrs, Attrs(extra)))


def _internal_argument(given: tuple[Value, str]) -> Value:
    config, name = given
    args = select(expect_attrs(select(expect_attrs(config), "_module")), "args")
    return select(expect_attrs(args), name)


@register("setDefaultModuleLocation")
def set_default_module_location(file: Lazy, module: Lazy) -> Value:
    return Attrs({"_file": file, "imports": [module]})


@register.with_interp("importApply")
def import_apply(interp: Interp, path: Lazy, argument: Lazy) -> Value:
    def module() -> Value:
        return call(call(builtin(interp, "import"), path), argument)

    return Attrs({"_file": path, "imports": [Thunk(lambda _none: module(), None)]})


@register.with_interp("importJSON")
def import_json(interp: Interp, path: Lazy) -> Value:
    return _imported(interp, "importJSON", path)


@register.with_interp("importTOML")
def import_toml(interp: Interp, path: Lazy) -> Value:
    return _imported(interp, "importTOML", path)


def _imported(interp: Interp, name: str, path: Lazy) -> Attrs:
    return Attrs(
        {"_file": path, "config": Thunk(lambda given: call(library(interp, name), given), path)}
    )


@register("mergeDefinitions")
def merge_definitions(loc: Lazy, option_type: Lazy, definitions: Lazy) -> Value:
    found = Thunk(_definitions_of, definitions)
    resolved = Thunk(_resolved, (loc, option_type, found))
    final = Thunk(_final, resolved)
    return Attrs(
        {
            "defsFinal": final,
            "defsFinal'": Attrs(
                {
                    "values": final,
                    "highestPrio": Thunk(_highest_priority, resolved),
                }
            ),
            "mergedValue": Thunk(_merged_value, resolved),
            "isDefined": Thunk(_is_defined, resolved),
            "optionalValue": Thunk(_optional_value, resolved),
            "checkedAndMerged": Thunk(_checked_and_merged, resolved),
        }
    )


def _definitions_of(lazy: Lazy) -> list[Definition]:
    return [from_nix_definition(item) for item in expect_list(lazy)]


def _resolved(given: tuple[Lazy, Lazy, Thunk]) -> Resolved:
    loc, option_type, definitions = given
    return Resolved(_loc(loc), as_type(force(option_type)), definitions)


def _final(resolved: Thunk) -> Value:
    return demand(resolved).final()


def _highest_priority(resolved: Thunk) -> Value:
    return demand(resolved).highest_priority


def _merged_value(resolved: Thunk) -> Value:
    return force(demand(resolved).value)


def _is_defined(resolved: Thunk) -> Value:
    return demand(resolved).is_defined


def _optional_value(resolved: Thunk) -> Value:
    found: Resolved = demand(resolved)
    return Attrs({"value": found.value} if found.is_defined else {})


def _checked_and_merged(thunk: Thunk) -> Value:
    resolved: Resolved = demand(thunk)
    error: Value = None
    value: Lazy = resolved.value
    if resolved.type.has_v2_merge:
        resolved.type.refuse_incoherent(resolved.loc)
        final = [leaf.definition for leaf in resolved.leaves if leaf.in_force]
        merged = resolved.type.merge(resolved.loc, final)
        error = None if merged.error is None else Attrs({"message": merged.error})
        value = merged.value
    return Attrs({"headError": error, "value": value, "valueMeta": Thunk(meta_of, resolved)})


@register("mergeAttrDefinitionsWithPrio")
def merge_attr_definitions_with_priority(option: Lazy) -> Value:
    attrs = expect_attrs(option)
    option_type = expect_attrs(select(attrs, "type"))
    if select(option_type, "name") not in ("attrsOf", "lazyAttrsOf"):
        raise AssertionFailed(
            'assertion \'(((opt).type.name == "attrsOf") || '
            '((opt).type.name == "lazyAttrsOf"))\' failed'
        )
    element = as_type(select(expect_attrs(select(option_type, "nestedTypes")), "elemType"))
    loc = _loc(select(attrs, "loc"))
    by_key: dict[str, list[Definition]] = {}
    for item in expect_list(select(attrs, "definitionsWithLocations")):
        parts: list[Part] = []
        push_down(from_nix_definition(item), parts)
        for part in parts:
            for name, lazy in expect_attrs(part.value).items():
                definition = Definition(part.file, lazy, outer=part.outer)
                by_key.setdefault(name, []).append(definition)
    made = Attrs()
    for name, definitions in by_key.items():
        resolved = Resolved((*loc, name), element, definitions)
        made[name] = Attrs(
            {"value": resolved.value, "highestPrio": Thunk(_priority_of_key, resolved)}
        )
    return made


def _priority_of_key(resolved: Resolved) -> Value:
    return resolved.highest_priority


@register("mergeOptionDecls")
def merge_option_declarations(loc: Lazy, options: Lazy) -> Value:
    found = [expect_attrs(item) for item in expect_list(options)]
    declarations = [
        Declaration(coerce.to_string(select(item, "_file")), None, select(item, "options"))
        for item in found
    ]
    made = merged_attrs(merge_declarations(_loc(loc), declarations))
    made["declarationPositions"] = [Thunk(_position, item) for item in found]
    return made


def _position(declaration: Attrs) -> Value:
    found = select(declaration, "pos")
    if found is not None:
        return found
    return Attrs({"file": select(declaration, "_file"), "line": None, "column": None})


@register("evalOptionValue")
def eval_option_value(loc: Lazy, option: Lazy, definitions: Lazy) -> Value:
    found = Thunk(_definitions_of, definitions)
    return force(option_of_attrs(_loc(loc), expect_attrs(option), found).attrs)


@register("fixupOptionType")
def fixup_option_type(_loc: Lazy, option: Lazy) -> Value:
    attrs = expect_attrs(option)
    given = get(attrs, "type")
    sub_modules = get(given, "getSubModules") if isinstance(given, Attrs) else MISSING
    if sub_modules is MISSING or sub_modules is None:
        found = nix_view(UNSPECIFIED) if given is MISSING else given
        return update(attrs, Attrs({"type": found}))
    changed = call(select(given, "substSubModules"), select(attrs, "options"))
    return update(attrs, Attrs({"type": changed, "options": []}))
