"""Texts that are mended before they are parsed may end anywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hmls.cli import main
from hmls.syntax.parse import parse

_WHOLE = b"""{ lib, pkgs, }: # a, }
{ a = "${x |> f} \\" , }"; b = ''
  ''$ ''\\n ''' ${y { inherit z, }} , }
''; c = [ 1 (d, }: e) ] |> g; }"""


@pytest.mark.parametrize("length", range(len(_WHOLE) + 1))
def test_cut_anywhere(length: int) -> None:
    source = parse(_WHOLE[:length])
    assert len(source.mended) == length


def test_commas_and_pipes_outside_of_texts_are_mended() -> None:
    mended = parse(_WHOLE).mended
    changed = [_WHOLE[at : at + 1] for at in range(len(_WHOLE)) if mended[at] != _WHOLE[at]]
    assert changed == [b",", b"|", b",", b",", b"|"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # Nix 2.34 says the same: a carriage return ends a comment, and is a line feed in a string.
        (b"[ 1 # one\r 2 ]", [1, 2]),
        (b'"a\rb\r\nc"', "a\nb\nc"),
        (b"''a\rb''", "a\rb"),
    ],
)
def test_carriage_returns_alone(tmp_path: Path, text: bytes, value: object) -> None:
    path = tmp_path / "a.nix"
    path.write_bytes(text)
    result = CliRunner().invoke(main, ["eval", "--json", str(path)])
    assert json.loads(result.stdout) == value


def test_a_byte_order_mark_is_refused_in_the_words_of_nix(tmp_path: Path) -> None:
    path = tmp_path / "a.nix"
    path.write_bytes("\ufeff{ a = 1; }".encode())
    result = CliRunner().invoke(main, ["eval", str(path)])
    assert result.exit_code == 1
    assert result.stderr.startswith("error: syntax error, unexpected invalid token\n")
    assert f"{path}:1:1" in result.stderr


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # Nix 2.34 says the same: outside of strings and comments a zero byte ends the text.
        (b"1 # \0\n + /* \0 */ 2", 3),
        (b"1 \0 } ]", 1),
        (b'"a\\\0b"', "a\0b"),
    ],
)
def test_zero_bytes(tmp_path: Path, text: bytes, value: object) -> None:
    path = tmp_path / "a.nix"
    path.write_bytes(text)
    result = CliRunner().invoke(main, ["eval", "--json", str(path)])
    assert json.loads(result.stdout) == value


@pytest.mark.parametrize("text", [b"''a\0''", b'{ a = "a\0"; }.b or 1', b'[ undefined "a\0" ]'])
def test_a_zero_byte_in_a_string_is_refused_in_the_words_of_nix(
    tmp_path: Path, text: bytes
) -> None:
    path = tmp_path / "a.nix"
    path.write_bytes(text)
    result = CliRunner().invoke(main, ["eval", str(path)])
    assert result.exit_code == 1
    assert result.stderr.startswith(
        "error: input string 'a\N{SYMBOL FOR NULL}' cannot be represented as Nix string because it "
        "contains null bytes\n"
    )


def test_an_update_before_a_name_is_no_path() -> None:
    text = b"""{ a = x//y; b = x//rec { z = "a//b"; }; c = ./x//y; d = http://x//y; } # x//y"""
    mended = parse(text).mended
    assert mended == text.replace(b"a = x//y", b"a = x<=y").replace(b"x//rec", b"x<=rec")
