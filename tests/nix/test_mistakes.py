"""Mistakes that people make in a tree of homes: real Nix sees each, and its quick fix mends it.

The server finds the mistake and gives the edits of the fix; real Nix evaluates the tree before and
after, with the stand-ins for nixpkgs and Home Manager.
"""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, client_capabilities

from hmls.server.convert import path_of_uri
from tests.diagnostics.trees import write_tree
from tests.protocol.editor import Client, Editor
from tests.standins.homelab import HERE, Nix, NixFailed

ALICE = "homeConfigurations.alice.config"
ON_BOX = "nixosConfigurations.box.config.home-manager.users.alice"
VARIABLE = "home.sessionVariables.X"
HOME = "homes/alice/default.nix"
GLOBAL = "homes/alice@global/default.nix"
HOST = "homes/alice@box/default.nix"
SERVER = ClientServerConfig(server_command=[sys.executable, "-m", "hmls"], client_factory=Client)
BOX = """
#- systems/box/default.nix
{
  networking.hostName = "box";
  users.users.alice = { isNormalUser = true; uid = 1000; };
}
"""
OPTIONS = """
#- modules/home/default.nix
{ lib, config, ... }:
let
  inherit (lib) mkOption types;
  of = type: mkOption { inherit type; };
in
{
  options.my = {
    editor = mkOption { type = types.nullOr types.str; default = null; };
    ports = mkOption { type = types.listOf types.port; default = [ ]; };
    theme = mkOption { type = types.enum [ "dark" "light" ]; default = "light"; };
    dark = mkOption { type = types.bool; default = false; };
    web = mkOption {
      default = { };
      type = types.attrsOf (types.submodule {
        options.port = of types.port;
        options.text = mkOption { type = types.lines; default = ""; };
      });
    };
    page = mkOption {
      default = { };
      type = types.attrsOf (types.submodule { options.text = of types.lines; });
    };
    needed = of types.str;
    wanted = of (types.enum [ "a" "b" ]);
    level = mkOption { type = types.int; example = 3; };
    once = mkOption { type = types.int; readOnly = true; };
  };
}
"""


@dataclass(frozen=True)
class Mistake:
    """A tree with a mistake; `before` and `after` are what Nix says of a value.

    `before` is a value as JSON, or a part of the error's message if it begins with `!`.
    """

    name: str
    tree: str
    file: str
    code: str
    title: str
    output: str
    before: str
    after: str


def _of_home(
    name: str, base: str, code: str, title: str, value: str, before: str, after: str, rest: str = ""
) -> Mistake:
    tree = f"{OPTIONS}\n#- {HOME}\n{base}\n{rest}"
    output = f"{ALICE}.{value}"
    return Mistake(name, tree, HOME, code, title, output, before, after)


NOT_OF_TYPE = "!is not of type"
CONFLICT = "!has conflicting definition values"
CASES = (
    # What facts of the layout are got wrong.
    Mistake(
        "host layer by home-manager",
        f'#- {HOME}\n{{ home.sessionVariables.X = "home-manager switch --flake .#alice@box"; }}\n'
        f"#- {HOST}\n{{ }}{BOX}",
        HOME, "not-standalone", "Change to alice, the standalone home", f"{ALICE}.{VARIABLE}",
        '"home-manager switch --flake .#alice@box"', '"home-manager switch --flake .#alice"',
    ),
    Mistake(
        "sudo",
        f'#- {HOME}\n{{ home.sessionVariables.X = "🎉 && sudo home-manager switch --flake ."; }}\n',
        HOME, "sudo-home-manager", "Run it without sudo", f"{ALICE}.{VARIABLE}",
        '"🎉 && sudo home-manager switch --flake ."', '"🎉 && home-manager switch --flake ."',
    ),
    Mistake(
        "misspelt host",
        f'#- {HOME}\n{{ }}\n#- homes/alice@bax/default.nix\n'
        f'{{ home.sessionVariables.X = "🎉"; }}{BOX}',
        "homes/alice@bax/default.nix", "unknown-host", "Rename the layer to alice@box",
        f"{ON_BOX}.home.sessionVariables", "{}", '{"X":"🎉"}',
    ),
    Mistake(
        "not added to git",
        f'#= git add flake.nix {HOME}\n#- {HOME}\n{{ imports = [ ./x.nix ]; }}\n'
        '#- homes/alice/x.nix\n{ home.sessionVariables.X = "🎉"; }\n',
        "homes/alice/x.nix", "untracked-file", "git add -N", f"{ALICE}.{VARIABLE}",
        "!is not tracked by Git", '"🎉"',
    ),
    Mistake(
        "one step up too few",
        f'#- homes/alice/a/b.nix\n{{ imports = [ ../shared/x.nix ]; }}\n'
        f'#- homes/shared/x.nix\n{{ home.sessionVariables.X = "🎉"; }}\n'
        f"#- {HOME}\n{{ imports = [ ./a/b.nix ]; }}\n",
        "homes/alice/a/b.nix", "missing-import", "Change to ../../shared/x.nix",
        f"{ALICE}.{VARIABLE}", "!does not exist", '"🎉"',
    ),
    _of_home(
        "osConfig in base", '{ osConfig, ... }: { my.editor = osConfig.networking.hostName; }',
        "os-config", "Set this on hosts only", "my.editor",
        "!expected a set but found null", "null",
    ),
    _of_home(
        "osConfig in a condition of base",
        '{ osConfig, lib, ... }: '
        '{ my.editor = lib.mkIf (osConfig.networking.hostName == "🎉") "x"; }',
        "os-config", "Take null where there is no host", "my.editor",
        "!expected a set but found null", "null",
    ),
    Mistake(
        "osConfig in @global",
        f"{OPTIONS}\n#- {HOME}\n{{ }}\n#- {GLOBAL}\n"
        "{ osConfig, ... }: { my.dark = osConfig.services.openssh.enable && true; }",
        GLOBAL, "os-config", "Take false where there is no host", f"{ALICE}.my.dark",
        "!expected a set but found null", "false",
    ),
    Mistake(
        "base and host, the base gives way",
        f'{OPTIONS}\n#- {HOME}\n{{ my.editor = "🎉"; }}\n#- {HOST}\n{{ my.editor = "host"; }}{BOX}',
        HOME, "conflict", "Use lib.mkDefault here", f"{ON_BOX}.my.editor", CONFLICT, '"host"',
    ),
    Mistake(
        "base and host, the host wins",
        f'{OPTIONS}\n#- {HOME}\n{{ my.editor = "🎉"; }}\n#- {HOST}\n{{ my.editor = "host"; }}{BOX}',
        HOST, "conflict", "Use lib.mkForce here", f"{ON_BOX}.my.editor", CONFLICT, '"host"',
    ),
    Mistake(
        "another name of the user",
        f'#- {HOME}\n{{ home = {{ username = "bob"; homeDirectory = "/home/alice"; '
        'stateVersion = "24.11"; }; }\n',
        HOME, "other-username", "Change to alice", f"{ALICE}.home.username", '"bob"', '"alice"',
    ),
    Mistake(
        "/home on macOS",
        f'#- {HOME}\n{{ home = {{ homeDirectory = "/home/alice"; '
        'stateVersion = "24.11"; }; }\n'
        '#- homes/alice/meta.nix\n{ system = "aarch64-darwin"; }\n',
        HOME, "home-on-darwin", "Change to /Users", f"{ALICE}.home.homeDirectory",
        '"/home/alice"', '"/Users/alice"',
    ),
    Mistake(
        "a layer without its file",
        f'#- {HOME}\n{{ }}\n#- homes/bob/x.nix\n{{ }}\n', "homes/bob/x.nix", "missing-entry",
        "Create default.nix", "homeConfigurations.bob.config.home.sessionVariables",
        "!homes/bob/default.nix': No such file or directory", "{}",
    ),
    _of_home(
        "an option of NixOS", "{ environment.sessionVariables.X = \"🎉\"; }", "nixos-option",
        "Change to home.sessionVariables", VARIABLE,
        "!The option `environment' does not exist", '"🎉"',
    ),
    # Conflicts.
    _of_home(
        "three definitions",
        '{ lib, ... }: { my.editor = lib.mkMerge [ "b" (lib.mkIf true "b") ]; }', "conflict",
        "Use lib.mkForce here", "my.editor", CONFLICT, '"b"',
        rest=f'#- {GLOBAL}\n{{ my.editor = "🎉"; imports = [ {{ my.editor = "c"; }} ]; }}',
    ),
    _of_home(
        "null and not null", "{ my.editor = null; }", "conflict", "Use lib.mkDefault here",
        "my.editor", "!is defined both null and not null", '"🎉"',
        rest=f'#- {GLOBAL}\n{{ my.editor = "🎉"; }}',
    ),
    _of_home(
        "forced twice", '{ lib, ... }: { my.editor = lib.mkForce "a"; }', "conflict",
        "Remove this definition", "my.editor", CONFLICT, '"🎉"',
        rest=f'#- {GLOBAL}\n{{ lib, ... }}: {{ my.editor = lib.mkForce "🎉"; }}',
    ),
    _of_home(
        "read-only, twice", "{ my.once = 1; }", "conflict", "Remove this definition", "my.once",
        "!is read-only, but it's set multiple times", "2", rest=f"#- {GLOBAL}\n{{ my.once = 2; }}",
    ),
    _of_home(
        "a key of a set", '{ home.sessionVariables.X = "a"; }', "conflict",
        "Use lib.mkForce here", VARIABLE, CONFLICT, '"a"',
        rest=f'#- {GLOBAL}\n{{ home.sessionVariables = {{ X = "🎉"; }}; }}',
    ),
    # Types.
    _of_home(
        "a number", "{ my.editor = 5; }", "type-mismatch", 'Change to "5"', "my.editor",
        NOT_OF_TYPE, '"5"',
    ),
    _of_home(
        "a text", '{ lib, ... }: { my.dark = lib.mkIf true (lib.mkForce "yes"); }',
        "type-mismatch", "Change to true", "my.dark", NOT_OF_TYPE, "true",
    ),
    _of_home(
        "a word", '{ my.theme = "Drak"; }', "type-mismatch", 'Change to "dark"', "my.theme",
        NOT_OF_TYPE, '"dark"',
    ),
    _of_home(
        "one for a list", "{ my.ports = 22; }", "type-mismatch", "Change to [ 22 ]", "my.ports",
        NOT_OF_TYPE, "[22]",
    ),
    _of_home(
        "an item of a list", '{ my.ports = [ 22 /* 🎉 */ "80" ]; }', "type-mismatch",
        "Change to 80", "my.ports", NOT_OF_TYPE, "[22,80]",
    ),
    _of_home(
        "within a submodule", '{ my.web.a = { port = "80"; }; }', "type-mismatch",
        "Change to 80", "my.web.a.port", NOT_OF_TYPE, "80",
    ),
    _of_home(
        "a file's text", '{ my.page.a = "🎉"; }', "type-mismatch",
        'Change to { text = "🎉"; }', "my.page.a.text", NOT_OF_TYPE, '"🎉"',
    ),
    _of_home(
        "what nothing converts", "{ my.editor = { a = 1; }; }", "type-mismatch",
        "Remove this definition", "my.editor", NOT_OF_TYPE, "null",
    ),
    # Values that are missing, and options that do not exist.
    _of_home(
        "a value", "{ config, ... }: { my.editor = config.my.needed; }", "missing-value",
        'Set my.needed to ""', "my.editor", "!was accessed but has no value", '""',
    ),
    _of_home(
        "one of several", "{ config, ... }: { my.editor = config.my.wanted; }", "missing-value",
        'Set my.wanted to "b"', "my.editor", "!was accessed but has no value", '"b"',
    ),
    _of_home(
        "one with an example", "{ config, ... }: { my.ports = [ config.my.level ]; }",
        "missing-value", "Set my.level to 3, its example", "my.ports",
        "!was accessed but has no value", "[3]",
    ),
    _of_home(
        "one of a submodule", "{ config, ... }: { my.ports = [ config.my.web.a.port ]; }",
        "missing-value", "Set my.web.a.port to 0", "my.ports",
        "!was accessed but has no value", "[0]", rest=f"#- {GLOBAL}\n{{ my.web.a = {{ }}; }}",
    ),
    _of_home(
        "a name of a submodule", "{ my.web.a.prot = 80; }", "undeclared-option",
        "Change to my.web.a.port", "my.web.a.port", "!does not exist", "80",
    ),
    _of_home(
        "what does not exist", '{ my.web.a = { port = 1; "🎉🎉" = 80; }; }', "undeclared-option",
        "Remove this definition", "my.web.a.port", "!does not exist", "1",
    ),
)  # fmt: skip


@pytest_lsp.fixture(scope="module", config=SERVER)
async def desk(lsp_client: Client, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[None]:
    """A server whose workspace is a folder of flakes, one for each mistake."""
    root = tmp_path_factory.mktemp("mistakes")
    for case in CASES:
        write_tree(root / _folder(case), case.tree)
    lsp_client.editor = Editor(lsp_client, root)
    result = await lsp_client.initialize_session(
        lsp.InitializeParams(
            capabilities=client_capabilities("visual_studio_code"),
            initialization_options={"trusted": True},
            workspace_folders=[lsp.WorkspaceFolder(root.as_uri(), "mistakes")],
        )
    )
    lsp_client.editor.encoding = str(result.capabilities.position_encoding or "utf-16")
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def nix(nix_environ: dict[str, str], tmp_path: Path) -> Nix:
    inputs = {name: HERE / name for name in ("home-manager", "nixpkgs")}
    return Nix("nix", {**nix_environ, "HOME": str(tmp_path)}, inputs)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_mistake(desk: Client, nix: Nix, case: Mistake) -> None:
    editor, folder = desk.editor, _folder(case)
    assert _matches(case.before, _said(nix, editor.root / folder, case.output)), "before"
    name = f"{folder}/{case.file}"
    text = (editor.root / name).read_text()
    editor.open(name)
    problem = (await editor.problems_until(name, case.code))[0]
    actions = await editor.actions(name, problem.range, [problem])
    action = next((each for each in actions if each.title == case.title), None)
    assert action is not None, [each.title for each in actions]
    editor.close(name)
    await _apply(editor, action)
    assert _said(nix, editor.root / folder, case.output) == case.after, text


def _folder(case: Mistake) -> str:
    return re.sub(r"\W+", "-", case.name)


def _matches(expected: str, said: str) -> bool:
    return expected[1:] in said if expected.startswith("!") else expected == said


def _said(nix: Nix, root: Path, output: str) -> str:
    """A value as JSON, or what Nix says of why there is none."""
    kind = "git+file" if (root / ".git").exists() else "path"
    outer, _, last = output.rpartition(".")
    select = f"set: set.{last} or set"
    try:
        return nix.run("eval", "--json", f"{kind}:{root}#{outer}", "--apply", select).strip()
    except NixFailed as failure:
        return str(failure)


async def _apply(editor: Editor, action: lsp.CodeAction) -> None:
    """What an editor does with an action that the user takes: on disk."""
    for change in action.edit.document_changes or () if action.edit is not None else ():
        match change:
            case lsp.TextDocumentEdit():
                path = _path(change.text_document.uri)
                edits = [edit for edit in change.edits if isinstance(edit, lsp.TextEdit)]
                before = path.read_text() if path.exists() else ""
                path.write_text(editor.apply(before, edits))
            case lsp.CreateFile():
                _path(change.uri).touch()
            case lsp.RenameFile():
                _path(change.old_uri).rename(_path(change.new_uri))
    if action.command is not None:
        await editor.client.workspace_execute_command_async(
            lsp.ExecuteCommandParams(action.command.command, action.command.arguments)
        )


def _path(uri: str) -> Path:
    path = path_of_uri(uri)
    assert path is not None
    return Path(path)
