"""Each class of error, said by real Nix, on the words to blame: behind text beyond the BMP."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.nix.desk import desk
from tests.nix.lab import SYSTEM
from tests.nix.modular import HOME, modular_lab

BEFORE = '{ lib, pkgs, ... }: { home.sessionVariables = { B = "🎉𝕏"; }; '
TEXT = "home.file.a.text"
CASES = (
    (f"{TEXT} = nope;", "undefined-variable", "nope"),
    (f"{TEXT} = pkgs.gti;", "missing-attribute", "pkgs.gti"),
    (f"{TEXT} = 1;", "option-type", TEXT),
    ("hoem.x = 1;", "unknown-option", "hoem.x"),
    ('home.username = "bob";', "conflict", "home.username"),
    (f"{TEXT} = ({{ y }}: y) {{ }};", "missing-argument", "{"),
    (f'{TEXT} = ({{ y }}: y) {{ y = ""; z = 1; }};', "unexpected-argument", "{"),
    (f"{TEXT} = let x = x; in x;", "infinite-recursion", "x"),
    (f"{TEXT} = builtins.readFile ./missing.txt;", "missing-file", "./missing.txt"),
    (f"{TEXT} = builtins.readFile /etc/passwd;", "impure-path", "/etc/passwd"),
    ("home.packages = [ pkgs.steam ];", "unfree", "steam"),
    (f'{TEXT} = "x"; {TEXT} = "y";', "duplicate-attribute", TEXT),
    (f"{TEXT} = ;", "syntax-error", ";"),
    (f'{TEXT} = throw "no 🎉";', "evaluation-error", "throw"),
    (f"{TEXT} = let f = n: f (n + 1) + 1; in f 0;", "stack-overflow", "f"),
    (
        f'{TEXT} = builtins.readFile (derivation {{ name = "q-1"; system = "{SYSTEM}"; '
        'builder = "/bin/sh"; args = [ "-c" "exit 3" ]; });',
        "build-failed",
        "builtins.readFile",
    ),
    ("config.home = { }; foo = 1;", "unsupported-attribute", "foo"),
)


@pytest.mark.parametrize("profile", ["neovim", "visual_studio_code"], ids=["utf-8", "utf-16"])
async def test_the_words_to_blame(folder: Path, nix_environ: dict[str, str], profile: str) -> None:
    wrong = []
    async with desk(modular_lab(folder, nix_environ, "{ }\n"), profile) as at:
        for definition, code, words in CASES:
            text = f"{BEFORE}{definition} }}\n"
            at.lab.write(HOME, text)
            assert (await at.run("build"))["outcome"] == "failed"
            found = [
                (each.code, at.editor.text_at(text, each.range)) for each in await at.reported(HOME)
            ]
            if found != [(code, words)]:
                wrong.append((definition, found))
    assert wrong == []
