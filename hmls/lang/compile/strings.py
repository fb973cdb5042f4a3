"""Strings, paths and numbers.

Source: nix src/libexpr/lexer.l (unescapeStr), parser-state.hh (stripIndentation).
"""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Callable
from functools import cache

from hmls.lang import coerce
from hmls.lang.combine import concat_strings
from hmls.lang.compile.core import (
    NOT_CONSTANT,
    child,
    compile_expression,
    compiler,
    constant,
    site_of,
    text_of,
)
from hmls.lang.compile.scope import Scope
from hmls.lang.compile.variables import variable_code
from hmls.lang.copies import refuse_absent_in
from hmls.lang.errors import NixError, SyntaxErrorInFile, Unknowable
from hmls.lang.force import call, call2
from hmls.lang.utf8 import mended
from hmls.lang.values import Cause, Code, ContextString, Env, Path, Site, Unknown, Value
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node

_SIMPLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
SEARCH_PATH = Cause("impure", "a search path such as <nixpkgs> is not available in a flake")
HOME_PATH = Cause("impure", "a path below ~ is not available in a flake")


@constant(Kind.INTEGER)
def _integer(node: Node, scope: Scope) -> Value:
    value = int(scope.unit.text[node.start_byte : node.end_byte])
    return value if value < 2**63 else NOT_CONSTANT


@compiler(Kind.INTEGER)
def _too_large(node: Node, scope: Scope) -> Code:
    return _invalid_number(node, scope, "integer")


@constant(Kind.FLOAT)
def _float(node: Node, scope: Scope) -> Value:
    value = float_value(scope.unit.text[node.start_byte : node.end_byte])
    return NOT_CONSTANT if value is None else value


@compiler(Kind.FLOAT)
def _out_of_range(node: Node, scope: Scope) -> Code:
    return _invalid_number(node, scope, "float")


def float_value(literal: bytes) -> float | None:
    """The value of a float literal; None for one that Nix refuses as too large or too small."""
    value = float(literal)
    if math.isinf(value) or abs(value) < sys.float_info.min:
        mantissa = literal.lower().partition(b"e")[0]
        return value if value == 0 and not mantissa.strip(b"0.") else None
    return value


def _invalid_number(node: Node, scope: Scope, kind: str) -> Code:
    site, text = site_of(node, scope), text_of(node, scope)

    def code(_env: Env) -> Value:
        raise SyntaxErrorInFile(f"invalid {kind} '{text}'", site)

    return code


@constant(Kind.URI)
def _uri(node: Node, scope: Scope) -> Value:
    return text_of(node, scope)


@constant(Kind.STRING, Kind.INDENTED_STRING)
def _constant_string(node: Node, scope: Scope) -> Value:
    text = constant_string(node, scope)
    return NOT_CONSTANT if text is None else text


def constant_string(node: Node, scope: Scope) -> str | None:
    """The text of a string without interpolations."""
    parts = string_parts(node, scope)
    match parts:
        case []:
            return ""
        case [str(text)]:
            return text
    return None


@compiler(Kind.STRING, Kind.INDENTED_STRING)
def compile_string(node: Node, scope: Scope) -> Code:
    sources: list[str | Code] = []
    sites: list[Site] = []
    for part in string_parts(node, scope):
        if isinstance(part, str):
            sources.append(part)
            sites.append(site_of(node, scope))
        else:
            expression = child(part, Field.EXPRESSION)
            sources.append(compile_expression(expression, scope))
            sites.append(site_of(expression, scope))
    return _interpolated(sources, sites)


def _mixed(values: list[Value]) -> Value:
    """A string of parts some of which are unknown, or have a context."""
    for value in values:
        if isinstance(value, Unknown) and value.symbolic:
            return value.operation("str", tuple(values))
    return concat_strings(values)


def _interpolated(sources: list[str | Code], sites: list[Site]) -> Code:
    def code(env: Env) -> Value:
        values: list[Value] = []
        plain = True
        for source, site in zip(sources, sites, strict=True):
            if source.__class__ is str:
                values.append(source)
                continue
            try:
                value = source(env)  # type: ignore[operator]
                if value.__class__ is not str:
                    if not isinstance(value, Unknown):
                        value = refuse_absent_in(env, coerce.interpolate(value))
                    plain = plain and value.__class__ is str
            except Unknowable as stop:
                value, plain = stop.unknown.at(site), False
            except NixError as error:
                if error.site is None:
                    error.site = site
                raise
            values.append(value)
        return mended("".join(values)) if plain else _mixed(values)

    return code


def string_parts(node: Node, scope: Scope) -> list[str | Node]:
    """Texts and interpolation nodes by turns, escapes and indentation dealt with."""
    if node.kind_id == Kind.STRING:
        return _merged(_plain_parts(node, scope))
    return _merged(_strip_indentation(_indented_parts(node, scope)))


def _merged(parts: list[str | Node]) -> list[str | Node]:
    if len(parts) == 1 and parts[0] != "":
        return parts
    merged: list[str | Node] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    return merged


def _plain_parts(node: Node, scope: Scope) -> list[str | Node]:
    parts: list[str | Node] = []
    # Between the pieces that have nodes of their own stand characters that have none.
    offset, end = node.start_byte + 1, node.end_byte - 1
    text = scope.unit.text
    for piece in node.named_children:
        if piece.kind_id == Kind.INTERPOLATION:
            parts.append(_unescape(text[offset : piece.start_byte]))
            parts.append(piece)
            offset = piece.end_byte
    parts.append(_unescape(text[offset:end]))
    return parts


def _unescape(raw: bytes) -> str:
    text = raw.decode("utf-8", "surrogateescape")
    if "\r" in text or "\\" in text:
        return _unescape_slow(text)
    return text


def _unescape_slow(text: str) -> str:
    out: list[str] = []
    index, end = 0, len(text)
    while index < end:
        char = text[index]
        index += 1
        if char == "\\" and index < end:
            char = text[index]
            out.append(_SIMPLE_ESCAPES.get(char, char))
            index += 1
        elif char == "\r":
            out.append("\n")
            if index < end and text[index] == "\n":
                index += 1
        else:
            out.append(char)
    return "".join(out)


class _Literal(str):
    """A piece of an indented string that came from an escape: it has no indentation."""

    __slots__ = ()


def _indented_parts(node: Node, scope: Scope) -> list[str | Node]:
    parts: list[str | Node] = []
    text = scope.unit.text
    start = node.start_byte + 2
    # The opening quotes swallow blanks up to the first line end.
    offset = start
    while text[offset : offset + 1] == b" ":
        offset += 1
    offset = offset + 1 if text[offset : offset + 1] == b"\n" else start
    for piece in node.named_children:
        if piece.kind_id == Kind.INTERPOLATION:
            parts.extend(_indented_text(text[offset : piece.start_byte]))
            parts.append(piece)
            offset = piece.end_byte
    parts.extend(_indented_text(text[offset : node.end_byte - 2]))
    return parts


def _indented_text(raw: bytes) -> list[str | Node]:
    """The tokens that Nix's lexer makes of the text between two interpolations."""
    text = raw.decode("utf-8", "surrogateescape")
    if "''" not in text and "$" not in text:
        return [text] if text else []
    parts: list[str | Node] = []
    plain: list[str] = []
    index, end = 0, len(text)

    def flush() -> None:
        if plain:
            parts.append("".join(plain))
            plain.clear()

    while index < end:
        char = text[index]
        following = text[index + 1 : index + 2]
        if char == "'" and following == "'":
            third = text[index + 2 : index + 3]
            flush()
            if third == "$":
                parts.append(_Literal("$"))
                index += 3
            elif third == "'":
                parts.append(_Literal("''"))
                index += 3
            elif third == "\\":
                parts.append(_Literal(_unescape_slow(text[index + 2 : index + 4])))
                index += 4
            else:
                index = end  # Only a closing quote can stand here.
        elif char == "$" and following not in ("", "{", "'"):
            plain.append(char + following)
            index += 2
        elif char == "$":
            flush()
            parts.append(_Literal("$"))
            index += 1
        elif char == "'" and following not in ("", "'", "$"):
            plain.append(char + following)
            index += 2
        elif char == "'":
            flush()
            parts.append(_Literal("'"))
            index += 1
        else:
            special = _SPECIAL.search(text, index)
            before, index = index, end if special is None else special.start()
            plain.append(text[before:index])
    flush()
    return parts


_SPECIAL = re.compile(r"['$]")


def _strip_indentation(parts: list[str | Node]) -> list[str | Node]:
    indent = _smallest_indent(parts)
    indented = _indented(indent)
    stripped: list[str | Node] = []
    at_line_start, dropped = True, 0
    for number, part in enumerate(parts, 1):
        if not isinstance(part, str):
            at_line_start, dropped = False, 0
            stripped.append(part)
            continue
        blanks = len(part) - len(part.lstrip(" ")) if at_line_start else 0
        text = part[min(blanks, max(0, indent - dropped)) :]
        if indent and "\n" in text:
            text = indented.sub("\n", text)
        _, newline, tail = part.rpartition("\n")
        if newline:
            at_line_start = not tail.strip(" ")
            dropped = len(tail) if at_line_start else 0
        elif at_line_start and blanks == len(part):
            dropped += blanks
        else:
            at_line_start, dropped = False, 0
        if number == len(parts):
            # A last line of blanks only goes, its line end stays.
            head, newline, tail = text.rpartition("\n")
            if newline and not tail.strip(" "):
                text = head + newline
        stripped.append(text)
    return stripped


_LINE_START = re.compile(r"\n( *)(?=[^ \n])")
"""Where a line that is not blank begins."""


@cache
def _indented(indent: int) -> re.Pattern[str]:
    return re.compile(rf"\n {{1,{max(1, indent)}}}")


def _smallest_indent(parts: list[str | Node]) -> int:
    smallest, current, at_line_start = _NO_LINE, 0, True
    for part in parts:
        if not isinstance(part, str) or isinstance(part, _Literal):
            if at_line_start:
                at_line_start = False
                smallest = min(smallest, current)
            continue
        if at_line_start:
            blanks = len(part) - len(part.lstrip(" "))
            current += blanks
            if blanks == len(part):
                continue
            if part[blanks] != "\n":
                at_line_start = False
                smallest = min(smallest, current)
        smallest = min(smallest, *map(len, _LINE_START.findall(part)), _NO_LINE)
        _, newline, tail = part.rpartition("\n")
        if newline and not tail.strip(" "):
            at_line_start, current = True, len(tail)
        elif newline:
            at_line_start = False
    return smallest


_NO_LINE = 1_000_000


@constant(Kind.PATH)
def _constant_path(node: Node, scope: Scope) -> Value:
    if any(piece.kind_id == Kind.INTERPOLATION for piece in node.named_children):
        return NOT_CONSTANT
    return Path(coerce.normalize(_absolute(text_of(node, scope), scope)))


def _absolute(literal: str, scope: Scope) -> str:
    if literal.startswith("/"):
        return literal
    return os.path.join(os.path.dirname(scope.unit.path), literal)


@compiler(Kind.PATH)
def compile_path(node: Node, scope: Scope) -> Code:
    """A path with interpolations: `./${name}.nix`."""
    sources: list[str | Callable[[Env], Value]] = []
    for piece in node.named_children:
        if piece.kind_id == Kind.INTERPOLATION:
            sources.append(compile_expression(child(piece, Field.EXPRESSION), scope))
        elif piece.kind_id != Kind.COMMENT:
            text = text_of(piece, scope)
            sources.append(text if sources else path_start(text, scope))
    site = site_of(node, scope)

    def code(env: Env) -> Value:
        parts: list[str] = []
        for source in sources:
            if isinstance(source, str):
                parts.append(source)
                continue
            text = coerce.coerce(source(env))
            if isinstance(text, ContextString) and text.context:
                message = "a string that refers to a store path cannot be appended to a path"
                raise NixError(message, site)
            parts.append(text)
        return Path(coerce.normalize("".join(parts)))

    return code


def path_start(literal: str, scope: Scope) -> str:
    start = coerce.normalize(_absolute(literal, scope))
    return start + "/" if literal.endswith("/") and start != "/" else start


@compiler(Kind.SEARCH_PATH)
def _search_path(node: Node, scope: Scope) -> Code:
    """`__findFile __nixPath "name"`, which knows nothing where evaluation is pure."""
    literal = text_of(node, scope)
    site = site_of(node, scope)
    unknown = Unknown(literal, SEARCH_PATH, site, "path")
    if scope.find("__currentSystem") is None:
        return lambda _env: unknown
    find_file = variable_code("__findFile", scope, site)
    nix_path = variable_code("__nixPath", scope, site)
    name = literal[1:-1]

    def code(env: Env) -> Value:
        entries = nix_path(env)
        return unknown if isinstance(entries, Unknown) else call2(find_file(env), entries, name)

    return code


@compiler(Kind.HOME_PATH)
def _home_path(node: Node, scope: Scope) -> Code:
    """`~/name`, as a path below the home directory of an impure evaluation."""
    literal = text_of(node, scope)
    site = site_of(node, scope)
    unknown = Unknown(literal, HOME_PATH, site, "path")
    if scope.find("__currentSystem") is None:
        return lambda _env: unknown
    get_env = variable_code("__getEnv", scope, site)

    def code(env: Env) -> Value:
        home = call(get_env(env), "HOME")
        return Path(coerce.normalize(home + literal[1:])) if isinstance(home, str) else unknown

    return code
