"""JSON, TOML and XML. Source: nix primops.cc, primops/fromTOML.cc, value-to-xml.cc."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang import store
from hmls.lang.budget import check_depth, check_length
from hmls.lang.builtins.registry import Registry
from hmls.lang.builtins.toml_syntax import Moment
from hmls.lang.coerce import with_context
from hmls.lang.compile.functions import argument_name
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import expect_plain_string, first_splice, force, get, is_derivation, names
from hmls.lang.json import to_json
from hmls.lang.show import show_number
from hmls.lang.values import Attrs, Lambda, Lazy, OpenList, Path, Unknown, Value

if TYPE_CHECKING:
    from hmls.lang.builtins.toml import Toml

register = Registry()


@register.copying("toJSON")
def to_json_(value: Lazy) -> Value:
    return to_json(value)


@register("fromTOML")
def from_toml(text: Lazy) -> Value:
    from hmls.lang.builtins.toml import TomlError, parse_toml

    try:
        return _from_toml(parse_toml(expect_plain_string(text)))
    except TomlError as error:
        raise NixError(f"while parsing TOML: [error] {error}") from None


def _from_toml(value: Toml, depth: int = 0) -> Value:
    check_depth(depth)
    match value:
        case dict():
            items = value.items()
            return Attrs({_without_nul(name): _from_toml(item, depth + 1) for name, item in items})
        case list():
            return [_from_toml(item, depth + 1) for item in value]
        case str():
            return _without_nul(value)
        case Moment():
            raise NixError("while parsing TOML: Dates and times are not supported")
    return value


def _without_nul(text: str) -> str:
    if "\0" in text:
        shown = text.replace("\0", "\N{SYMBOL FOR NULL}")
        message = "cannot be represented as Nix string because it contains null bytes"
        raise NixError(f"while parsing TOML: error: input string '{shown}' {message}")
    return text


@register("toXML")
def to_xml(value: Lazy) -> Value:
    writer = _XmlWriter()
    writer.open("expr")
    _write_xml(value, writer)
    writer.close("expr")
    header = "<?xml version='1.0' encoding='utf-8'?>\n"
    check_length(sum(2 * depth + len(text) for depth, text in writer.out))
    text = "".join(f"{'  ' * depth}<{text}>\n" for depth, text in writer.out)
    return with_context(header + text, *writer.strings)


class _XmlWriter:
    def __init__(self) -> None:
        self.out: list[tuple[int, str]] = []
        """Tags without their brackets, each with its depth."""
        self.depth = 0
        self.strings: list[str] = []
        self.seen: set[str] = set()

    def tag(self, text: str) -> None:
        self.out.append((self.depth, text))

    def open(self, name: str, attributes: dict[str, str] | None = None) -> None:
        self.tag(name + _attributes(attributes))
        self.depth += 1

    def close(self, name: str) -> None:
        self.depth -= 1
        self.tag(f"/{name}")

    def empty(self, name: str, attributes: dict[str, str] | None = None) -> None:
        self.tag(f"{name}{_attributes(attributes)} /")


_XML_ESCAPES = {'"': "&quot;", "<": "&lt;", ">": "&gt;", "&": "&amp;", "\n": "&#xA;"}
_XML_TABLE = str.maketrans(_XML_ESCAPES)


def _attributes(attributes: dict[str, str] | None) -> str:
    pairs = (attributes or {}).items()
    return "".join(f' {name}="{value.translate(_XML_TABLE)}"' for name, value in pairs)


def _write_xml(lazy: Lazy, writer: _XmlWriter) -> None:
    check_depth(writer.depth)
    value = force(lazy)
    match value:
        case None:
            writer.empty("null")
        case bool():
            writer.empty("bool", {"value": "true" if value else "false"})
        case int() | float():
            kind = "int" if value.__class__ is int else "float"
            writer.empty(kind, {"value": show_number(value)})
        case str():
            writer.strings.append(value)
            writer.empty("string", {"value": value})
        case Path():
            writer.empty("path", {"value": store.shown_path(value.path)})
        case list():
            writer.open("list")
            for item in value:
                _write_xml(item, writer)
            writer.close("list")
        case Attrs():
            _write_xml_set(value, writer)
        case Lambda():
            _write_xml_function(value, writer)
        case OpenList():
            raise Unknowable(first_splice(value))
        case Unknown():
            raise Unknowable(value)
        case _:
            writer.empty("unevaluated")


def _write_xml_set(value: Attrs, writer: _XmlWriter) -> None:
    if not is_derivation(value):
        writer.open("attrs")
        _write_xml_attributes(value, writer)
        writer.close("attrs")
        return
    paths = {name: get(value, name) for name in ("drvPath", "outPath") if name in value}
    shown = {name: str(path) for name, path in paths.items() if isinstance(path, str)}
    writer.open("derivation", shown)
    drv_path = shown.get("drvPath", "")
    if drv_path and drv_path not in writer.seen:
        writer.seen.add(drv_path)
        _write_xml_attributes(value, writer)
    else:
        writer.empty("repeated")
    writer.close("derivation")


def _write_xml_attributes(value: Attrs, writer: _XmlWriter) -> None:
    for name in names(value):
        writer.open("attr", {"name": name})
        _write_xml(value[name], writer)
        writer.close("attr")


def _write_xml_function(value: Lambda, writer: _XmlWriter) -> None:
    argument = argument_name(value.site)
    writer.open("function")
    if value.formals is None:
        writer.empty("varpat", {"name": argument or ""})
    else:
        attributes = {"ellipsis": "1"} if value.formals.open else {}
        if argument is not None:
            attributes["name"] = argument
        writer.open("attrspat", attributes)
        for name in sorted(value.formals.arguments):
            writer.empty("attr", {"name": name})
        writer.close("attrspat")
    writer.close("function")
