"""What Nix finds wrong is mended by its quick fix: applied, the next build or switch goes well."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types as lsp

from tests.nix.desk import Desk, desk
from tests.nix.lab import SYSTEM
from tests.nix.modular import GLOBAL, HOME, modular_lab

FAKE = f"sha256-{'A' * 43}="
GOT = "sha256-h0KPxSKAPTEGXnvOPPA/5HUJZjHl4Hu9eg/eYMTPJcc="
FETCHED = f"""{{
  home.file.app.text = builtins.readFile (derivation {{
    name = "app-1.0"; system = "{SYSTEM}"; builder = "/bin/sh";
    args = [ "-c" "echo a > $out" ];
    outputHashMode = "flat"; outputHashAlgo = "sha256";
    outputHash = @hash@;
  }});
}}
"""


async def mended(at: Desk, text: str, code: str, title: str) -> str:
    """The home's text after a quick fix for what a build has found in it; it builds by then."""
    at.lab.write(HOME, text)
    found = await at.run("build")
    assert found["outcome"] == "failed", found
    problem = next(each for each in await at.reported(HOME) if each.code == code)
    fixed = await at.editor.fixed(HOME, text, problem, title)
    at.lab.write(HOME, fixed)
    found = await at.run("build")
    assert found["outcome"] == "done", (found, fixed)
    await at.cleared(HOME)
    return fixed


async def test_a_definition_wins_or_gives_way(folder: Path, nix_environ: dict[str, str]) -> None:
    other = '{ home.sessionVariables.A = "🎉"; }\n'
    async with desk(modular_lab(folder, nix_environ, "{ }\n", other)) as at:
        plain = '{ home.sessionVariables = { B = "🎉"; A = "x"; }; }\n'
        text = await mended(at, plain, "conflict", "Let this definition win: lib.mkForce")
        assert text == "{ lib, ... }:\n" + plain.replace('"x"', 'lib.mkForce "x"')
        asking = f"{{ lib, pkgs, ... }}:\n{plain}"
        text = await mended(at, asking, "conflict", "Let the other definitions win: lib.mkDefault")
        assert text == asking.replace('"x"', 'lib.mkDefault "x"')
        at.lab.write(HOME, plain)
        assert (await at.run("build"))["outcome"] == "failed"
        (problem,) = await at.reported(GLOBAL)
        assert at.editor.text_at(other, problem.range) == "home.sessionVariables.A"
        assert problem.related_information is not None
        assert [each.location.uri for each in problem.related_information] == [at.editor.uri(HOME)]


async def test_packages_names_and_hashes(folder: Path, nix_environ: dict[str, str]) -> None:
    async with desk(modular_lab(folder, nix_environ, "{ }\n")) as at:
        text = await mended(
            at,
            "{ pkgs, ... }:\n{ home.packages = [ pkgs.git pkgs.steam ]; }\n",
            "unfree",
            "Allow steam: nixpkgs.config.allowUnfreePredicate",
        )
        assert "{ lib, pkgs, ... }" in text
        for written, becomes in (
            (f'"{FAKE}"', GOT), ("lib.fakeHash", f'"{GOT}"'), (f'"{"0" * 52}"', GOT),
            ('""', f'outputHash = "{GOT}"'),
        ):  # fmt: skip
            text = FETCHED.replace("@hash@", written)
            if "lib." in written:
                text = f"{{ lib, ... }}:\n{text}"
            text = await mended(at, text, "hash-mismatch", f"Change to {becomes}")
            assert f'outputHash = "{GOT}";' in text


async def test_files_in_the_way(folder: Path, nix_environ: dict[str, str]) -> None:
    """Placed over by force, predicted so; or moved aside, by the fix that switches again."""
    text = '{ xdg.configFile."app/🎉".text = "x"; home.file.plain.text = "y"; }\n'
    lab = modular_lab(folder, nix_environ, text)
    lab.home.joinpath(".config/app").mkdir(parents=True)
    ours = {".config/app/🎉": "own", "plain": "mine"}
    for name, content in ours.items():
        (lab.home / name).write_text(content)
    async with desk(lab) as at:
        found = await at.run("switch")
        assert found["outcome"] == "failed", found
        for name, content in ours.items():
            assert f"{lab.home / name} is in the way and not managed" in at.questions[1]
            assert (lab.home / name).read_text() == content
        problems = {at.editor.text_at(text, each.range): each for each in await at.reported(HOME)}
        assert {each.code for each in problems.values()} == {"collision"}
        forced = await at.editor.fixed(
            HOME, text, problems['xdg.configFile."app/🎉".text'],
            "Place .config/app/🎉 over what is there: force",
        )  # fmt: skip
        aside = "Switch and move files in the way to *.backup"
        plain = problems["home.file.plain.text"]
        actions = await at.editor.actions(HOME, plain.range, [plain])
        (fix,) = [action.command for action in actions if action.title == aside]
        assert fix is not None
        lab.write(HOME, forced)
        found = await at.client.workspace_execute_command_async(
            lsp.ExecuteCommandParams(fix.command, fix.arguments)
        )
        assert found["outcome"] == "done", found
        assert "plain is in the way and would be moved aside" in at.questions[-1]
        assert "🎉 is in the way" not in at.questions[-1]
        assert (lab.home / "plain.backup").read_text() == "mine"
        assert (lab.home / ".config/app/🎉").read_text() == "x"


FOUND = (
    ('{ home.sessionPath = [ "🎉" ]; home.file."🎉".text = 3; }', "option-type",
     'home.file."🎉".text'),
    ("{ home.nothing = 1; }", "unknown-option", "home.nothing"),
    ("{ config = { }; home.file = { }; }", "unsupported-attribute",
     "home.file"),
    ('{ _class = "nixos"; }', "wrong-class", "{"),
    (
        '{ assertions = [ { assertion = false; message = "home.file holds 🎉"; } ]; '
        'home.file.a.text = ""; }',
        "assertion", "home.file.a.text",
    ),
    (
        '{ assertions = [ { assertion = false; message = "no.such 🎉"; } ]; }',
        "assertion", "no.such",
    ),
    ("{ home.file.a.text = builtins.readFile /etc/hostname; }", "impure-path", "/etc/hostname"),
    ("{ config, ... }: { imports = config.home.sessionPath; }", "infinite-recursion",
     "config.home.sessionPath"),
    ("{ nope, ... }: { home.file.a.text = nope; }", "missing-attribute", "home.file.a.text"),
    ("{ lib, ... }: { options.home.username = lib.mkOption { }; }", "declared-twice",
     "options.home.username"),
    (
        "{ config, lib, ... }: "
        "{ options.my = lib.mkOption { }; config.home.file.a.text = config.my; }",
        "no-value", "options.my",
    ),
    ('{ imports = [ ./none.nix ]; home.file.a.text = "🎉"; }', "missing-file", "./none.nix"),
)  # fmt: skip
"""A home, what real Nix finds in it with a real module system, and the text that it is shown on."""


async def test_what_the_module_system_finds_is_on_the_users_line(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    async with desk(modular_lab(folder, nix_environ, "{ }\n")) as at:
        for text, code, shown in FOUND:
            at.lab.write(HOME, text)
            found = await at.run("build")
            assert found["outcome"] == "failed", (text, found)
            problems = [(p.code, at.editor.text_at(text, p.range)) for p in await at.reported(HOME)]
            assert (code, shown) in problems, (text, found)
        at.lab.write(HOME, "{ }\n")
        assert (await at.run("build"))["outcome"] == "done"
        await at.cleared(HOME)
