"""Hover: the plain Markdown of small trees; `[…]` marks what is a link."""

from __future__ import annotations

from pathlib import Path

import pytest

from hmls.ide.hover import hover
from hmls.ide.hover.text import without_tables
from tests.ide.tree import ask as asked
from tests.trees import Tree, in_tree

TREE = """
    #- modules/home/default.nix
    {
      options.my.name = lib.mkOption {
        type = lib.types.str;
        default = "nobody";
        description = "Who it is.";
      };
    }
"""
LAYERS = """
    #- homes/alice/default.nix
    { my.name = lib.mkDefault "a"; programs.git.enable = true; }
    #- homes/alice@desk/default.nix
    { my.name = "b"; }
"""


def hovered(folder: Path, text: str, focus: str | None = None) -> str:
    def ask(tree: Tree) -> str:
        found = hover(tree.view, tree.path, tree.offset, focus)
        if found is None:
            return ""
        return "".join(p if isinstance(p, str) else f"[{p.text}]" for p in found.parts)

    return in_tree(folder, TREE + text, ask)


def test_a_setting_on_every_target(tmp_path: Path) -> None:
    text = LAYERS.replace('my.name = "b"', 'my.n$0ame = "b"')
    assert hovered(tmp_path, text) == (
        "**my.name** · string\n\n"
        "| on | value | from |\n|:--|:--|:--|\n"
        '| **alice@desk** | `"b"` | [alice@desk:2] |\n'
        '| alice | `"a"` | [alice:2] |\n\n'
        '- ~~`"a"`~~ [alice:2] — priority 1000 loses to 100 on alice@desk\n\n'
        "Who it is.\n\n"
        "declared in [modules/home:3]\n"
    )


def test_the_target_in_focus_comes_first(tmp_path: Path) -> None:
    text = LAYERS.replace('my.name = "b"', 'my.n$0ame = "b"')
    assert hovered(tmp_path, text, "alice").splitlines()[4].startswith("| **alice** |")


@pytest.mark.parametrize("read", ["config.my.n$0ame", "(config.my).n$0ame", "cfg.n$0ame"])
def test_reads_show_the_setting(tmp_path: Path, read: str) -> None:
    text = LAYERS.replace('"b"', '"b"; x.y = let cfg = config.my; in ' + read)
    assert '| **alice@desk** | `"b"` | [alice@desk:2] |' in hovered(tmp_path, text)


def test_a_value_that_is_not_known_says_why(tmp_path: Path) -> None:
    found = hovered(
        tmp_path, LAYERS.replace('"a"', "pkgs.hello.name").replace("name =", "na$0me =", 1)
    )
    assert "pkgs.hello.name` ?" in found
    assert "? not wholly known: " in found


def test_an_error_is_nix_message(tmp_path: Path) -> None:
    text = LAYERS.replace('lib.mkDefault "a"', "1").replace("name =", "na$0me =", 1)
    found = hovered(tmp_path, text)
    assert "error: A definition for option \\`my.name' is not of type \\`string'." in found


def test_sets_show_what_is_in_them(tmp_path: Path) -> None:
    text = LAYERS.replace("programs.git.enable", "programs.g$0it.enable")
    found = hovered(tmp_path, text)
    assert "| enable | `true` | [alice:2] |" in found
    assert "also on alice@desk" in found


def test_a_set_is_shown_on_a_target_that_defines_something_in_it(tmp_path: Path) -> None:
    text = """
    #- modules/home/default.nix
    {
      options.my.on = lib.mkOption { type = lib.types.bool; default = false; };
      options.my.box = lib.mkOption { type = lib.types.attrsOf lib.types.str; default = { }; };
      config = lib.mkIf config.my.on { my.bo$0x = { a = "b"; }; };
    }
    #- homes/alice/default.nix
    { }
    #- homes/bob/default.nix
    { my.on = true; }
    """
    found = hovered(tmp_path, text)
    assert "| on **bob** |" in found
    assert '| a | `"b"` | [modules/home:5] |' in found
    assert "not defined on alice" in found
    assert "| on **alice** |" in hovered(tmp_path, text, "alice")


def test_errors_name_files_as_they_are_in_the_flake(tmp_path: Path) -> None:
    text = LAYERS.replace("lib.mkDefault ", "").replace('my.name = "b"', 'my.n$0ame = "b"')
    found = hovered(tmp_path, text)
    assert '- In `./homes/alice@desk\': "b"' in found
    assert "/nix/store" not in found


def test_pipes_and_backticks_do_not_break_the_table(tmp_path: Path) -> None:
    text = LAYERS.replace('"b"', '"a|`b`"').replace('my.name = "a|', 'my.n$0ame = "a|')
    assert '| ``"a\\|`b`"`` |' in hovered(tmp_path, text)


def test_users_and_hosts_say_how_they_are_deployed(tmp_path: Path) -> None:
    text = LAYERS.replace('my.name = "b"', 'my.name = "b"; home.username = "al$0ice"')
    assert "`home-manager switch --flake .#alice` deploys alice" in hovered(tmp_path, text)
    text = LAYERS + '    #- systems/desk/default.nix\n    { networking.hostName = "de$0sk"; }\n'
    found = hovered(tmp_path, text)
    assert "`sudo nixos-rebuild switch --flake .#desk` deploys alice + alice@desk" in found
    assert found.rstrip().endswith("(x86_64-linux), `nixosConfigurations.desk`")


def test_a_phone_is_a_target_of_its_own(tmp_path: Path) -> None:
    droid = '    #- homes/alice@droid/default.nix\n    { my.na$0me = lib.mkForce "phone"; }\n'
    layers = LAYERS + '    #- flake.nix\n    { outputs = _: throw "no"; }\n'
    found = hovered(tmp_path, layers + droid)
    assert '| **alice@droid** | `"phone"` | [alice@droid:2] |' in found
    assert "priority 1000 loses to 50 on alice@droid" in found
    named = droid.replace("na$0me", "name").replace("{", '{ home.username = "al$0ice";', 1)
    assert (
        "`nix-on-droid switch --flake .#alice` deploys alice + alice@droid (aarch64-linux), "
        "`nixOnDroidConfigurations.alice`"
    ) in hovered(tmp_path, layers + named)


def test_paths_say_what_the_file_is(tmp_path: Path) -> None:
    text = LAYERS.replace('my.name = "b"', 'my.name = "b"; imports = [ ../al$0ice/more.nix ]')
    text += "    #- homes/alice/more.nix\n    { a.b.c = 1; }\n"
    assert hovered(tmp_path, text.replace("al$0ice/more.nix", "alice/mo$0re.nix")) == (
        "[**homes/alice/more.nix**] · base layer of alice\n\n"
        "defines `a.b`\n\n"
        "part of alice, alice@desk\n"
    )


def test_arguments_show_their_values(tmp_path: Path) -> None:
    text = """
    #- homes/alice/default.nix
    { lib, modulesPath, user$0 ? "me", ... }: { home.stateVersion = lib.mkDefault user; }
"""
    assert hovered(tmp_path, text) == '**user** · argument\n\n\nwithout it `"me"`\n'


def test_variables_show_what_they_are_bound_to(tmp_path: Path) -> None:
    text = """
    #- homes/alice/default.nix
    { x = let size = 2 * 3; in si$0ze; }
"""
    assert hovered(tmp_path, text) == "**size** = `2 * 3`\n\n"


IMPORTED = """
    #- homes/alice/default.nix
    { lib, ... }:
    let inherit (sets) colour; sets = import ./sets.nix; in
    { my.name = HERE; }
    #- homes/alice/sets.nix
    rec {
      colour = "🎉";
    }
"""


@pytest.mark.parametrize("read", ["colo$0ur", "sets.colo$0ur", "(import ./sets.nix).colo$0ur"])
def test_what_another_file_gives(tmp_path: Path, read: str) -> None:
    found = hovered(tmp_path, IMPORTED.replace("HERE", read))
    assert found == '**colour** = `"🎉"`\n\n[homes/alice/sets.nix:2]\n'


def test_a_function_that_a_with_around_it_brings_in(tmp_path: Path) -> None:
    text = """
    #- homes/alice/default.nix
    { my.name = with lib; types.null$0Or types.str; }
"""
    assert "nullOr" in hovered(tmp_path, text)


def test_a_path_that_is_added_to_an_argument_is_not_said_to_be_missing(tmp_path: Path) -> None:
    text = """
    #- homes/alice/default.nix
    { folder, ... }: { imports = [ (folder + /git$0.nix) ]; }
"""
    assert hovered(tmp_path, text) == ""


def test_nothing_on_blanks_and_numbers(tmp_path: Path) -> None:
    assert hovered(tmp_path, LAYERS.replace('"b"; }', '"b"; }$0 ')) == ""


def test_a_name_that_is_inherited_from_the_settings(tmp_path: Path) -> None:
    text = LAYERS.replace('"b"', '"b"; x.y = let inherit (config.my) name; in "${na$0me}"')
    assert hovered(tmp_path, text).startswith("**name** = `config.my.name`\n\n**my.name** · string")


FLAKE_WITH_INLINE_MODULES = """
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  inputs.home-manager.url = "github:nix-community/home-manager";
  outputs = { self, nixpkgs, home-manager, ... }: {
    homeConfigurations.zoe = home-manager.lib.homeManagerConfiguration {
      pkgs = nixpkgs.legacyPackages.x86_64-linux;
      modules = [ ./homes/zoe { HOMEhome.language.base = "🎉"; } ];
    };
    nixosConfigurations.box = nixpkgs.lib.nixosSystem {
      modules = [ ./systems/box home-manager.nixosModules.home-manager {
        SYSTEMnetworking.domain = "example.org";
        home-manager.users.zoe = { USERhome.language.base = "box"; };
      } ];
    };
    nixosConfigurations.bare = nixpkgs.lib.nixosSystem { modules = [ ./systems/bare ]; };
  };
}
#- homes/zoe/default.nix
{ }
#- systems/box/default.nix
{ }
#- systems/bare/default.nix
{ BAREnetworking.domain = "bare.org"; }
"""


@pytest.mark.parametrize(
    ("mark", "shown"),
    [
        ("HOME", ("home.language.base", '"🎉"', '"box"', "zoe@box")),
        ("USER", ("home.language.base", '"🎉"', '"box"', "zoe@box")),
        ("SYSTEM", ("networking.domain", "example.org", "bare.org", "box")),
        ("BARE", ("networking.domain", "example.org", "bare.org", "bare")),
    ],
)
def test_modules_within_the_flake_and_hosts_without_homes(
    mark: str, shown: tuple[str, ...]
) -> None:
    text = FLAKE_WITH_INLINE_MODULES.replace(mark, "XX")
    for other in ("HOME", "USER", "SYSTEM", "BARE"):
        text = text.replace(other, "")
    names = ("home.language.base", "networking.domain")
    for name in names:
        text = text.replace(f"XX{name}", name[:-2] + "$0" + name[-2:])
    found = asked(f"#- flake.nix\n{text.strip()}", lambda t: hover(t.view, t.path, t.offset))
    assert found is not None
    for each in shown:
        assert each in found.plain


def test_of_a_set_with_very_many_names_the_first_are_shown(tmp_path: Path) -> None:
    names = "".join(f"name{number} = {number}; " for number in range(3000))
    text = f"    #- homes/alice/default.nix\n    {{ home.session$0Variables = {{ {names}}}; }}\n"
    shown = hovered(tmp_path, text)
    assert "| name0 | `0` | [alice:2] |\n| name1 | `1` |" in shown
    assert "… and many more" in shown
    assert shown.count("| name") == 16


def test_tables_as_lists() -> None:
    text = (
        "**a.b**\n\n| on **alice** | value | from |\n|:--|:--|:--|\n"
        '| c | `"x \\| y"` | [alice:1](file:///a#L1), [the \\| b](file:///b#L2) |\n'
        "| d | 1 |  |\n\n… and many more\n"
    )
    assert without_tables(text) == (
        "**a.b**\n\non **alice**\n\n"
        '- c: `"x | y"` — [alice:1](file:///a#L1), [the | b](file:///b#L2)\n'
        "- d: 1\n\n… and many more\n"
    )
    plain = "| on | value | from |\n|:--|:--|:--|\n| **alice** | `1` | x |\n"
    assert without_tables(plain) == "- **alice**: `1` — x\n"
