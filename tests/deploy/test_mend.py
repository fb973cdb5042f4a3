"""Remedies as edits: the file after a quick fix."""

from __future__ import annotations

import pytest

from hmls.deploy.mend import mends, set_beside
from hmls.deploy.problem import (
    AllowPackage,
    ForceFile,
    Place,
    Problem,
    Remedy,
    RenameOption,
    ReplaceText,
    SetPriority,
)
from hmls.syntax.parse import parse


def mended(text: str, remedy: Remedy, line: int = 1, column: int = 3) -> list[str]:
    """The text after each of the fixes for a problem at a place."""
    problem = Problem("error", "", Place("/f.nix", line, column), remedies=(remedy,))
    results = []
    for mend in mends(problem, parse(text.encode())):
        content = text.encode()
        for start, end, new in sorted(mend.edits, reverse=True):
            content = content[:start] + new.encode() + content[end:]
        results.append(content.decode())
    return results


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        (
            '{\n  system.stateVersion = "1"; # keep\n}',
            None,
            '{\n  system.stateVersion = "1"; # keep\n  home-manager.backupFileExtension = "b";\n}',
        ),
        (
            "{ home-manager = { users.al = { }; }; }",
            20,
            '{ home-manager = { users.al = { }; backupFileExtension = "b"; }; }',
        ),
        (
            "{ config.home-manager.verbose = true; }",
            3,
            "{ config.home-manager.verbose = true; "
            'config.home-manager.backupFileExtension = "b"; }',
        ),
        ("{ other = 1; }", 99, None),
    ],
)
def test_an_option_is_set_beside_another(
    text: str, column: int | None, expected: str | None
) -> None:
    place = Place("/f.nix", 1 if column else 2, column or 3)
    option = ("home-manager", "backupFileExtension")
    mend = set_beside(parse(text.encode()), place, option, '"b"')
    if mend is None:
        assert expected is None
        return
    ((start, end, new),) = mend.edits
    assert text[:start] + new + text[end:] == expected


OPTION = ("programs", "git", "enable")


@pytest.mark.parametrize(
    ("value", "forced"),
    [
        ("true", "lib.mkForce true"),
        ('"🎉 x"', 'lib.mkForce "🎉 x"'),
        ("[ 1 2 ]", "lib.mkForce [ 1 2 ]"),
        ("f x", "lib.mkForce (f x)"),
        ("if a then b else c", "lib.mkForce (if a then b else c)"),
    ],
)
def test_one_of_two_definitions_wins(value: str, forced: str) -> None:
    text = f"{{ lib, ... }}:\n{{ programs.git.enable = {value}; }}"
    found = mended(text, SetPriority(OPTION), line=2)
    assert found == [
        text.replace(value, forced),
        text.replace(value, forced.replace("mkForce", "mkDefault")),
    ]


@pytest.mark.parametrize(
    ("text", "forced"),
    [
        ("{ a.b = 1; }", "{ lib, ... }:\n{ a.b = lib.mkForce 1; }"),
        (
            "{ lib, c, ... }: { a.b = lib.mkIf c 1; }",
            "{ lib, c, ... }: { a.b = lib.mkIf c (lib.mkForce 1); }",
        ),
        ("{ lib, ... }: { a.b = lib.mkDefault 1; }", None),
        ("{ config, ... }: with config; { inherit (x) a; }", None),
        (
            "let x = 1; in { a.b = x; }",
            "{ lib, ... }:\nlet x = 1; in { a.b = lib.mkForce x; }",
        ),
    ],
)
def test_what_a_definition_needs_to_win(text: str, forced: str | None) -> None:
    """`lib` may have to be asked for; an override stands inside of mkIf, and never in another."""
    column = max(text.find(" a"), text.find(") a") + 1) + 2
    found = mended(text, SetPriority(("a", "b")), column=column)
    assert found[:1] == ([] if forced is None else [forced])


def test_a_text_is_replaced_at_its_place() -> None:
    text = '{ a = "sha256-AAA"; b = "sha256-AAA"; }'
    assert mended(text, ReplaceText("sha256-AAA", "sha256-B"), column=21) == [
        '{ a = "sha256-AAA"; b = "sha256-B"; }'
    ]
    assert mended("{ }", ReplaceText("gone", "x")) == []


def test_an_option_gets_its_new_name() -> None:
    remedy = RenameOption(("a", "b"), ("c", "d"))
    assert mended("{ a.b = 1; }", remedy) == ["{ c.d = 1; }"]
    assert mended("{ a.b.x = 1; }", remedy) == ["{ c.d.x = 1; }"]
    assert mended("{ a = { b = 1; }; }", remedy, column=9) == []
    near = RenameOption(("a", "b"), ("a", "long name"))
    assert mended("{ a = { b = 1; }; }", near, column=9) == ['{ a = { "long name" = 1; }; }']
    assert mended("{ a = { b.x = 1; }; }", near, column=9) == ['{ a = { "long name".x = 1; }; }']


def test_a_package_is_allowed() -> None:
    unfree = AllowPackage("allowUnfreePredicate", "steam")
    added = (
        'nixpkgs.config.allowUnfreePredicate = pkg: builtins.elem (lib.getName pkg) [ "steam" ];'
    )
    module = "{ lib, ... }:\n"
    assert mended("{\n  a = 1;\n}\n", unfree) == [f"{module}{{\n  a = 1;\n  {added}\n}}\n"]
    assert mended(f"{module}{{ a = 1; }}", unfree) == [f"{module}{{ a = 1; {added} }}"]
    assert mended(f"{module}{{ config = {{ }}; }}", unfree) == [
        f"{module}{{ config = {{ }}; config.{added} }}"
    ]
    assert mended("{ nixpkgs = import ./x.nix; }", unfree) == []
    present = '{ nixpkgs.config.permittedInsecurePackages = [ "x-1" ]; }'
    assert mended(present, AllowPackage("permittedInsecurePackages", "y-2")) == [
        '{ nixpkgs.config.permittedInsecurePackages = [ "x-1" "y-2" ]; }'
    ]
    assert mended("{ }", AllowPackage("allowBroken", "z")) == [
        "{ nixpkgs.config.allowBroken = true; }"
    ]


def test_a_file_is_placed_over_what_is_there() -> None:
    text = '{ xdg.configFile."a/b".text = ""; }'
    assert mended(text, ForceFile(".config/a/b")) == [
        '{ xdg.configFile."a/b".text = ""; xdg.configFile."a/b".force = true; }'
    ]
    assert mended("{ }", ForceFile("${x}")) == ['{ home.file."\\${x}".force = true; }']
    assert mended("{ programs.git.enable = true; }", ForceFile(".config/git/config")) == [
        '{ programs.git.enable = true; xdg.configFile."git/config".force = true; }'
    ]
    assert mended("{ xdg.configFile = f { }; }", ForceFile(".config/a")) == []


def test_a_file_that_changed_meanwhile_is_left_alone() -> None:
    assert mended("", SetPriority(OPTION), line=9) == []
    assert mended("{ a = ;", SetPriority(OPTION), line=2, column=80) == []
