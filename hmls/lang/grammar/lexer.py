"""The tokens of a text as Nix's lexer makes them. Source: nix src/libexpr/lexer.l.

As flex does, the longest match counts, and the first rule of several as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from hmls.lang.grammar.rules import END

INVALID = "invalid token"


class Token(NamedTuple):
    """A token as errors name it, and its place as byte offsets."""

    kind: str
    start: int
    end: int


class LexicalError(Exception):
    """What the lexer itself refuses."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end


_KEYWORDS = frozenset(
    keyword.encode()
    for keyword in ("if", "then", "else", "assert", "with", "let", "in", "rec", "inherit", "or")
)
_PATH_CHAR = rb"[a-zA-Z0-9._\-+]"
_PATH = _PATH_CHAR + rb"*(?:/" + _PATH_CHAR + rb"+)+/?"
_WORDS: tuple[tuple[str, re.Pattern[bytes]], ...] = tuple(
    (kind, re.compile(pattern, re.DOTALL))
    for kind, pattern in (
        ("'...'", rb"\.\.\."),
        ("operator", rb"==|!=|<=|>=|&&|\|\||->|//|\+\+|<\||\|>"),
        ("identifier", rb"[a-zA-Z_][a-zA-Z0-9_'\-]*"),
        ("integer", rb"[0-9]+"),
        ("floating-point literal", rb"(?:[1-9][0-9]*\.[0-9]*|0?\.[0-9]+)(?:[Ee][+-]?[0-9]+)?"),
        ("path interpolation", _PATH_CHAR + rb"*/\$\{|~/\$\{"),
        ("path", _PATH),
        ("'~/…' path", rb"~(?:/" + _PATH_CHAR + rb"+)+/?"),
        ("'<…>' path", rb"<" + _PATH_CHAR + rb"+(?:/" + _PATH_CHAR + rb"+)*>"),
        ("URI", rb"[a-zA-Z][a-zA-Z0-9+\-.]*:[a-zA-Z0-9%/?:@&=+$,\-_.!~*']+"),
        ("comment", rb"/\*(?:[^*]|\*+[^*/])*\*+/"),
    )
)
_BLANK = re.compile(rb"(?:[ \t\r\n]+|#[^\r\n]*)+")
_STRING = re.compile(
    rb"(?:(?:[^$\"\\]|\$[^{\"\\]|\\.|\$\\.)*\$(?=\")|(?:[^$\"\\]|\$[^{\"\\]|\\.|\$\\.)+)", re.DOTALL
)
_INDENTED = re.compile(rb"(?:[^$']|\$[^{']|'[^'$])+|''\$|''\\.|'''|\$(?!\{)|'(?!')", re.DOTALL)
_ESCAPE = re.compile(rb"\\.|\r\n?", re.DOTALL)
_INDENTED_ESCAPE = re.compile(rb"''\$|''\\.|'''", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_INDENTED_OPEN = re.compile(rb"''(?: *\n)?")
_CODE, _TEXT, _LINES, _IN_PATH, _AFTER_SLASH = range(5)


def _escaped(escape: bytes) -> bytes:
    """What an escape in a string stands for."""
    match escape:
        case b"'''":
            return b"''"
        case b"\r" | b"\r\n":
            return b"\n"
    return _ESCAPED.get(escape[-1:], escape[-1:])


def tokens(text: bytes) -> Iterator[Token]:
    """All tokens, the end of the text as the last. Raises LexicalError."""
    lexer = _Lexer(text)
    while True:
        token = lexer.next()
        if token is not None:
            yield token
            if token.kind == END:
                return


class _Lexer:
    def __init__(self, text: bytes) -> None:
        self.text = text
        self.offset = 0
        self.modes = [_CODE]

    def next(self) -> Token | None:
        """The next token; None where only the mode changed."""
        match self.modes[-1]:
            case 0:
                return self.code()
            case 1:
                return self.string()
            case 2:
                return self.indented_string()
        return self.path()

    def token(self, kind: str, length: int) -> Token:
        start = self.offset
        self.offset += length
        return Token(kind, start, self.offset)

    def code(self) -> Token | None:
        text = self.text
        blank = _BLANK.match(text, self.offset)
        if blank is not None:
            self.offset = blank.end()
        if self.offset == len(text) or text[self.offset] == 0:
            return self.token(END, 0)
        char = text[self.offset : self.offset + 1]
        if text.startswith(b"${", self.offset):
            self.modes.append(_CODE)
            return self.token("'${'", 2)
        if char == b"{":
            self.modes.append(_CODE)
            return self.token("'{'", 1)
        if char == b"}":
            if len(self.modes) > 1:
                self.modes.pop()
            return self.token("'}'", 1)
        if char == b'"':
            self.modes.append(_TEXT)
            return self.token("'\"'", 1)
        opened = _INDENTED_OPEN.match(text, self.offset)
        if opened is not None:
            self.modes.append(_LINES)
            return self.token("start of an indented string", len(opened.group()))
        return self.word(char)

    def word(self, char: bytes) -> Token | None:
        kind, length = "", 0
        for candidate, pattern in _WORDS:
            match = pattern.match(self.text, self.offset)
            if match is not None and match.end() - self.offset > length:
                kind, length = candidate, match.end() - self.offset
        word = self.text[self.offset : self.offset + length]
        match kind:
            case "":
                return self.token(f"'{char.decode()}'" if char in _PUNCTUATION else INVALID, 1)
            case "comment":
                self.offset += length
                return None
            case "operator":
                return self.token(f"'{word.decode()}'", length)
            case "identifier" if word in _KEYWORDS:
                return self.token(f"'{word.decode()}'", length)
            case "path interpolation":
                self.modes.append(_AFTER_SLASH)
                return self.token("'~/…' path" if char == b"~" else "path", length - 2)
            case "path" | "'~/…' path":
                self.modes.append(_AFTER_SLASH if word.endswith(b"/") else _IN_PATH)
            case "integer" if int(word) >= 2**63:
                self.fail(f"invalid integer '{word.decode()}'", length)
            case "floating-point literal":
                from hmls.lang.compile.strings import float_value

                if float_value(word) is None:
                    self.fail(f"invalid float '{word.decode()}'", length)
        return self.token(kind, length)

    def fail(self, message: str, length: int) -> None:
        raise LexicalError(message, self.offset, self.offset + length)

    def refuse_zero_bytes(self, piece: bytes, escape: re.Pattern[bytes]) -> None:
        if b"\0" in escape.sub(b"", piece):
            shown = escape.sub(lambda found: _escaped(found.group()), piece).decode(
                "utf-8", "replace"
            )
            shown = shown.replace("\0", "\N{SYMBOL FOR NULL}")
            message = "cannot be represented as Nix string because it contains null bytes"
            self.fail(f"input string '{shown}' {message}", len(piece))

    def string(self) -> Token:
        text = self.text
        match = _STRING.match(text, self.offset)
        if match is not None:
            self.refuse_zero_bytes(match.group(), _ESCAPE)
            return self.token("string", len(match.group()))
        if text.startswith(b"${", self.offset):
            self.modes.append(_CODE)
            return self.token("'${'", 2)
        if text.startswith(b'"', self.offset):
            self.modes.pop()
            return self.token("'\"'", 1)
        return self.token(END, 0)

    def indented_string(self) -> Token:
        text = self.text
        match = _INDENTED.match(text, self.offset)
        if match is not None:
            self.refuse_zero_bytes(match.group(), _INDENTED_ESCAPE)
            return self.token("indented string", len(match.group()))
        if text.startswith(b"${", self.offset):
            self.modes.append(_CODE)
            return self.token("'${'", 2)
        if text.startswith(b"''", self.offset):
            self.modes.pop()
            return self.token("end of an indented string", 2)
        return self.token(END, 0)

    def path(self) -> Token:
        after_slash = self.modes.pop() == _AFTER_SLASH
        if self.text.startswith(b"${", self.offset):
            self.modes.extend((_IN_PATH, _CODE))
            return self.token("'${'", 2)
        part = self.path_part()
        if part:
            self.modes.append(_AFTER_SLASH if part.endswith(b"/") else _IN_PATH)
            return self.token("string", len(part))
        if after_slash:
            self.fail("path has a trailing slash", 1)
        return self.token("end of path", 0)

    def path_part(self) -> bytes:
        found = b""
        for pattern in _PATH_PARTS:
            match = pattern.match(self.text, self.offset)
            if match is not None and len(match.group()) > len(found):
                found = match.group()
        return found


_PUNCTUATION = frozenset(bytes((value,)) for value in b':@;=(){}[],.?!<>+-*/"')
_PATH_PARTS = tuple(
    re.compile(pattern) for pattern in (_PATH, _PATH_CHAR + rb"*/", _PATH_CHAR + rb"+")
)
