"""Types whose values are merged as a whole. Source: nixpkgs lib/types.nix."""

from __future__ import annotations

from collections.abc import Callable

from hmls.lang import coerce
from hmls.lang.combine import update
from hmls.lang.compare import equal
from hmls.lang.errors import Unknowable
from hmls.lang.force import MISSING, expect_string, force, get, has, is_derivation, is_function
from hmls.lang.json import json_string
from hmls.lang.show import quote, show_number
from hmls.lang.values import (
    Attrs,
    ContextString,
    Lazy,
    OpenAttrs,
    Path,
    Unknown,
    Value,
    type_name,
)
from hmls.modules.definitions import Definition, Loc
from hmls.modules.merged import Merged
from hmls.modules.types.base import (
    OptionType,
    merge_equal,
    merge_one,
    refuse_maybe,
    refuse_unknown,
)

Merge = Callable[[Loc, list[Definition]], Lazy]


class Scalar(OptionType):
    """A type given by a check and a merge function."""

    def __init__(
        self,
        name: str,
        description: str,
        check: Callable[[Value], bool],
        merge: Merge = merge_equal,
        *,
        description_class: str | None = "noun",
        empty: Lazy = MISSING,
    ) -> None:
        self.name = name
        self._description = description
        self.description_class = description_class
        self.check = check
        self._merge = merge
        self._empty = empty

    @property
    def description(self) -> str:
        return self._description

    @property
    def empty_value(self) -> Lazy:
        return self._empty

    def accepts(self, value: Value) -> bool:
        return self.check(value)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        return Merged(self._merge(loc, definitions))


def _any(_value: Value) -> bool:
    return True


def _kind_is(*kinds: str) -> Callable[[Value], bool]:
    def check(value: Value) -> bool:
        if isinstance(value, Unknown) and value.kind is None:
            raise Unknowable(value)
        return type_name(value) in kinds

    return check


is_bool = _kind_is("bool")
is_int = _kind_is("int")
is_float = _kind_is("float")
is_string = _kind_is("string")
is_set = _kind_is("set")
is_list = _kind_is("list")


def _merge_or(_loc: Loc, definitions: list[Definition]) -> Lazy:
    refuse_maybe(definitions)
    values = [force(definition.value) for definition in definitions]
    for value in values:
        refuse_unknown(value)
    return any(values)


def _separated(separator: str) -> Merge:
    def merge(_loc: Loc, definitions: list[Definition]) -> Lazy:
        from hmls.lang.combine import concat_strings

        parts: list[Value] = []
        for index, definition in enumerate(definitions):
            value = force(definition.value)
            if definition.maybe is not None:
                value = definition.maybe.at(definition.site, "string")
            parts.extend([separator, value] if index else [value])
        return parts[0] if len(parts) == 1 else concat_strings(parts)

    return merge


def _merge_attrs(_loc: Loc, definitions: list[Definition]) -> Lazy:
    """types.attrs: the last one wins at the top, nothing is merged below."""
    refuse_maybe(definitions)
    merged: Value = Attrs()
    for definition in definitions:
        merged = update(merged, force(definition.value))
    return merged


def is_string_like(value: Value) -> bool:
    """lib.isStringLike: a string, a path, or a set that is made a string."""
    if isinstance(value, str | Path):
        return True
    if isinstance(value, Attrs):
        return "outPath" in value or "__toString" in value or _open_says(value)
    if isinstance(value, Unknown):
        if value.kind is None:
            raise Unknowable(value)
        return value.kind in ("string", "path")
    return False


def _open_says(value: Attrs) -> bool:
    if isinstance(value, OpenAttrs) and not {"outPath", "__toString"} <= value.absent:
        raise Unknowable(value.rest)
    return False


def is_store_path(value: Value) -> bool:
    """lib.isStorePath: a path directly in the store."""
    if not is_string_like(value):
        return False
    text = coerce.to_string(value)
    return text.startswith("/nix/store/") and "/" not in text[len("/nix/store/") :].rstrip("/")


def _is_package(value: Value) -> bool:
    refuse_unknown(value)
    return is_derivation(value) or is_store_path(value)


def _merge_package(loc: Loc, definitions: list[Definition]) -> Lazy:
    lazy = merge_one(loc, definitions)
    value = force(lazy)
    if isinstance(value, Path) or (isinstance(value, str) and not coerce.context_of(value)):
        return _to_derivation(coerce.to_string(value))
    return value


def _to_derivation(path: str) -> Attrs:
    """lib.toDerivation: a set that stands for a store path."""
    name = path.removeprefix("/nix/store/")[33:] or "source"
    made = Attrs(
        {
            "type": "derivation",
            "name": name,
            "outPath": ContextString(path, frozenset((path,))),
            "outputs": ["out"],
            "outputName": "out",
        }
    )
    made["out"] = made
    return made


def _is_shell_package(value: Value) -> bool:
    refuse_unknown(value)
    return is_derivation(value) and has(value, "shellPath")


def _is_lua_inline(value: Value) -> bool:
    return _has_type(value, "lua-inline")


def _has_type(value: Value, wanted: str) -> bool:
    refuse_unknown(value)
    if not isinstance(value, Attrs):
        return False
    found = get(value, "_type")
    refuse_unknown(found)
    return isinstance(found, str) and found == wanted


def _is_option_declaration(value: Value) -> bool:
    return _has_type(value, "option") and not has(value, "value")


def _is_file_set(value: Value) -> bool:
    """lib.fileset's values; a path is one too."""
    return isinstance(value, Path) or _has_type(value, "fileset")


def _merge_file_sets(_loc: Loc, definitions: list[Definition]) -> Lazy:
    refuse_maybe(definitions)
    if len(definitions) == 1:
        return definitions[0].value
    from hmls.lang.lib.fileset import unions

    return unions([definition.value for definition in definitions])


def is_path_like(value: Value) -> bool:
    """What types.path accepts: an absolute path, as path, string or set."""
    return is_string_like(value) and coerce.to_string(value).startswith("/")


RAW = Scalar("raw", "raw value", _any, merge_one)
BOOL = Scalar("bool", "boolean", is_bool)
BOOL_BY_OR = Scalar("boolByOr", "boolean (merged using or)", is_bool, _merge_or)
INT = Scalar("int", "signed integer", is_int)
FLOAT = Scalar("float", "floating point number", is_float)
STR = Scalar("str", "string", is_string)
ATTRS = Scalar(
    "attrs", "attribute set", is_set, _merge_attrs, description_class=None, empty=Attrs()
)
PACKAGE = Scalar("package", "package", _is_package, _merge_package)
SHELL_PACKAGE = Scalar("package", "package", _is_shell_package, _merge_package)
LUA_INLINE = Scalar("luaInline", "inline lua", _is_lua_inline)
OPTION_DECLARATION = Scalar("optionDeclaration", "option declaration", _is_option_declaration)
FILE_SET = Scalar("fileset", "fileset", _is_file_set, _merge_file_sets)


class Unspecified(OptionType):
    """Any value, merged by what the definitions happen to be: lib.mergeDefaultOption."""

    name = "unspecified"
    description_class = "noun"

    @property
    def description(self) -> str:
        return "unspecified value"

    def accepts(self, _value: Value) -> bool:
        return True

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        return Merged(merge_default(loc, definitions))


def merge_default(loc: Loc, definitions: list[Definition]) -> Lazy:
    """lib.mergeDefaultOption. Source: nixpkgs lib/options.nix."""
    from hmls.lang.errors import NixError
    from hmls.lang.force import call, expect_list
    from hmls.modules.messages import show_definitions, show_option

    refuse_maybe(definitions)
    if len(definitions) == 1:
        return definitions[0].value
    values = [force(definition.value) for definition in definitions]
    for value in values:
        refuse_unknown(value)
    if all(is_function(value) for value in values):
        from hmls.lang.values import Primop

        def merged_call(argument: Lazy) -> Value:
            results = [
                Definition(d.file, call(function, argument), d.site)
                for d, function in zip(definitions, values, strict=True)
            ]
            return force(merge_default(loc, results))

        return Primop("", 1, merged_call)
    if all(is_list(value) for value in values):
        return [item for value in values for item in expect_list(value)]
    if all(isinstance(value, Attrs) for value in values):
        merged: Value = Attrs()
        for value in values:
            merged = update(merged, value)
        return merged
    if all(is_bool(value) for value in values):
        return any(values)
    if all(isinstance(value, str) for value in values):
        return coerce.join("", values)
    if all(is_int(value) for value in values) and len(set(values)) == 1:
        return values[0]
    raise NixError(
        f"Cannot merge definitions of `{show_option(loc)}'. "
        f"Definition values:{show_definitions(definitions)}"
    )


UNSPECIFIED = Unspecified()


class StringMatching(Scalar):
    """types.strMatching."""

    def __init__(self, pattern: str) -> None:
        super().__init__(
            f"strMatching {quote(pattern)}",
            f"string matching the pattern {pattern}",
            lambda value: is_string(value) and self._matches(value),
        )
        self.pattern = pattern

    def _matches(self, value: Value) -> bool:
        from hmls.lang.builtins.regex import compile_regex

        text = expect_string(value).encode("utf-8", "surrogateescape")
        return compile_regex(self.pattern).match(text) is not None


class Separated(Scalar):
    """types.separatedString and what is made of it: lines, commas, envVar."""

    def __init__(self, separator: str) -> None:
        super().__init__(
            "separatedString",
            f"strings concatenated with {json_string(separator)}",
            is_string,
            _separated(separator),
        )
        self.separator = separator

    def merged_with(self, other: OptionType) -> OptionType | None:
        same = isinstance(other, Separated) and other.separator == self.separator
        return self if same else None


class Enum(OptionType):
    """types.enum."""

    name = "enum"

    def __init__(self, values: list[Lazy]) -> None:
        self.values = values

    @property
    def description_class(self) -> str:  # type: ignore[override]
        return "noun" if len(self.values) < 2 else "conjunction"

    @property
    def description(self) -> str:
        shown = [_enum_value(value) for value in self.values]
        match shown:
            case []:
                return "impossible (empty enum)"
            case [only]:
                return f"value {only} (singular enum)"
        return f"one of {', '.join(shown)}"

    def accepts(self, value: Value) -> bool:
        return any(equal(value, force(allowed)) for allowed in self.values)

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        return Merged(merge_equal(loc, definitions))

    def merged_with(self, other: OptionType) -> OptionType | None:
        if not isinstance(other, Enum):
            return None
        values = list(self.values)
        for value in other.values:
            if not any(equal(force(value), force(known)) for known in values):
                values.append(value)
        return Enum(values)


def _enum_value(lazy: Lazy) -> str:
    value = force(lazy)
    match value:
        case str():
            return f'"{value}"'
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
    return f"<{type_name(value)}>"


class PathType(OptionType):
    """types.pathWith: path, pathInStore, externalPath."""

    name = "path"
    description_class = "noun"

    def __init__(self, *, in_store: bool | None, absolute: bool | None) -> None:
        self.in_store = in_store
        self.absolute = absolute

    @property
    def description(self) -> str:
        kind = {None: "", True: "absolute ", False: "relative "}[self.absolute]
        store = {None: "", True: " in the Nix store", False: " not in the Nix store"}
        return f"{kind}path{store[self.in_store]}"

    def accepts(self, value: Value) -> bool:
        allowed = is_string_like(value) if self.in_store is not False else is_string(value)
        if not allowed:
            return False
        if isinstance(value, Unknown):
            raise Unknowable(value)
        text = coerce.to_string(value)
        if self.in_store is not None and self.in_store != _in_store(text):
            return False
        return self.absolute is None or self.absolute == text.startswith("/")

    def merge(self, loc: Loc, definitions: list[Definition]) -> Merged:
        return Merged(merge_equal(loc, definitions))

    def merged_with(self, other: OptionType) -> OptionType | None:
        if not isinstance(other, PathType):
            return None
        same = (other.in_store, other.absolute) == (self.in_store, self.absolute)
        return self if same else None


def _in_store(path: str) -> bool:
    """lib.path.hasStorePathPrefix."""
    rest = coerce.normalize(path).removeprefix("/nix/store/")
    name = rest.split("/", 1)[0]
    return rest != coerce.normalize(path) and len(name) > 33 and name[32] == "-"


PATH = PathType(in_store=None, absolute=True)


def range_text(lowest: Value, highest: Value) -> str:
    return f"{show_number(lowest)} and {show_number(highest)} (both inclusive)"
