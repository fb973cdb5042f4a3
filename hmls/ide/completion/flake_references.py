"""Completion behind `#` of a flake reference: `.#al` in a command, `.#homeConfigurations.al`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hmls.ide.completion.wanted import DARWIN, DROID, NIXOS, STANDALONE, Wanted
from hmls.syntax.kinds import STRINGS, Kind
from hmls.syntax.parse import Node, Source, node_at

_REFERENCE = re.compile(r"(?P<flake>[^\s\"'`]*)#(?P<fragment>[\w.@+\\\"'-]*)$")
_OUTPUTS: dict[str, Wanted] = {
    "homeConfigurations": STANDALONE,
    "nixosConfigurations": NIXOS,
    "darwinConfigurations": DARWIN,
    "nixOnDroidConfigurations": DROID,
}
_OUTPUT = re.compile(rf"\\?[\"']?({'|'.join(_OUTPUTS)})\\?[\"']?\.")
_COMMANDS = re.compile(
    r"(?P<standalone>home-manager|nh home)|(?P<nixos>nixos-(?:rebuild|install|anywhere)|nh os)"
    r"|(?P<darwin>darwin-rebuild|nh darwin)|(?P<droid>nix-on-droid)"
    r"|(?P<any>--flake\b|\bnix (?:build|run|eval|repl|develop|shell)\b)"
)
_KINDS = {"standalone": STANDALONE, "nixos": NIXOS, "darwin": DARWIN, "droid": DROID}
_HERE = re.compile(r"\.{1,2}$|.*/|.*\}$|\$\w+$")
"""What may name this flake: `.`, a path, a variable. `nixpkgs` and `window#bar` do not."""
_LOCAL = re.compile(r"^(?:path:|git\+file:(?://)?)(?=[./$~])")
"""What a path may begin with in a flake reference."""
_ELSEWHERE = re.compile(r"[\w+-]+:")
"""A URL: the flake of a user's own only where a command that deploys is given it."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Which names fit behind a `#`, and the bytes that one of them replaces."""

    wanted: Wanted
    start: int
    end: int


def flake_reference(source: Source, offset: int, text: bytes) -> Reference | None:
    """The reference that the cursor is behind, if it may be one to a target of this flake.

    `source` is made of `text`, or of what it is up to the cursor and something that ends it.
    """
    command = _command(source, offset)
    match = _REFERENCE.search(command)
    if match is None:
        return None
    before, flake = command[: match.start()], _LOCAL.sub("", match["flake"])
    said = [found.lastgroup or "" for found in _COMMANDS.finditer(before)]
    if _ELSEWHERE.match(flake) or not (_HERE.match(flake) or flake == ""):
        if re.search(r"--flake[ =][\"']?$", before) is None:
            return None
    elif flake == "" and not said:
        # A colour, most likely.
        return None
    output = _OUTPUT.match(match["fragment"])
    typed = match["fragment"]
    if output is not None:
        wanted, typed = _OUTPUTS[output[1]], typed[output.end() :]
    else:
        deployed = [_KINDS[word] for word in said if word in _KINDS]
        wanted = deployed[-1] if deployed else STANDALONE | NIXOS | DARWIN
    quoted = re.match(r"\\?[\"']", typed)
    typed = typed[quoted.end() :] if quoted is not None else typed
    if "\\" in typed or '"' in typed or (quoted is None and "." in typed):
        return None
    rest = re.compile(rb"[\w@+-]*").match(text, offset)
    return Reference(wanted, offset - len(typed.encode()), rest.end() if rest else offset)


def _command(source: Source, offset: int) -> str:
    """The line of a string or comment up to the cursor, with lines before that it continues.

    In a list of words all of the list, as that is a command too.
    """
    node = node_at(source, offset)
    in_comment = node.kind_id == Kind.COMMENT
    start = node.start_byte + 1 if in_comment else _start_of_string(node, offset)
    text = source.text[start:offset].decode("utf-8", "replace")
    return text.replace("\\\n", " ").rpartition("\n")[2]


def _start_of_string(node: Node, offset: int) -> int:
    inside: Node | None = node
    while inside is not None and inside.kind_id not in STRINGS:
        if inside.kind_id == Kind.INTERPOLATION:
            break
        inside = inside.parent
    if inside is None or inside.kind_id not in STRINGS:
        return offset
    if inside.parent is not None and inside.parent.kind_id == Kind.LIST:
        return inside.parent.start_byte
    return inside.start_byte + (1 if inside.kind_id == Kind.STRING else 2)
