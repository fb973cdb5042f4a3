"""What can be deployed from which file; nothing is run here."""

from __future__ import annotations

import pytest
from lsprotocol import types as lsp

from tests.protocol.editor import Editor

TOP = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))


async def offers(editor: Editor, name: str) -> list[lsp.CodeAction]:
    editor.open(name)
    return [a for a in await editor.actions(name, TOP) if a.kind == "source.deploy"]


def verbs(found: list[lsp.CodeAction]) -> list[str]:
    """`Build alice`: titles without the command that they show."""
    return [action.title.split(":")[0] for action in found]


async def test_a_base_layer_is_for_its_home_and_part_of_machines(editor: Editor) -> None:
    found = verbs(await offers(editor, "homes/alice/default.nix"))
    assert found[:3] == ["Build alice", "Preview alice", "Switch alice"]
    assert {"Build workstation", "Switch workstation", "Switch laptop"} <= set(found[3:])
    assert found.count("Check alice") == 1


@pytest.mark.parametrize(
    "name", ["homes/alice@workstation/sway.nix", "systems/workstation/default.nix"]
)
async def test_a_host_is_for_its_machine(editor: Editor, name: str) -> None:
    found = await offers(editor, name)
    assert verbs(found) == [
        f"{verb} workstation"
        for verb in ("Build", "Preview", "Switch", "Test", "Boot", "Dry-activate", "Check")
    ]
    assert found[2].title.startswith(
        "Switch workstation: sudo nixos-rebuild switch --flake .#workstation"
    )


async def test_a_shared_module_is_for_all_that_load_it(editor: Editor) -> None:
    found = verbs(await offers(editor, "modules/home/ssh.nix"))
    assert {"Build alice", "Switch bob", "Switch carol", "Switch workstation"} <= set(found)


async def test_a_flake_is_checked_and_updated(editor: Editor) -> None:
    found = verbs(await offers(editor, "flake.nix"))
    assert [title.split(" ")[0] for title in found] == ["Check", "Update", "Fetch"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$0    nixpkgs.url", "nixpkgs"),
        ('url = "github:nix-community$0/home-manager";', "home-manager"),
        ('$0inputs.nixpkgs.follows = "nixpkgs";\n    };\n\n    # Secrets', "home-manager"),
        ("sops-nix = {$0", "sops-nix"),
        ("inputs = {$0", None),
        ("$0outputs =", None),
    ],
)
async def test_an_input_is_updated_from_its_line(
    editor: Editor, text: str, expected: str | None
) -> None:
    flake = (editor.root / "flake.nix").read_text()
    assert flake.count(text.replace("$0", "")) == 1
    at = editor.open("flake.nix", flake.replace(text.replace("$0", ""), text)).position
    actions = await editor.actions("flake.nix", lsp.Range(at, at))
    updates = [action for action in actions if action.title.startswith("Update ")]
    titles = [action.title.split(" — ")[0] for action in updates]
    assert titles.pop() == "Update all inputs: nix flake update"
    one = f"Update {expected}: nix flake update {expected}"
    assert titles == ([] if expected is None else [one])
    if expected is not None:
        assert updates[0].command is not None
        arguments = list(updates[0].command.arguments or ())
        assert arguments == [{"root": str(editor.root), "input": expected}]


async def test_what_cannot_be_run_from_here_says_why(editor: Editor) -> None:
    """Nobody who runs this test is carol on her Mac, so it is not offered as the default."""
    found = {a.title.split(":")[0]: a for a in await offers(editor, "homes/carol/default.nix")}
    switch = found["Switch carol"]
    assert switch.data["commands"] == []
    assert switch.data["reason"]
    assert not switch.is_preferred
    if switch.disabled is None:
        first, _, more = switch.data["reason"].partition(". ")
        assert switch.title.endswith(f" — not from here: {first.rstrip('.')}")
        assert more, "the reason should have more than its title tells"
    else:
        assert switch.disabled.reason == switch.data["reason"]


async def test_an_unknown_target_is_an_error_of_the_request(editor: Editor) -> None:
    argument = {"root": str(editor.root), "target": "$(touch pwned)"}
    with pytest.raises(Exception, match="there is no target"):
        await editor.client.workspace_execute_command_async(
            lsp.ExecuteCommandParams("hmls.build", [argument])
        )
