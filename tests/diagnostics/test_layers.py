"""Layers and systems that nothing deploys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.diagnostics.trees import apply, brief, fix_of, problems

BOX = """
#- systems/box/default.nix
{ networking.hostName = "box"; }
"""


def test_misspelt_host(tmp_path: Path) -> None:
    tree = f"#- homes/alice/default.nix\n{{ }}\n#- homes/alice@bax/default.nix\n{{ }}{BOX}"
    (found,) = problems(tmp_path, tree)
    assert found.code.name == "unknown-host"
    assert found.message == (
        "no system is called bax: nothing deploys the layer alice@bax. Did you mean box?"
    )
    apply(fix_of(found, "Rename the layer to alice@box").edit)
    assert problems(tmp_path, "#- x.nix\n{ }") == []


def test_a_misspelt_host_that_has_its_layer_is_named_all_the_same(tmp_path: Path) -> None:
    homes = "".join(f"#- homes/alice{at}/default.nix\n{{ }}\n" for at in ("", "@laptop", "@lptop"))
    systems = "".join(
        f'#- systems/{name}/default.nix\n{{ networking.hostName = "{name}"; }}\n'
        for name in ("laptop", "pi")
    )
    (found,) = problems(tmp_path, homes + systems)
    assert found.message.endswith("the layer alice@lptop. Did you mean laptop?")
    assert found.fixes == ()


def test_a_folder_of_helpers_is_no_layer(tmp_path: Path) -> None:
    tree = """
        #- homes/alice/default.nix
        { imports = [ ../common/git.nix ]; }
        #- homes/common/git.nix
        { }
        """
    assert "missing-entry" not in {code for _, code, _ in brief(tmp_path, problems(tmp_path, tree))}


def test_layer_without_module(tmp_path: Path) -> None:
    tree = """
        #- flake.nix
        { outputs = _: { homeConfigurations = { }; }; }
        #- homes/bob/git.nix
        { }
        """
    (found,) = problems(tmp_path, tree)
    assert found.code.name == "missing-entry"
    apply(fix_of(found, "Create default.nix").edit)
    assert (tmp_path / "homes/bob/default.nix").read_text() == "{ ... }:\n{\n}\n"


@pytest.mark.parametrize(
    "outputs",
    [
        "inputs: inputs.unheard-of.lib.mkFlake ./.",
        "inputs: { homeConfigurations = inputs.unheard-of.homes; }",
        "inputs: { homeConfigurations.alice = inputs.unheard-of.lib.mkHome ./homes/alice; }",
    ],
)
def test_of_flakes_that_are_not_understood_nothing_is_said(tmp_path: Path, outputs: str) -> None:
    tree = f"""
#- flake.nix
{{ inputs.unheard-of.url = "github:a/b"; outputs = {outputs}; }}
#- homes/alice/default.nix
{{ }}
"""
    assert problems(tmp_path, tree) == []
