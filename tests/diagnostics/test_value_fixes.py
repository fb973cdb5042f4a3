"""What is offered to mend problems of values."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.diagnostics.check import check
from tests.diagnostics.trees import OPTIONS, apply, fix_of, problems

HOME = "homes/alice/default.nix"


@pytest.mark.parametrize(
    ("layer", "title", "after"),
    [
        (0, "Use lib.mkDefault here", '{ lib, ... }:\n{ my.editor = lib.mkDefault "vim"; }\n'),
        (0, "Use lib.mkForce here", '{ lib, ... }:\n{ my.editor = lib.mkForce "vim"; }\n'),
        (1, "Use lib.mkForce here", '{ lib, ... }: { my.editor = lib.mkForce ("e" + "d"); }\n'),
    ],
)
def test_conflict_is_mended_by_priorities(
    tmp_path: Path, layer: int, title: str, after: str
) -> None:
    tree = f"""{OPTIONS}
#- homes/alice/default.nix
{{ my.editor = "vim"; }}
#- homes/alice@global/default.nix
{{ lib, ... }}: {{ my.editor = "e" + "d"; }}
"""
    found = problems(tmp_path, tree)
    apply(fix_of(found[layer], title).edit)
    assert Path(found[layer].path).read_text() == after
    assert problems(tmp_path, "#- x.nix\n{ }") == []


_CALLED = """
#- flake.nix
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  inputs.home-manager.url = "github:nix-community/home-manager";
  outputs = FORMALS: CALL;
}
#- own.nix
{ nixpkgs, home-manager, ... }: {
  homeConfigurations.alice = HOME;
}
#- homes/alice/default.nix
{ own = "bob"; }
#- options.nix
{ lib, ... }: { options.own = lib.mkOption { type = lib.types.str; }; }
"""
_HOME = """home-manager.lib.homeManagerConfiguration {
    pkgs = nixpkgs.legacyPackages.x86_64-linux;
    modules = [ ./options.nix ./homes/alice { own = "alice"; } ];
  }"""


@pytest.mark.parametrize(
    ("formals", "call", "file", "function"),
    [
        (
            "{ nixpkgs, home-manager, ... }", f"{{ homeConfigurations.alice = {_HOME}; }}",
            "flake.nix", "nixpkgs.lib.mkForce",
        ),
        (
            "inputs",
            f"{{ homeConfigurations.alice = {_HOME}; }}".replace(" nixpkgs.", " inputs.nixpkgs.")
            .replace("home-manager.lib", "inputs.home-manager.lib"),
            "flake.nix", "inputs.nixpkgs.lib.mkForce",
        ),
        ("inputs", "import ./own.nix inputs", "own.nix", "nixpkgs.lib.mkForce"),
    ],
)  # fmt: skip
def test_a_flake_gets_no_arguments(
    tmp_path: Path, formals: str, call: str, file: str, function: str
) -> None:
    """Where a module stands in what calls the builder, `lib` is what is in scope there."""
    tree = _CALLED.replace("FORMALS", formals).replace("CALL", call).replace("HOME", _HOME)
    (found,) = (d for d in problems(tmp_path, tree) if d.path.endswith(file))
    text = Path(found.path).read_text()
    apply(fix_of(found, "Use lib.mkForce here").edit)
    after = text.replace('own = "alice"', f'own = {function} "alice"')
    assert Path(found.path).read_text() == after
    assert [d.code.name for d in problems(tmp_path, "#- x.nix\n{ }") if d.path == found.path] == []


def test_the_more_special_layer_is_forced(tmp_path: Path) -> None:
    tree = f"""{OPTIONS}
#- homes/alice/default.nix
{{ my.editor = "vim"; }}
#- homes/alice@box/default.nix
{{ lib, ... }}: {{ my.editor = lib.mkIf true "ed"; }}
#- systems/box/default.nix
{{ }}
"""
    base, host = problems(tmp_path, tree)
    assert [fix.title for fix in base.fixes if fix.is_preferred] == ["Use lib.mkDefault here"]
    assert [fix.title for fix in host.fixes if fix.is_preferred] == ["Use lib.mkForce here"]
    assert base.message.endswith("(on alice@box)")
    apply(host.fixes[0].edit)
    assert 'lib.mkIf true lib.mkForce "ed"' not in Path(host.path).read_text()
    assert problems(tmp_path, "#- x.nix\n{ }") == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'home.file.a.text = osConfig.networking.hostName + "-x";',
            'home.file.a.text = lib.mkIf (osConfig != null) (osConfig.networking.hostName + "-x");',
        ),
        (
            'home.file = lib.mkIf (osConfig.networking.hostName == "x") { };',
            'home.file = lib.mkIf (osConfig.networking.hostName or null == "x") { };',
        ),
        (
            "home.file = lib.mkIf osConfig.services.x.enable { };",
            "home.file = lib.mkIf osConfig.services.x.enable or false { };",
        ),
        (
            "home.file = lib.mkIf (!osConfig.services.x.enable) { };",
            "home.file = lib.mkIf (!osConfig.services.x.enable or false) { };",
        ),
        (
            "home.file = let host = osConfig.networking.hostName; in { a.text = host; };",
            "home.file = let host = osConfig.networking.hostName or null; in { a.text = host; };",
        ),
    ],
)
def test_os_config_is_guarded(tmp_path: Path, before: str, after: str) -> None:
    (found,) = problems(tmp_path, f"#- {HOME}\n{{ lib, osConfig, ... }}: {{ {before} }}")
    assert found.code.name == "os-config"
    apply(found.fixes[0].edit)
    assert after in Path(found.path).read_text()
    assert problems(tmp_path, "#- x.nix\n{ }") == []


def test_a_name_that_the_set_has_already_is_not_offered(tmp_path: Path) -> None:
    tree = """
        #- homes/alice/default.nix
        {
          home = { packages = [ ]; };
          environment.systemPackages = [ ];
        # ^^^^^^^^^^^^^^^^^^^^^^^^^^ nixos-option
        }
        """
    (found,) = check(tmp_path, tree)
    assert found.fixes == ()


@pytest.mark.parametrize(
    ("value", "titles"),
    [
        ("my.port = \"80\";", ["Change to 80", "Remove this definition"]),
        ("my.port = 80000;", ["Remove this definition"]),
        ("my.editor = lib.mkIf true (lib.mkForce 5);", ['Change to "5"', "Remove this definition"]),
        ("my.tags = [ \"a\" (5 + 1) ];", []),
        ("my.tags = [ [ \"🎉\" ] ];", ['Change to "🎉"']),
        ("my.hosts.a.port = true;", ["Remove this definition"]),
    ],
)  # fmt: skip
def test_what_a_type_would_take_is_offered(tmp_path: Path, value: str, titles: list[str]) -> None:
    (found,) = problems(tmp_path, f"{OPTIONS}\n#- {HOME}\n{{ lib, ... }}: {{ {value} }}")
    assert found.code.name == "type-mismatch"
    assert [fix.title for fix in found.fixes] == titles


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'my.editor = lib.mkMerge [ "a" (lib.mkIf true "a") ];',
            'my.editor = lib.mkMerge [ (lib.mkForce "a") (lib.mkIf true (lib.mkForce "a")) ];',
        ),
        (
            'my.editor = lib.mkIf true ("a" + "");',
            'my.editor = lib.mkIf true (lib.mkForce ("a" + ""));',
        ),
    ],
)  # fmt: skip
def test_an_override_stands_inside_of_conditions(tmp_path: Path, before: str, after: str) -> None:
    tree = f'{OPTIONS}\n#- {HOME}\n{{ my.editor = "vim"; }}\n#- homes/alice@global/default.nix\n'
    found = problems(tmp_path, f"{tree}{{ lib, ... }}: {{ {before} }}")
    other = next(each for each in found if "@global" in each.path)
    apply(fix_of(other, "Use lib.mkForce here").edit)
    assert after in Path(other.path).read_text()
    assert problems(tmp_path, "#- x.nix\n{ }") == []
