"""TOML 1.0 as Nix reads it, with the first line of what it says of a text that is none.

Source: toml11 4.3, include/toml11/parser.hpp and syntax_impl.hpp; nix primops/fromTOML.cc. It takes
a little more than TOML allows, such as a table's name on the line of a value.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from hmls.lang.budget import check_depth
from hmls.lang.builtins import toml_syntax as syntax
from hmls.lang.builtins.toml_syntax import Moment

Toml: TypeAlias = "dict[str, Toml] | list[Toml] | str | int | float | bool | Moment"
_IMPLICIT, _DOTTED, _OPEN, _INLINE = "implicit", "dotted", "open", "inline"
_EXISTS = "toml::insert_value: failed to insert a value, value already exists"
_NO_BOOLEAN = (
    "toml::parse_boolean: invalid boolean: boolean must be `true` or `false`, in lowercase. string "
    'must be surrounded by `"`'
)
_NO_KEY = (
    "toml::parse_simple_key: invalid key: key must be \"quoted\", 'quoted-literal', or bare key."
)
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class TomlError(Exception):
    """The first line of toml11's message."""


class _Table(dict[str, Toml]):
    """A table, and how it came to be, which decides who may add to it."""

    __slots__ = ("made",)

    def __init__(self, made: str) -> None:
        dict.__init__(self)
        self.made = made


class _Tables(list[Toml]):
    """`[[name]]`, to which tables may be added."""

    __slots__ = ()


def parse_toml(text: str) -> dict[str, Toml]:
    """The table of a text. Raises TomlError."""
    text = text.removeprefix("\ufeff")
    if text and not text.endswith(("\n", "\r")):
        text += "\n"
    return _Parser(text).file()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    @property
    def char(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, pattern: re.Pattern[str]) -> str | None:
        """What a pattern finds here, which is stepped over; None if it does not fit."""
        match = pattern.match(self.text, self.at)
        if match is None:
            return None
        self.at = match.end()
        return match.group()

    def space(self) -> bool:
        """Step over blanks, lines and comments; whether there was an end of a line."""
        found = self.take(syntax.SPACE)
        return found is not None and "\n" in found

    def comment(self) -> bool:
        """Step over a comment at the end of a line and over that end."""
        if self.take(syntax.COMMENT) is None:
            return False
        if self.at < len(self.text) and self.take(syntax.NEWLINE) is None:
            message = "toml::parse_comment_line: newline (LF / CRLF) or EOF is expected"
            raise TomlError(message)
        return True

    def file(self) -> dict[str, Toml]:
        root = _Table(_OPEN)
        while self.comment():
            pass
        self.table(root)
        while self.at < len(self.text):
            self.space()
            is_list = syntax.ARRAY_TABLE.match(self.text, self.at) is not None
            if not is_list and syntax.STD_TABLE.match(self.text, self.at) is None:
                kind = "array-table" if self.text.startswith("[[", self.at) else "table"
                raise TomlError(f"toml::parse_file: invalid {kind} key")
            self.at += 2 if is_list else 1
            self.take(syntax.BLANK)
            keys = self.key()
            self.take(syntax.BLANK)
            self.at += 2 if is_list else 1
            if not self.comment():
                self.take(syntax.BLANK)
                if self.at < len(self.text) and self.take(syntax.NEWLINE) is None:
                    raise TomlError("toml::parse_file: newline (or EOF) expected")
            parent = _descend(root, keys[:-1], _IMPLICIT)
            self.table(_listed(parent, keys[-1]) if is_list else _opened(parent, keys[-1]))
        return root

    def table(self, table: _Table) -> None:
        """The keys and values up to the next table."""
        on_new_line = True
        while self.at < len(self.text):
            start = self.at
            on_new_line = self.space() or on_new_line
            if self.at == len(self.text):
                return
            if self.char == "[":
                self.at = start
                return
            if not on_new_line:
                raise TomlError("toml::parse_table: newline (LF / CRLF) or EOF is expected")
            keys, value = self.pair()
            on_new_line = self.comment()
            _insert(table, keys, value)

    def pair(self) -> tuple[list[str], Toml]:
        keys = self.key()
        if self.take(syntax.EQUALS) is None:
            raise TomlError("toml::parse_key_value_pair: invalid key value separator `=`")
        return keys, self.value()

    def key(self) -> list[str]:
        keys: list[str] = []
        while self.at < len(self.text):
            if self.char == '"':
                keys.append(self.basic_string())
            elif self.char == "'":
                keys.append(self.literal_string())
            else:
                bare = self.take(syntax.BARE_KEY)
                if bare is None:
                    raise TomlError(_NO_KEY)
                keys.append(bare)
            if self.take(syntax.DOT) is None:
                break
        if not keys:
            raise TomlError("toml::parse_key: expected a new key, but got nothing")
        return keys

    def value(self) -> Toml:
        check_depth(self.depth)
        self.depth += 1
        try:
            match self.char:
                case '"':
                    return self.basic_string(many_lines=self.text.startswith('"""', self.at))
                case "'":
                    return self.literal_string(many_lines=self.text.startswith("'''", self.at))
                case "[":
                    return self.array()
                case "{":
                    return self.inline_table()
                case "t" | "f":
                    found = self.take(syntax.BOOLEAN)
                    if found is None:
                        raise TomlError(_NO_BOOLEAN)
                    return found == "true"
            value, self.at = syntax.number(self.text, self.at, TomlError)
            return value
        finally:
            self.depth -= 1

    def basic_string(self, *, many_lines: bool = False) -> str:
        found = self.take(syntax.ML_BASIC if many_lines else syntax.BASIC)
        if found is None:
            kind = "ml_basic" if many_lines else "basic"
            raise TomlError(f"toml::parse_{kind}_string: invalid string format")
        if not many_lines:
            return syntax.ESCAPE.sub(_unescaped, found[1:-1])
        return syntax.ESCAPE.sub(_unescaped, syntax.FIRST_NEWLINE.sub("", found[3:-3]))

    def literal_string(self, *, many_lines: bool = False) -> str:
        found = self.take(syntax.ML_LITERAL if many_lines else syntax.LITERAL)
        if found is None:
            kind = "ml_literal" if many_lines else "literal"
            raise TomlError(f"toml::parse_{kind}_string: invalid string format")
        return syntax.FIRST_NEWLINE.sub("", found[3:-3]) if many_lines else found[1:-1]

    def array(self) -> Toml:
        items: list[Toml] = []
        self.at += 1
        self.space()
        after_comma = True
        while self.at < len(self.text) and self.char != "]":
            if not after_comma:
                message = "toml::parse_array: expected value-separator `,` or closing `]`"
                raise TomlError(message)
            items.append(self.value())
            self.space()
            after_comma = self.take(syntax.COMMA) is not None
            self.comment()
            if after_comma:
                self.space()
        if self.at == len(self.text):
            raise TomlError("toml::parse_array: missing closing bracket `]`")
        self.at += 1
        return items

    def inline_table(self) -> Toml:
        table = _Table(_OPEN)
        self.at += 1
        self.take(syntax.BLANK)
        is_empty, after_comma = True, False
        while self.at < len(self.text) and self.char != "}":
            if not after_comma and not is_empty:
                raise TomlError(
                    "toml::parse_inline_table: expected value-separator `,` or closing `}`"
                )
            is_empty = False
            keys, value = self.pair()
            _insert(table, keys, value)
            self.take(syntax.BLANK)
            after_comma = self.take(syntax.COMMA) is not None
            self.take(syntax.BLANK)
        if self.at == len(self.text):
            raise TomlError("toml::parse_inline_table: missing closing bracket `}`")
        if after_comma:
            raise TomlError(
                "toml::parse_inline_table: trailing comma is not allowed in TOML-v1.0.0)"
            )
        self.at += 1
        table.made = _INLINE
        return table


def _descend(table: _Table, keys: list[str], made: str) -> _Table:
    """The table that keys lead to, made on the way."""
    for key in keys:
        found = table.get(key)
        if found is None:
            found = table[key] = _Table(made)
        if isinstance(found, _Table):
            if found.made == _INLINE:
                raise TomlError(
                    "toml::insert_value: failed to insert a value: inline table is immutable"
                )
            if made == _DOTTED and found.made != _DOTTED:
                raise TomlError("toml::insert_value: reopening a table using dotted keys")
            table = found
        elif _holds_tables(found):
            if not isinstance(found, _Tables):
                raise TomlError("toml::insert_value:inline array of tables are immutable")
            if made == _DOTTED:
                raise TomlError("toml::insert_value:dotted key cannot reopen an array-of-tables")
            last = found[-1]
            assert isinstance(last, _Table)
            table = last
        else:
            raise TomlError(_EXISTS)
    return table


def _insert(table: _Table, keys: list[str], value: Toml) -> None:
    table = _descend(table, keys[:-1], _DOTTED)
    if keys[-1] in table:
        raise TomlError(_EXISTS)
    table[keys[-1]] = value


def _opened(parent: _Table, key: str) -> _Table:
    """The table that `[key]` begins."""
    found = parent.get(key)
    if found is None:
        found = parent[key] = _Table(_OPEN)
    elif not isinstance(found, _Table) or found.made != _IMPLICIT:
        raise TomlError("toml::insert_value: failed to insert a table, table already defined")
    assert isinstance(found, _Table)
    found.made = _OPEN
    return found


def _listed(parent: _Table, key: str) -> _Table:
    """The table that `[[key]]` begins."""
    found = parent.get(key)
    if found is None:
        found = parent[key] = _Tables()
    elif not _holds_tables(found):
        raise TomlError(
            "toml::insert_value: failed to insert an array of tables, value already exists"
        )
    if not isinstance(found, _Tables):
        raise TomlError(
            "toml::insert_value: failed to insert a table, inline array of tables is immutable"
        )
    table = _Table(_OPEN)
    found.append(table)
    return table


def _holds_tables(value: Toml) -> bool:
    return (
        isinstance(value, list) and bool(value) and all(isinstance(item, _Table) for item in value)
    )


def _unescaped(match: re.Match[str]) -> str:
    escape = match.group()[1:]
    if escape[0] in "uU":
        number = int(escape[1:], 16)
        if 0xD800 <= number <= 0xDFFF:
            message = "toml::parse_utf8_codepoint: [0xD800, 0xDFFF] is not a valid UTF-8"
            raise TomlError(message)
        if number > 0x10FFFF:
            raise TomlError("toml::parse_utf8_codepoint: input codepoint is too large.")
        return chr(number)
    return "" if escape[0] in " \t\r\n" else _ESCAPES.get(escape, escape)
