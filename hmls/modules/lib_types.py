"""`lib.types`. Source: nixpkgs lib/types.nix."""

from __future__ import annotations

from collections.abc import Callable

from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import update
from hmls.lang.errors import Thrown, Unknowable
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
)
from hmls.lang.lib.support import arguments, pattern
from hmls.lang.values import Attrs, Lazy, Primop, Thunk, Unknown, Value
from hmls.modules.lib_option_type import register as own_types
from hmls.modules.system import ModuleSystem
from hmls.modules.types.attr_list import AttrListOf
from hmls.modules.types.attr_tag import AttrTag
from hmls.modules.types.base import OptionType, seen
from hmls.modules.types.choices import Anything, CoercedTo, Either, Enum, TypeOfTypes
from hmls.modules.types.containers import AttrsOf, ListOf
from hmls.modules.types.foreign import ForeignType, as_type
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.places import PATH, FileSet, Package, PathType
from hmls.modules.types.scalars import (
    ATTRS,
    BOOL,
    BOOL_BY_OR,
    FLOAT,
    INT,
    LUA_INLINE,
    OPTION_DECLARATION,
    RAW,
    STR,
    UNSPECIFIED,
)
from hmls.modules.types.singles import (
    INTS,
    NUMBER,
    NUMBERS,
    Described,
    either_all,
    ints_between,
    numbers_between,
    packages_type,
    passwd_entry,
    serializable,
)
from hmls.modules.types.strings import (
    COMMAS,
    ENV_VAR,
    LINES,
    NON_EMPTY_STR,
    SINGLE_LINE_STR,
    Separated,
    StringMatching,
)
from hmls.modules.types.submodules import NO_CHECK, DeferredModule, Submodule
from hmls.modules.types.wrappers import Checked, FunctionTo, NonEmptyListOf, NullOr, Unique

EXPORTS = (
    "isType", "setType", "defaultTypeMerge", "defaultFunctor", "isOptionType", "mkOptionType",
)  # fmt: skip
register = Registry()


def members(system: ModuleSystem, lib: Lazy) -> dict[str, Lazy]:
    """`lib.types`: name → type, or the function that makes one."""
    made: dict[str, Lazy] = {}
    for registry in (register, own_types):
        for name, primop in registry.bind(system.interp).items():
            full = f"lib.types.{name}"
            made[name] = Primop(full, primop.arity, primop.function, (), primop.formals)
    for name, option_type in _CONSTANTS.items():
        made[name] = nix_view(option_type)
    made["package"] = _lazy_view(lambda: Package(system.interp))
    made["shellPackage"] = _lazy_view(lambda: Package(system.interp, shell=True))
    made["fileset"] = _lazy_view(lambda: FileSet(system.interp))
    for name, function in _submodule_types(system).items():
        made[name] = Primop(f"lib.types.{name}", 1, function)
    made["deferredModule"] = _lazy_view(lambda: DeferredModule(system, []))
    made["noCheckForDocsModule"] = NO_CHECK
    made["ints"] = Attrs({name: nix_view(option_type) for name, option_type in INTS.items()})
    made["ints"]["between"] = Primop("between", 2, _between(ints_between))
    made["numbers"] = Attrs({name: nix_view(found) for name, found in NUMBERS.items()})
    made["numbers"]["between"] = Primop("between", 2, _between(numbers_between))
    made["port"] = made["ints"]["u16"]
    made["json"] = _lazy_view(lambda: serializable("JSON", nullable=True))
    made["toml"] = _lazy_view(lambda: serializable("TOML", nullable=False))
    made["types"] = delayed(lambda: select(expect_attrs(lib), "types"))
    return made


def _lazy_view(make: Callable[[], OptionType]) -> Lazy:
    return delayed(lambda: nix_view(make()))


_CONSTANTS: dict[str, OptionType] = {
    "raw": RAW,
    "anything": Anything(),
    "unspecified": UNSPECIFIED,
    "bool": BOOL,
    "boolByOr": BOOL_BY_OR,
    "int": INT,
    "float": FLOAT,
    "number": NUMBER,
    "str": STR,
    "nonEmptyStr": NON_EMPTY_STR,
    "singleLineStr": SINGLE_LINE_STR,
    "lines": LINES,
    "commas": COMMAS,
    "envVar": ENV_VAR,
    "attrs": ATTRS,
    "pkgs": packages_type(),
    "path": PATH,
    "pathInStore": PathType(in_store=True),
    "externalPath": PathType(in_store=False, absolute=True),
    "luaInline": LUA_INLINE,
    "optionDeclaration": OPTION_DECLARATION,
    "optionType": TypeOfTypes(),
}


def _between(make: Callable[[Value, Value], OptionType]) -> Callable[[Lazy, Lazy], Value]:
    def between(lowest: Lazy, highest: Lazy) -> Value:
        bounds = force(lowest), force(highest)
        for bound in bounds:
            if isinstance(bound, Unknown):
                raise Unknowable(bound)
        return nix_view(make(*bounds))

    return between


def _type(lazy: Lazy) -> OptionType:
    return as_type(force(lazy))


def _later(lazy: Lazy) -> Thunk:
    """A type that is looked at when it is needed: types may refer to themselves."""
    return Thunk(_type, lazy)


@register("listOf")
def list_of(element: Lazy) -> Value:
    return nix_view(ListOf(_later(element)))


@register("nonEmptyListOf")
def non_empty_list_of(element: Lazy) -> Value:
    return nix_view(NonEmptyListOf(_later(element)))


@register("attrsOf")
def attrs_of(element: Lazy) -> Value:
    return nix_view(AttrsOf(_later(element)))


@register("lazyAttrsOf")
def lazy_attrs_of(element: Lazy) -> Value:
    return nix_view(AttrsOf(_later(element), lazy=True))


_LISTS_ARE_GONE = (
    "Mixing lists with attribute values is no longer possible; please use `types.attrsOf` "
    "instead. See https://github.com/NixOS/nixpkgs/issues/1800 for the motivation."
)


@register("loaOf")
def loa_of(element: Lazy) -> Value:
    inner = AttrsOf(_later(element))
    return nix_view(Described(inner, name="loaOf", deprecation=_LISTS_ARE_GONE))


_ATTRS_WITH = pattern("elemType", optional=("lazy", "placeholder"))


@register("attrsWith", formals=_ATTRS_WITH)
def attrs_with(given: Lazy) -> Value:
    attrs = arguments("anonymous lambda", _ATTRS_WITH, given)
    lazy, placeholder = get(attrs, "lazy"), get(attrs, "placeholder")
    return nix_view(
        AttrsOf(
            _later(attrs["elemType"]),
            lazy=lazy is not MISSING and expect_bool(lazy),
            placeholder="name" if placeholder is MISSING else expect_string(placeholder),
        )
    )


@register("attrListOf")
def attr_list_of(element: Lazy) -> Value:
    return nix_view(AttrListOf(_later(element)))


_ATTR_LIST_WITH = pattern("elemType", optional=("asAttrs", "mergeAttrValues"))


@register("attrListWith", formals=_ATTR_LIST_WITH)
def attr_list_with(given: Lazy) -> Value:
    attrs = arguments("attrListWith", _ATTR_LIST_WITH, given)
    as_attrs, merge = get(attrs, "asAttrs"), get_lazy(attrs, "mergeAttrValues")
    return nix_view(
        AttrListOf(
            _later(attrs["elemType"]),
            as_attrs=as_attrs is not MISSING and expect_bool(as_attrs),
            merge_values=None if merge is MISSING else merge,
        )
    )


@register("attrTag")
def attr_tag(tags: Lazy) -> Value:
    return nix_view(AttrTag(expect_attrs(tags)))


@register("uniq")
def uniq(element: Lazy) -> Value:
    return nix_view(Unique(_later(element)))


_UNIQUE = pattern("message")


@register("unique")
def unique(given: Lazy) -> Value:
    attrs = arguments("unique", _UNIQUE, given)
    message = expect_string(select(attrs, "message"))
    return Primop("", 1, lambda element: nix_view(Unique(_later(element), message)))


@register("nullOr")
def null_or(element: Lazy) -> Value:
    return nix_view(NullOr(_later(element)))


@register("functionTo")
def function_to(element: Lazy) -> Value:
    return nix_view(FunctionTo(_later(element)))


@register("either")
def either(left: Lazy, right: Lazy) -> Value:
    return nix_view(Either(_later(left), _later(right)))


@register("oneOf")
def one_of(types: Lazy) -> Value:
    found: list[OptionType | Thunk] = [_later(lazy) for lazy in expect_list(types)]
    if not found:
        raise Thrown("types.oneOf needs to get at least one type in its argument")
    return nix_view(either_all(found))


@register("coercedTo")
def coerced_to(coerced: Lazy, function: Lazy, final: Lazy) -> Value:
    coerced_type = _type(coerced)
    if seen(coerced_type, "getSubModules") is not None:
        raise Thrown(
            f"coercedTo: coercedType must not have submodules (it’s a {coerced_type.description})"
        )
    return nix_view(CoercedTo(coerced_type, function, _later(final)))


@register("addCheck")
def add_check(element: Lazy, check: Lazy) -> Value:
    inner = _type(element)

    def holds(value: Lazy) -> bool:
        return expect_bool(call(force(check), value))

    view = nix_view(Checked(inner, holds, given=check))
    if not isinstance(inner, ForeignType):
        return view
    return update(inner.attrs, Attrs({"check": view["check"], "merge": view["merge"]}))


@register("enum")
def enum(values: Lazy) -> Value:
    return nix_view(Enum(values))


@register("strMatching")
def str_matching(regex: Lazy) -> Value:
    return nix_view(StringMatching(expect_string(regex)))


@register("separatedString")
def separated_string(separator: Lazy) -> Value:
    return nix_view(Separated(expect_string(separator)))


@register("passwdEntry")
def passwd_entry_(entry: Lazy) -> Value:
    return nix_view(passwd_entry(_type(entry)))


_PATH_WITH = pattern(optional=("inStore", "absolute"))


@register("pathWith", formals=_PATH_WITH)
def path_with(given: Lazy) -> Value:
    attrs = arguments("pathWith", _PATH_WITH, given)
    in_store, absolute = get(attrs, "inStore"), get(attrs, "absolute")
    in_store = None if in_store is MISSING else in_store
    absolute = None if absolute is MISSING else absolute
    if in_store is True and absolute is False:
        raise Thrown("In pathWith, inStore means the path must be absolute")
    return nix_view(PathType(in_store=in_store, absolute=absolute))


_SERIALIZABLE = pattern("typeName", optional=("nullable",))


@register("serializableValueWith", formals=_SERIALIZABLE)
def serializable_value_with(given: Lazy) -> Value:
    attrs = arguments("serializableValueWith", _SERIALIZABLE, given)
    nullable = get(attrs, "nullable")
    return nix_view(
        serializable(
            expect_string(attrs["typeName"]), nullable=nullable is MISSING or expect_bool(nullable)
        )
    )


def _submodule_types(system: ModuleSystem) -> dict[str, Callable[[Lazy], Value]]:
    def submodule(modules: Lazy) -> Value:
        return nix_view(Submodule(system, Thunk(_to_list, modules), shorthand=True))

    def submodule_with(given: Lazy) -> Value:
        attrs = arguments("submoduleWith", _SUBMODULE_WITH, given)

        def field(name: str, default: Value) -> Lazy:
            value = get_lazy(attrs, name)
            return default if value is MISSING else value

        return nix_view(
            Submodule(
                system,
                attrs["modules"],
                special_args=field("specialArgs", Attrs()),
                shorthand=field("shorthandOnlyDefinesConfig", False),
                description=field("description", None),
                module_class=field("class", None),
            )
        )

    def deferred_module_with(given: Lazy) -> Value:
        attrs = arguments("deferredModuleWith", _DEFERRED_MODULE_WITH, given)
        static = get_lazy(attrs, "staticModules")
        return nix_view(DeferredModule(system, [] if static is MISSING else expect_list(static)))

    return {
        "submodule": submodule,
        "submoduleWith": submodule_with,
        "deferredModuleWith": deferred_module_with,
    }


def _to_list(lazy: Lazy) -> Value:
    value = force(lazy)
    return value if isinstance(value, list) else [value]


_SUBMODULE_WITH = pattern(
    "modules", optional=("specialArgs", "shorthandOnlyDefinesConfig", "description", "class")
)
_DEFERRED_MODULE_WITH = pattern(optional=("staticModules",))
