"""`lib.types`. Source: nixpkgs lib/types.nix."""

from __future__ import annotations

from collections.abc import Callable

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
from hmls.lang.json import json_float
from hmls.lang.lib.support import arguments, pattern
from hmls.lang.values import Attrs, Lazy, Primop, Thunk, Value
from hmls.modules.system import ModuleSystem
from hmls.modules.types.base import OptionType, phrase
from hmls.modules.types.choices import (
    Anything,
    Checked,
    CoercedTo,
    Either,
    FunctionTo,
    NullOr,
    TypeOfTypes,
    Unique,
)
from hmls.modules.types.containers import AttrListOf, AttrsOf, AttrTag, ListOf, NonEmptyListOf
from hmls.modules.types.foreign import as_type
from hmls.modules.types.nix_view import nix_view
from hmls.modules.types.scalars import (
    ATTRS,
    BOOL,
    BOOL_BY_OR,
    FILE_SET,
    FLOAT,
    INT,
    LUA_INLINE,
    OPTION_DECLARATION,
    PACKAGE,
    PATH,
    RAW,
    SHELL_PACKAGE,
    STR,
    UNSPECIFIED,
    Enum,
    PathType,
    Separated,
    StringMatching,
    range_text,
)
from hmls.modules.types.singles import NON_EMPTY_STR, NUMBER, SINGLE_LINE_STR, packages_type
from hmls.modules.types.submodules import DeferredModule, Submodule

EXPORTS = (
    "isType", "setType", "defaultTypeMerge", "defaultFunctor", "isOptionType", "mkOptionType",
)  # fmt: skip
register = Registry()


def members(system: ModuleSystem) -> dict[str, Lazy]:
    """`lib.types`: name → type, or the function that makes one."""
    made: dict[str, Lazy] = dict(register.bind(system.interp))
    for name, option_type in _CONSTANTS.items():
        made[name] = nix_view(option_type)
    for name, function in _submodule_types(system).items():
        made[name] = Primop(name, 1, function)
    made["deferredModule"] = delayed(lambda: nix_view(DeferredModule(system, [])))
    made["ints"] = Attrs({name: _lazy_view(make) for name, make in _INTS.items()})
    made["ints"]["between"] = Primop("between", 2, _between)
    made["numbers"] = Attrs({name: _lazy_view(make) for name, make in _NUMBERS.items()})
    made["numbers"]["between"] = Primop("between", 2, _numbers_between)
    made["port"] = made["ints"]["u16"]
    made["json"] = delayed(lambda: nix_view(serializable("JSON", nullable=True)))
    made["toml"] = delayed(lambda: nix_view(serializable("TOML", nullable=False)))
    made["types"] = delayed(lambda: Attrs(made))
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
    "lines": Separated("\n"),
    "commas": Separated(","),
    "envVar": Separated(":"),
    "attrs": ATTRS,
    "fileset": FILE_SET,
    "package": PACKAGE,
    "shellPackage": SHELL_PACKAGE,
    "pkgs": packages_type(),
    "path": PATH,
    "pathInStore": PathType(in_store=True, absolute=None),
    "externalPath": PathType(in_store=False, absolute=True),
    "luaInline": LUA_INLINE,
    "optionDeclaration": OPTION_DECLARATION,
    "optionType": TypeOfTypes(),
}


def _integers(low: int, high: int, name: str, start: str) -> Callable[[], OptionType]:
    description = f"{start}; between {range_text(low, high)}"
    return lambda: Checked(
        INT, lambda value: low <= value <= high, name=name, description=description
    )


def _bits(bits: int, *, signed: bool) -> Callable[[], OptionType]:
    size = 2**bits
    if signed:
        name, start = f"signedInt{bits}", f"{bits} bit signed integer"
        return _integers(-(size // 2), size // 2 - 1, name, start)
    return _integers(0, size - 1, f"unsignedInt{bits}", f"{bits} bit unsigned integer")


def _checked(inner: OptionType, check: Callable[[Value], bool], name: str, text: str) -> Checked:
    return Checked(
        inner, check, name=name, description=text, description_class="nonRestrictiveClause"
    )


_INTS: dict[str, Callable[[], OptionType]] = {
    "unsigned": lambda: _checked(
        INT, lambda value: value >= 0, "unsignedInt", "unsigned integer, meaning >=0"
    ),
    "positive": lambda: _checked(
        INT, lambda value: value > 0, "positiveInt", "positive integer, meaning >0"
    ),
    **{f"u{bits}": _bits(bits, signed=False) for bits in (8, 16, 32)},
    **{f"s{bits}": _bits(bits, signed=True) for bits in (8, 16, 32)},
}
_NUMBERS: dict[str, Callable[[], OptionType]] = {
    "nonnegative": lambda: _checked(
        NUMBER,
        lambda value: value >= 0,
        "numberNonnegative",
        "nonnegative integer or floating point number, meaning >=0",
    ),
    "positive": lambda: _checked(
        NUMBER,
        lambda value: value > 0,
        "numberPositive",
        "positive integer or floating point number, meaning >0",
    ),
}


def _between(lowest: Lazy, highest: Lazy) -> Value:
    low, high = force(lowest), force(highest)
    if low > high:
        raise Thrown("ints.between: lowest must be smaller than highest")
    return nix_view(
        Checked(
            INT,
            lambda value: low <= value <= high,
            name="intBetween",
            description=f"integer between {range_text(low, high)}",
        )
    )


def _numbers_between(lowest: Lazy, highest: Lazy) -> Value:
    low, high = force(lowest), force(highest)
    if low > high:
        raise Thrown("numbers.between: lowest must be smaller than highest")
    bounds = f"{_number(low)} and {_number(high)} (both inclusive)"
    return nix_view(
        Checked(
            NUMBER,
            lambda value: low <= value <= high,
            name="numberBetween",
            description=f"integer or floating point number between {bounds}",
        )
    )


def _number(value: int | float) -> str:
    return json_float(value) if isinstance(value, float) else str(value)


def _type(lazy: Lazy) -> OptionType:
    return as_type(force(lazy))


def _later(lazy: Lazy) -> Thunk:
    """A type that is looked at when it is needed: types may refer to themselves."""
    return delayed(lambda: _type(lazy))


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


@register("loaOf")
def loa_of(element: Lazy) -> Value:
    return nix_view(AttrsOf(_later(element)))


_ATTRS_WITH = pattern("elemType", optional=("lazy", "placeholder"))


@register("attrsWith", formals=_ATTRS_WITH)
def attrs_with(given: Lazy) -> Value:
    attrs = arguments("attrsWith", _ATTRS_WITH, given)
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
    as_attrs, merge = get(attrs, "asAttrs"), get(attrs, "mergeAttrValues")
    return nix_view(
        AttrListOf(
            _later(attrs["elemType"]),
            as_attrs=as_attrs is not MISSING and expect_bool(as_attrs),
            merge_values=None if merge is MISSING else merge,
        )
    )


@register("attrTag")
def attr_tag(tags: Lazy) -> Value:
    found = expect_attrs(tags)
    for name in sorted(found):
        option = force(found[name])
        kind = type_of_set(option)
        if kind != "option":
            what = "was not."
            if kind == "option-type":
                what = "was a bare type, not wrapped in mkOption."
            elif kind is not None:
                what = f'was of type "{kind}".'
            raise Thrown(f"In attrTag, each tag value must be an option, but tag {name} {what}")
    return nix_view(AttrTag(found))


@register("uniq")
def uniq(element: Lazy) -> Value:
    return nix_view(Unique(_later(element)))


_UNIQUE = pattern("message")


@register("unique")
def unique(given: Lazy, element: Lazy) -> Value:
    attrs = arguments("unique", _UNIQUE, given)
    return nix_view(Unique(_later(element), expect_string(select(attrs, "message"))))


@register("nullOr")
def null_or(element: Lazy) -> Value:
    return nix_view(NullOr(_later(element)))


@register("functionTo")
def function_to(element: Lazy) -> Value:
    return nix_view(FunctionTo(_later(element)))


@register("either")
def either(left: Lazy, right: Lazy) -> Value:
    return nix_view(Either(_type(left), _type(right)))


@register("oneOf")
def one_of(types: Lazy) -> Value:
    found = [_type(lazy) for lazy in expect_list(types)]
    if not found:
        raise Thrown("types.oneOf needs to get at least one type in its argument")
    return nix_view(_either_all(found))


def _either_all(types: list[OptionType]) -> OptionType:
    made = types[0]
    for following in types[1:]:
        made = Either(made, following)
    return made


@register("coercedTo")
def coerced_to(coerced: Lazy, function: Lazy, final: Lazy) -> Value:
    coerced_type = _type(coerced)
    if coerced_type.sub_modules is not None:
        raise Thrown(
            f"coercedTo: coercedType must not have submodules (it’s a {coerced_type.description})"
        )
    return nix_view(CoercedTo(coerced_type, force(function), _type(final)))


@register("addCheck")
def add_check(element: Lazy, check: Lazy) -> Value:
    def holds(value: Value) -> bool:
        return expect_bool(call(force(check), value))

    return nix_view(Checked(_type(element), holds))


@register("enum")
def enum(values: Lazy) -> Value:
    return nix_view(Enum(expect_list(values)))


@register("strMatching")
def str_matching(regex: Lazy) -> Value:
    return nix_view(StringMatching(expect_string(regex)))


@register("separatedString")
def separated_string(separator: Lazy) -> Value:
    return nix_view(Separated(expect_string(separator)))


@register("passwdEntry")
def passwd_entry(entry: Lazy) -> Value:
    inner = _type(entry)
    return nix_view(
        _checked(
            inner,
            lambda value: ":" not in value and "\n" not in value,
            f"passwdEntry {inner.name}",
            f"{phrase(inner, 'noun')}, not containing newlines or colons",
        )
    )


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


def serializable(type_name: str, *, nullable: bool) -> OptionType:
    """serializableValueWith: the values that JSON, TOML and the like can hold."""
    inner = delayed(lambda: described)
    base = _either_all([BOOL, INT, FLOAT, STR, PATH, AttrsOf(inner), ListOf(inner)])
    described = Described(NullOr(base) if nullable else base, f"{type_name} value")
    return described


class Described(Checked):
    """A type under another description."""

    def __init__(self, inner: OptionType, description: str, name: str | None = None) -> None:
        super().__init__(inner, lambda _value: True, name=name, description=description)

    def with_sub_modules(self, modules: list[Lazy]) -> OptionType:
        return self.inner.with_sub_modules(modules)


def _submodule_types(system: ModuleSystem) -> dict[str, Callable[[Lazy], Value]]:
    def submodule(modules: Lazy) -> Value:
        value = force(modules)
        given = value if isinstance(value, list) else [value]
        return nix_view(Submodule(system, given, shorthand=True))

    def submodule_with(given: Lazy) -> Value:
        attrs = arguments("submoduleWith", _SUBMODULE_WITH, given)

        def field(name: str, default: Value) -> Value:
            value = get(attrs, name)
            return default if value is MISSING else value

        return nix_view(
            Submodule(
                system,
                expect_list(attrs["modules"]),
                special_args=expect_attrs(field("specialArgs", Attrs())),
                shorthand=field("shorthandOnlyDefinesConfig", False),
                description=field("description", None),
                module_class=field("class", None),
            )
        )

    def deferred_module_with(given: Lazy) -> Value:
        static = get_lazy(expect_attrs(given), "staticModules")
        return nix_view(DeferredModule(system, [] if static is MISSING else expect_list(static)))

    return {
        "submodule": submodule,
        "submoduleWith": submodule_with,
        "deferredModuleWith": deferred_module_with,
    }


_SUBMODULE_WITH = pattern(
    "modules", optional=("specialArgs", "shorthandOnlyDefinesConfig", "description", "class")
)


@register("mkOptionType")
def make_option_type(given: Lazy) -> Value:
    """A type of the user's own. Source: mkOptionType's defaults."""
    attrs = expect_attrs(given)
    name = select(attrs, "name")
    template = nix_view(UNSPECIFIED)
    defaults = {
        "description": name,
        "descriptionClass": None,
        "check": Primop("", 1, lambda _value: True),
        "merge": template["merge"],
        "emptyValue": Attrs(),
        "getSubOptions": Primop("", 1, lambda _prefix: Attrs()),
        "getSubModules": None,
        "substSubModules": Primop("", 1, lambda _modules: None),
        "deprecationMessage": None,
        "nestedTypes": Attrs(),
    }
    made = Attrs({"_type": "option-type", **defaults, **attrs})
    if get(made, "description") is None:
        made["description"] = name
    if "functor" not in attrs:
        made["functor"] = default_functor(name)
    if "typeMerge" not in attrs:
        made["typeMerge"] = Primop("", 1, lambda other: default_type_merge(made["functor"], other))
    return made


@register("defaultFunctor")
def default_functor(name: Lazy) -> Value:
    return Attrs(
        {
            "name": name,
            "type": None,
            "payload": None,
            "binOp": Primop("", 2, lambda _a, _b: None),
        }
    )


@register("defaultTypeMerge")
def default_type_merge(left: Lazy, right: Lazy) -> Value:
    first, second = expect_attrs(left), expect_attrs(right)
    if select(first, "name") != select(second, "name"):
        return None
    if select(first, "payload") is None:
        return select(first, "type")
    merged = call(call(select(first, "binOp"), first["payload"]), second["payload"])
    return None if merged is None else call(select(first, "type"), merged)


@register("mergeTypes")
def merge_types(left: Lazy, right: Lazy) -> Value:
    merged = _type(left).merged_with(_type(right))
    if merged is None:
        return Attrs({"_type": "merge-error", "error": "Cannot merge types"})
    return nix_view(merged)


@register("isType")
def is_type(kind: Lazy, value: Lazy) -> Value:
    found = type_of_set(force(value))
    return (found or "") == expect_string(kind)


@register("setType")
def set_type(kind: Lazy, value: Lazy) -> Value:
    attrs = expect_attrs(value)
    return Attrs({**attrs, "_type": force(kind)}, attrs.positions)


@register("isOptionType")
def is_option_type(value: Lazy) -> Value:
    return type_of_set(force(value)) == "option-type"


@register("optionDescriptionPhrase")
def option_description_phrase(unparenthesize: Lazy, option_type: Lazy) -> Value:
    attrs = expect_attrs(option_type)
    kind = get(attrs, "descriptionClass")
    described = expect_string(attrs["description"])
    bare = expect_bool(call(force(unparenthesize), None if kind is MISSING else kind))
    return described if bare else f"({described})"
