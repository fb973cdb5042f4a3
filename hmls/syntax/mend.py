"""Rewrite what tree-sitter-nix 0.1.0 reads in another way than Nix does, without moving a byte.

- A trailing comma in a function's formals (`{ lib, pkgs, }:`) becomes a blank.
- The pipe operators `|>` and `<|` become `->`, the operator whose place in the
  grammar is nearest; `lang` splits the operands again at the original pipes.
- `//` right before a name or number, where tree-sitter begins a path (`a//b`), becomes `<=`, whose
  place in the grammar is next to it; nobody compares what `//` gives.
- A carriage return without a line feed ends a comment, as a line feed does.
- A zero byte ends a text, as in Nix; in comments and strings it becomes something harmless.
- A byte order mark, over which tree-sitter steps, becomes something that Nix refuses as well.

Offsets in the mended text are offsets in the original text.
"""

import re
from collections.abc import Iterator

_CANDIDATE = re.compile(rb"\|>|<\||,(?:\s|#[^\n\r]*[\n\r]|/\*.*?\*/)*\}", re.DOTALL)
_PLAIN_RUN = re.compile(rb"(?:[A-Za-z_][A-Za-z0-9_'-]*|[\s=;:()\[\]?+*!>&@0-9-]+)+")
"""Code in which no string, comment, brace, comma or pipe begins."""
_CODE_TOKEN = re.compile(
    rb"\s+|#[^\n\r]*|/\*.*?(?:\*/|\Z)|[A-Za-z_][A-Za-z0-9_'-]*|\"|''|\$\{|[{}]|\|>|<\||,|\.\.\.|.",
    re.DOTALL,
)
_UPDATE = re.compile(rb"(?<!:)//[A-Za-z0-9._+-]")
_PATH_CHAR = rb"[A-Za-z0-9._+-]"
_WORD = re.compile(
    rb"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9%/?:@&=+$,_.!~*'-]+|"
    rb"(?P<path>[~]?"
    + _PATH_CHAR
    + rb"*(?:/"
    + _PATH_CHAR
    + rb"+)+/?|"
    + _PATH_CHAR
    + rb"*/(?=\$\{))|(?:[A-Za-z_][A-Za-z0-9_'-]*|[0-9.+-]+)+|"
    + _CODE_TOKEN.pattern.replace(rb"<\||", rb"//|<\||"),
    re.DOTALL,
)
"""As `_CODE_TOKEN`, with addresses, paths and `//`.

What may begin an address or path, and does not, is one piece, so that it is looked at only once.
"""
_REST_OF_PATH = re.compile(rb"(?:/|" + _PATH_CHAR + rb")*")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_STRING_TOKEN = re.compile(rb"\\.|\$\{|\"|\$(?=[\"\\])|\$.|[^\\$\"]+|.", re.DOTALL)
_INDENTED_TOKEN = re.compile(rb"''\$|''\\.|'''|''|\$\{|\$(?=')|\$.|'|[^$']+|.", re.DOTALL)


def mend(text: bytes) -> bytes:
    """The text that tree-sitter is given: as long as `text`, equal to it where nothing is amiss."""
    if text.startswith(_BYTE_ORDER_MARK):
        text = b"\\\\\\" + text[3:]
    if b"\r" in text:
        text = _LONE_RETURN.sub(b"\n", text)
    if b"\0" in text:
        text = _without_nul(text)
    updates = _updates(text) if _UPDATE.search(text) is not None else []
    commas, pipes = _find(text) if _CANDIDATE.search(text) is not None else ([], [])
    if not commas and not pipes and not updates:
        return text
    mended = bytearray(text)
    for offset in updates:
        mended[offset : offset + 2] = b"<="
    for offset in commas:
        mended[offset] = 0x20
    for offset in pipes:
        mended[offset : offset + 2] = b"->"
    return bytes(mended)


def _find(text: bytes) -> tuple[list[int], list[int]]:
    """Byte offsets of trailing commas and of pipes, outside strings and comments."""
    commas: list[int] = []
    pipes: list[int] = []
    # Each entry is the kind of text around: code in braces, code in an interpolation, a string.
    modes: list[bytes] = [b"{"]
    before_comma = previous = b"{"
    comma = -1
    offset, end = 0, len(text)
    while offset < end:
        mode = modes[-1]
        if mode not in (b'"', b"''"):
            run = _PLAIN_RUN.match(text, offset)
            if run is not None:
                offset = run.end()
                if last := run.group().rstrip()[-1:]:
                    comma, before_comma, previous = -1, b"", last
                continue
        pattern = (
            _STRING_TOKEN if mode == b'"' else _INDENTED_TOKEN if mode == b"''" else _CODE_TOKEN
        )
        match = pattern.match(text, offset)
        assert match is not None  # Each pattern ends in an alternative for any byte.
        token = match.group()
        start, offset = offset, match.end()
        if mode in (b'"', b"''"):
            if token == mode:
                modes.pop()
            elif token == b"${":
                modes.append(token)
            continue
        if token[:1].isspace() or token[:1] == b"#" or token[:2] == b"/*":
            continue
        if token == b"}":
            if comma >= 0 and before_comma not in (b"{", b"...", b",", b";"):
                commas.append(comma)
            if len(modes) > 1:
                modes.pop()
        elif token in (b'"', b"''", b"{", b"${"):
            modes.append(token)
        elif token in (b"|>", b"<|"):
            pipes.append(start)
        comma, before_comma = (start, previous) if token == b"," else (-1, b"")
        previous = token
    return commas, pipes


def _updates(text: bytes) -> list[int]:
    """Byte offsets of the operators `//` that tree-sitter would take for the start of a path."""
    return [
        start
        for mode, start, token in _tokens(text)
        if mode == b"" and token == b"//" and _UPDATE.match(text, start) is not None
    ]


def _without_nul(text: bytes) -> bytes:
    """A text up to a zero byte in its code, the others replaced by a letter."""
    for mode, start, token in _tokens(text):
        if mode == b"" and token == b"\0":
            text = text[:start] + re.sub(rb"[^\n]", b" ", text[start:])
            break
    return text.replace(b"\0", b"0")


def _tokens(text: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """The pieces of a text, each with its offset and, in a string, how that is opened."""
    modes: list[bytes] = [b"{"]
    offset, end = 0, len(text)
    while offset < end:
        mode = modes[-1]
        if mode == b"path":
            rest = _REST_OF_PATH.match(text, offset)
            assert rest is not None  # It may be empty.
            offset = rest.end()
            modes.pop()
            if text.startswith(b"${", offset):
                modes += (b"path", b"${")
                offset += 2
            continue
        is_code = mode not in (b'"', b"''")
        pattern = _WORD if is_code else _STRING_TOKEN if mode == b'"' else _INDENTED_TOKEN
        match = pattern.match(text, offset)
        assert match is not None  # Each pattern ends in an alternative for any byte.
        token = match.group()
        yield b"" if is_code else mode, offset, token
        offset = match.end()
        if not is_code:
            if token == mode:
                modes.pop()
            elif token == b"${":
                modes.append(token)
        elif match["path"] is not None:
            modes.append(b"path")
        elif token == b"}":
            if len(modes) > 1:
                modes.pop()
        elif token in (b'"', b"''", b"{", b"${"):
            modes.append(token)
