"""`builtins.fromJSON`, with the rules and the messages of nlohmann::json.

Python's parser reads what is plain; whatever it refuses, or takes otherwise than nlohmann's
does, is read again by the parser below, which also knows what to say of it.
Source: nlohmann json.hpp (lexer, parser, json_sax); nix src/libexpr/json-to-value.cc.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import NixError
from hmls.lang.force import expect_plain_string
from hmls.lang.utf8 import character_end, encode, offending_byte
from hmls.lang.values import Attrs, Lazy, Value

register = Registry()
_DELICATE = re.compile(r"\\u(?:[dD]|0000)|[\ud800-\udfff]|^\ufeff")


@register("fromJSON")
def from_json(text: Lazy) -> Value:
    return parse_json(expect_plain_string(text))


def parse_json(text: str) -> Value:
    """The value of a JSON text. Raises NixError."""
    if _DELICATE.search(text) is None:
        try:
            return json.loads(
                text,
                object_hook=Attrs,
                parse_int=_integer,
                parse_float=_float,
                parse_constant=_no_constant,
            )
        except (ValueError, RecursionError):
            # Told again, and in other words, by the parser below.
            pass
    return _Parser(text).parse()


def _integer(digits: str) -> int | float:
    value = int(digits) if len(digits) < 25 else 2**64
    if -(2**63) <= value < 2**63:
        return value
    if 2**63 <= value < 2**64:
        raise NixError(f"unsigned json number {value} outside of Nix integer range")
    return _float(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise NixError(f"[json.exception.out_of_range.406] number overflow parsing '{digits}'")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_NAMES = {
    "true": "true literal",
    "false": "false literal",
    "null": "null literal",
    "string": "string literal",
    "number": "number literal",
    "end": "end of input",
}
_AT_END = "value "
"""What nlohmann's parser takes itself to be parsing when all of the text should be read."""
_EXPECTED = {
    "array": "']'",
    "object": "'}'",
    "object key": "string literal",
    "object separator": "':'",
    _AT_END: "end of input",
}
_LITERALS = {"true": True, "false": False, "null": None}
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


class _Parser:
    """One text. It is read as bytes, one character of `text` each."""

    def __init__(self, text: str) -> None:
        self.raw = encode(text).removeprefix(b"\xef\xbb\xbf")
        self.text = self.raw.decode("latin-1")
        self.offset = 0
        self.start = 0
        """Where the last string or number begins: what is quoted in errors."""
        self.value: Any = None

    def parse(self) -> Value:
        result: Any = None
        # What is open around: a list, or a dict and the name that comes next in it.
        around: list[tuple[Any, str]] = []
        token = self.next("value")
        while True:
            if token in ("[", "{"):
                made: Any = [] if token == "[" else Attrs()
                token = self.next("value" if made.__class__ is list else "object key")
                if token == ("]" if made.__class__ is list else "}"):
                    result = made
                else:
                    name = ""
                    if made.__class__ is not list:
                        name = self.name(token)
                        token = self.next("value")
                    around.append((made, name))
                    continue
            elif token in _LITERALS:
                result = _LITERALS[token]
            elif token in ("string", "number"):
                result = self.value
            else:
                self.fail_unexpected(token, "value", "'[', '{', or a literal")
            while around:
                made, name = around[-1]
                if made.__class__ is list:
                    made.append(result)
                    token = self.next("array")
                    if token == ",":
                        token = self.next("value")
                        break
                    if token != "]":
                        self.fail_unexpected(token, "array", "']'")
                else:
                    made[name] = result
                    token = self.next("object")
                    if token == ",":
                        name = self.name(self.next("object key"))
                        around[-1] = (made, name)
                        token = self.next("value")
                        break
                    if token != "}":
                        self.fail_unexpected(token, "object", "'}'")
                around.pop()
                result = made
            else:
                token = self.next(_AT_END)
                if token != "end":
                    self.fail_unexpected(token, "value", "end of input")
                return result

    def name(self, token: str) -> str:
        if token != "string":
            self.fail_unexpected(token, "object key", "string literal")
        name: str = self.value
        token = self.next("object separator")
        if token != ":":
            self.fail_unexpected(token, "object separator", "':'")
        return name

    def next(self, context: str) -> str:
        """The kind of the next token; `value` is that of a string or a number."""
        text = self.text
        while self.offset < len(text) and text[self.offset] in " \t\n\r":
            self.offset += 1
        if self.offset == len(text):
            self.offset += 1
            return "end"
        char = text[self.offset]
        self.offset += 1
        if char in "[]{},:":
            return char
        if char == '"':
            self.start = self.offset - 1
            return self.string(context)
        if char in "-0123456789":
            self.start = self.offset - 1
            return self.number(context)
        for literal in _LITERALS:
            if char == literal[0]:
                for expected in literal[1:]:
                    if text[self.offset : self.offset + 1] != expected:
                        self.offset += 1
                        self.fail_lexing("invalid literal", context)
                    self.offset += 1
                return literal
        return self.fail_lexing("invalid literal", context)

    def number(self, context: str) -> str:
        match = _NUMBER.match(self.text, self.start)
        rest = self.text[self.start if match is None else match.end() :]
        before = "" if match is None else match.group()
        if match is None:
            self.offset = self.start + 2
            self.fail_lexing("invalid number; expected digit after '-'", context)
        self.offset = match.end()
        if rest.startswith(".") and not re.search("[.eE]", before):
            self.offset += 2
            self.fail_lexing("invalid number; expected digit after '.'", context)
        if rest[:1] in ("e", "E") and not re.search("[eE]", before):
            signed = rest[1:2] in ("+", "-")
            self.offset += 3 if signed else 2
            wanted = "digit after exponent sign" if signed else "'+', '-', or digit after exponent"
            self.fail_lexing(f"invalid number; expected {wanted}", context)
        plain = re.fullmatch("-?[0-9]+", before) is not None
        self.value = _integer(before) if plain else _float(before)
        return "number"

    def string(self, context: str) -> str:
        out: list[str] = []
        text = self.text
        while True:
            char = text[self.offset : self.offset + 1]
            self.offset += 1
            if char == '"':
                break
            if char == "":
                self.fail_lexing("invalid string: missing closing quote", context)
            if char == "\\":
                out.append(self.escape(context))
            elif char < " ":
                self.fail_lexing(_control(ord(char)), context)
            elif char < "\x80":
                out.append(char)
            else:
                start = self.offset - 1
                end = character_end(self.raw, start)
                if end is None:
                    self.offset = offending_byte(self.raw, start) + 1
                    self.fail_lexing("invalid string: ill-formed UTF-8 byte", context)
                out.append(text[start:end])
                self.offset = end
        if "\x00" in out:
            shown = _utf8("".join(out)).replace("\x00", "␀")
            raise NixError(
                f"input string '{shown}' cannot be represented as Nix string "
                "because it contains null bytes"
            )
        self.value = _utf8("".join(out))
        return "string"

    def escape(self, context: str) -> str:
        char = self.text[self.offset : self.offset + 1]
        self.offset += 1
        if char in _ESCAPES and char:
            return _ESCAPES[char]
        if char != "u":
            self.fail_lexing("invalid string: forbidden character after backslash", context)
        first = self.code_unit(context)
        if 0xD800 <= first < 0xDC00:
            message = "invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF"
            for expected in "\\u":
                self.offset += 1
                if self.text[self.offset - 1 : self.offset] != expected:
                    self.fail_lexing(message, context)
            second = self.code_unit(context)
            if not 0xDC00 <= second < 0xE000:
                self.fail_lexing(message, context)
            first = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
        elif 0xDC00 <= first < 0xE000:
            self.fail_lexing(
                "invalid string: surrogate U+DC00..U+DFFF must follow U+D800..U+DBFF", context
            )
        return chr(first).encode().decode("latin-1")

    def code_unit(self, context: str) -> int:
        for _ in range(4):
            self.offset += 1
            if self.text[self.offset - 1 : self.offset] not in tuple("0123456789abcdefABCDEF"):
                self.fail_lexing("invalid string: '\\u' must be followed by 4 hex digits", context)
        return int(self.text[self.offset - 4 : self.offset], 16)

    def fail_lexing(self, message: str, context: str) -> NoReturn:
        read = "".join(
            f"<U+{ord(char):04X}>" if char < " " else char
            for char in self.text[self.start : self.offset]
        )
        problem = f"{message}; last read: '{_utf8(read)}'"
        expected = f"; expected {_EXPECTED[context]}" if context in _EXPECTED else ""
        self.fail(f"syntax error while parsing {context.rstrip()} - {problem}{expected}")

    def fail_unexpected(self, token: str, context: str, expected: str) -> NoReturn:
        if token == "end" and self.offset == 1:
            self.fail(
                "attempting to parse an empty input; check that your input string or stream "
                "contains the expected JSON"
            )
        name = _NAMES.get(token, f"'{token}'")
        self.fail(f"syntax error while parsing {context} - unexpected {name}; expected {expected}")

    def fail(self, message: str) -> NoReturn:
        before = self.text[: self.offset]
        line = before.count("\n") + 1
        column = self.offset - (before.rfind("\n") + 1)
        raise NixError(
            "[json.exception.parse_error.101] parse error at "
            f"line {line}, column {column}: {message}"
        )


def _utf8(text: str) -> str:
    return text.encode("latin-1", "replace").decode("utf-8", "surrogateescape")


_SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}
_CONTROL_NAMES = (  # noqa: SIM905  As a list it would take 32 lines.
    "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI "
    "DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"
).split()


def _control(code: int) -> str:
    name, short = _CONTROL_NAMES[code], _SHORT.get(code)
    escapes = f"\\u{code:04X}" + (f" or {short}" if short else "")
    return f"invalid string: control character U+{code:04X} ({name}) must be escaped to {escapes}"
