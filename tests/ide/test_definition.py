"""Where things come from, over all layers."""

from __future__ import annotations

import pytest

from hmls.ide.definition import declaration, definition
from tests.ide.tree import ask, shown
from tests.trees import Tree


def defined(text: str) -> list[str]:
    def question(tree: Tree) -> list[str]:
        found = definition(tree.view, tree.path, tree.offset)
        return [] if found is None else shown(tree, found.places)

    return ask(text, question)


def declared(text: str) -> list[str]:
    def question(tree: Tree) -> list[str]:
        found = declaration(tree.view, tree.path, tree.offset)
        return [] if found is None else shown(tree, found.places)

    return ask(text, question)


LAYERS = """
    #- homes/alice/default.nix
    { lib, ... }: { programs.git.enable = lib.mkDefault false; }
    #- homes/alice@global/default.nix
    { programs.git = { enable = true; }; }
    #- homes/alice@workstation/default.nix
    { programs.git.en$0able = true; }
    #- modules/home/default.nix
    { lib, ... }: { config = lib.mkIf true { programs.git.enable = lib.mkOverride 900 true; }; }
    #- systems/workstation/default.nix
    { programs.git.enable = true; home-manager.users.alice.programs.git.enable = true; }
    #- homes/bob/default.nix
    { programs.git.enable = true; }
"""


def test_host_layer_comes_first() -> None:
    assert defined(LAYERS)[:4] == [
        "homes/alice@workstation/default.nix: programs.git.enable",
        "systems/workstation/default.nix: home-manager.users.alice.programs.git.enable",
        "homes/alice/default.nix: programs.git.enable",
        "modules/home/default.nix: programs.git.enable",
    ]


def test_the_winner_of_the_layers_target_comes_first() -> None:
    assert defined("""
        #- homes/alice/default.nix
        { lib, ... }: { home.username = lib.mkForce "🎉"; }
        #- homes/alice@global/default.nix
        { home.user$0name = "x"; }
        #- homes/alice@workstation/default.nix
        { home.username = "y"; }
    """) == [
        "homes/alice/default.nix: home.username",
        "homes/alice@global/default.nix: home.username",
        "homes/alice@workstation/default.nix: home.username",
    ]


def test_a_place_that_is_computed() -> None:
    assert defined("""
        #- homes/alice/default.nix
        { lib, config, ... }: {
          options.my = lib.mkOption { type = lib.types.attrsOf lib.types.int; };
          config.my = lib.listToAttrs [ { name = "a"; value = 1; } ];
          config.x = config.my.$0a;
        }
        #- homes/alice@global/default.nix
        { my = { "${"a"}" = 1; }; }
    """) == [
        'homes/alice@global/default.nix: "${"a"}"',
        "homes/alice/default.nix: value",
        "homes/alice/default.nix: config.my",
    ]


def test_what_a_system_says_of_a_home_counts_and_its_own_settings_do_not() -> None:
    found = defined(LAYERS)
    assert "systems/workstation/default.nix: programs.git.enable" not in found
    assert "systems/workstation/default.nix: home-manager.users.alice.programs.git.enable" in found


def test_other_users_do_not_count() -> None:
    assert not [place for place in defined(LAYERS) if "bob" in place]


def test_a_read_of_config() -> None:
    assert defined("""
        #- homes/alice/default.nix
        { config, ... }: { home.file.a.text = config.my.na$0me; }
        #- homes/alice@global/default.nix
        { my = { name = "🎉"; }; }
    """) == ["homes/alice@global/default.nix: name"]


def test_a_read_through_cfg() -> None:
    assert defined("""
        #- modules/home/default.nix
        { config, lib, ... }: let cfg = config.my; in {
          options.my.name = lib.mkOption { };
          config.home.file."🎉".text = cfg.na$0me;
        }
        #- homes/alice/default.nix
        { my.name = "x"; }
    """) == ["homes/alice/default.nix: my.name"]


def test_declaration_is_the_option() -> None:
    assert declared("""
        #- modules/home/default.nix
        { lib, ... }: { options.my = { name = lib.mkOption { }; }; }
        #- homes/alice/default.nix
        { my.na$0me = "x"; }
    """) == ["modules/home/default.nix: name"]


def test_declaration_of_a_part_of_a_submodule_is_its_own_option() -> None:
    assert declared("""
        #- modules/home/default.nix
        { lib, ... }: let job = lib.types.submodule { options.when = lib.mkOption { }; }; in {
          options.my.jobs = lib.mkOption { type = lib.types.attrsOf job; };
        }
        #- homes/alice/default.nix
        { my.jobs.backup.wh$0en = 3; }
    """) == ["modules/home/default.nix: options.when"]


def test_a_setting_that_nobody_defines_leads_to_its_option() -> None:
    assert defined("""
        #- modules/home/default.nix
        { config, lib, ... }: { options.my.name = lib.mkOption { default = 1; };
          config.a = config.my.na$0me; }
    """) == ["modules/home/default.nix: options.my.name"]


def test_a_set_leads_to_what_is_in_it() -> None:
    assert defined("""
        #- homes/alice/default.nix
        { programs.gi$0t.enable = true; }
        #- homes/alice@global/default.nix
        { programs.git.userName = "🎉"; programs.gitui.enable = true; }
    """) == [
        "homes/alice@global/default.nix: programs.git.userName",
        "homes/alice/default.nix: programs.git.enable",
    ]


def test_let() -> None:
    assert defined("""
        #- homes/alice/default.nix
        let name = "🎉"; in { home.file.a.text = na$0me; }
    """) == ["homes/alice/default.nix: name"]


def test_an_attribute_of_a_let() -> None:
    assert defined("""
        #- homes/alice/default.nix
        let colours = { red.dark = "🎉"; }; in { a = colours.red.da$0rk; }
    """) == ["homes/alice/default.nix: dark"]


def test_an_argument_leads_to_the_formal() -> None:
    assert defined("""
        #- homes/alice/default.nix
        { colour, ... }: { a = col$0our; }
    """) == ["homes/alice/default.nix: colour"]


def test_a_formal_leads_to_where_the_flake_passes_it() -> None:
    assert defined("""
        #- homes/alice/default.nix
        { col$0our, ... }: { a = colour; }
    """) == ["flake.nix: colour"]


def test_pkgs_leads_to_where_the_flake_passes_it() -> None:
    assert defined("""
        #- homes/alice/default.nix
        { pk$0gs, ... }: { }
    """) == ["flake.nix: pkgs"]


def test_a_formal_of_a_host_layer() -> None:
    assert defined("""
        #- homes/alice@workstation/default.nix
        { col$0our, ... }: { a = colour; }
    """) == ["flake.nix: colour"]


def test_a_formal_leads_to_the_import_that_gives_it() -> None:
    assert defined("""
        #- homes/alice/default.nix
        { pkgs, ... }: { home.packages = import ./packages.nix { inherit pkgs; extra = true; }; }
        #- homes/alice/packages.nix
        { pkgs, ex$0tra }: [ ]
    """) == ["homes/alice/default.nix: extra"]


def test_inherit_from_config() -> None:
    assert defined("""
        #- homes/alice/default.nix
        { config, ... }: let inherit (config.my) na$0me; in { a = name; }
        #- homes/alice@global/default.nix
        { my.name = 1; }
    """) == ["homes/alice@global/default.nix: my.name"]


def test_an_inherited_name_leads_past_the_inherit() -> None:
    assert defined("""
        #- homes/alice/default.nix
        { config, ... }: let inherit (config.my) name; in { a = na$0me; }
        #- homes/alice@global/default.nix
        { my.name = 1; }
    """) == ["homes/alice@global/default.nix: my.name"]


def test_plain_inherit() -> None:
    assert defined("""
        #- homes/alice/default.nix
        let text = "🎉"; in { home.file.a = { inherit te$0xt; }; }
    """) == ["homes/alice/default.nix: text"]


def test_with_a_set_of_the_file() -> None:
    assert defined("""
        #- homes/alice/default.nix
        let own = { tool = 1; }; in { home.packages = with own; [ to$0ol ]; }
    """) == ["homes/alice/default.nix: tool"]


IMPORTED = """
    #- homes/alice/default.nix
    { lib, pkgs, ... }:
    let
      inherit (import ../../lib/sets.nix { inherit lib; }) twice;
      sets = import ../../lib/sets.nix { inherit lib; };
      again = sets;
    in
    { home.file."🎉".text = HERE; }
    #- lib/sets.nix
    { lib }:
    let twice = n: n + n; in
    { inherit twice; inherit (import ./deeper.nix) third; colour.of = "red"; } // { second = 2; }
    #- lib/deeper.nix
    rec { third = 3; }
"""


@pytest.mark.parametrize(
    ("here", "places"),
    [
        ("tw$0ice", ["lib/sets.nix: twice"]),
        ("sets.tw$0ice 2", ["lib/sets.nix: twice"]),
        ("again.colour.o$0f", ["lib/sets.nix: of"]),
        ("with sets; col$0our", ["lib/sets.nix: colour"]),
        ("(import ../../lib/sets.nix { }).sec$0ond", ["lib/sets.nix: second"]),
        ("(pkgs.callPackage ../../lib/sets.nix { }).sec$0ond", ["lib/sets.nix: second"]),
        ("sets.thi$0rd", ["lib/deeper.nix: third"]),
        ("(import ../../lib/deeper.nix).thi$0rd", ["lib/deeper.nix: third"]),
        ("let inherit (sets) thi$0rd; in third", ["lib/deeper.nix: third"]),
        ("sets.fou$0rth", []),
    ],
)
def test_an_attribute_of_what_another_file_gives(here: str, places: list[str]) -> None:
    assert defined(IMPORTED.replace("HERE", here)) == places


def test_a_name_that_is_inherited_from_an_import() -> None:
    assert defined(IMPORTED.replace(") twice;", ") tw$0ice;")) == ["lib/sets.nix: twice"]


def test_an_attribute_that_a_with_around_it_brings_in() -> None:
    text = """
        #- homes/alice/default.nix
        { inputs, self, ... }: { imports = [ (with self; homeModules.SHELL) ]; }
        #- flake.nix
        {
          inputs.home-manager.url = "github:nix-community/home-manager";
          inputs.nixpkgs.url = "github:NixOS/nixpkgs";
          outputs = { self, nixpkgs, home-manager, ... }: {
            homeModules.shell = ./homes/alice/shell.nix;
            homeModules.made = { "🎉" = 1; };
            homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {
              pkgs = nixpkgs.legacyPackages.x86_64-linux;
              extraSpecialArgs = { inherit self; };
              modules = [ ./homes/alice ];
            };
          };
        }
        #- homes/alice/shell.nix
        { programs.zsh.enable = true; }
    """
    assert defined(text.replace("SHELL", "she$0ll")) == ["flake.nix: homeModules.shell"]
    assert defined(text.replace("SHELL", "ma$0de")) == ["flake.nix: homeModules.made"]


COMPUTED = """
    #- flake.nix
    {
      inputs.home-manager.url = "github:nix-community/home-manager";
      inputs.nixpkgs.url = "github:NixOS/nixpkgs";
      outputs = { self, nixpkgs, home-manager, ... }: {
        homeModules = nixpkgs.lib.genAttrs [ "file" "made" ] (name: import ./modules/${name}.nix);
        paths = nixpkgs.lib.genAttrs [ "file" ] (name: ./modules + "/${name}.nix");
        homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {
          pkgs = nixpkgs.legacyPackages.x86_64-linux;
          extraSpecialArgs = { inherit self; modules = ./modules; };
          modules = [ ./homes/alice ];
        };
      };
    }
    #- modules/file.nix
    { lib, ... }: { programs.zsh.enable = true; }
    #- modules/made.nix
    { lib, ... }: { "🎉" = 1; }
    #- homes/alice/default.nix
    { self, modules, ... }: { imports = [ HERE ]; }
"""


@pytest.mark.parametrize(
    ("here", "places"),
    [
        (
            "self.homeModules.fi$0le",
            ["modules/file.nix: { lib, ... }: { programs.zsh.enable = true; }"],
        ),
        ("self.paths.fi$0le", ["modules/file.nix"]),
        ("(modules + /fi$0le.nix)", ["modules/file.nix"]),
        ('(modules + "/fi$0le.nix")', ["modules/file.nix"]),
        ('"${modules}/fi$0le.nix"', ["modules/file.nix"]),
        ("(let here = ../../modules; in here + /fi$0le.nix)", ["modules/file.nix"]),
        ("(modules + /nothing$0.nix)", []),
        ("(unknown + /modules/fi$0le.nix)", []),
    ],
)
def test_a_name_or_a_path_that_is_computed(here: str, places: list[str]) -> None:
    assert defined(COMPUTED.replace("HERE", here)) == places


LOOSE = """
    #- flake.nix
    {
      inputs.home-manager.url = "github:nix-community/home-manager";
      inputs.nixpkgs.url = "github:NixOS/nixpkgs";
      outputs = { self, nixpkgs, home-manager, ... }: {
        homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {
          pkgs = nixpkgs.legacyPackages.x86_64-linux;
          modules = [ ./homes/alice ];
        };
      };
    }
    #- homes/alice/default.nix
    { }
    #- darwin/wallpaper.nix
    { lib, config, ... }: let cfg = config.my.wallpaper; in {
      options.my.wallpaper.enable = lib.mkOption { };
      config = lib.mkIf cfg.enable { };
    }
    #- darwin/default.nix
    { lib, ... }: { my.wallpaper.enable = true; environment.x = 1; }
"""


def test_an_option_of_modules_that_nothing_loads() -> None:
    read = LOOSE.replace("mkIf cfg.enable", "mkIf cfg.ena$0ble")
    assert defined(read) == ["darwin/default.nix: my.wallpaper.enable"]
    assert declared(read) == ["darwin/wallpaper.nix: options.my.wallpaper.enable"]
    written = LOOSE.replace("my.wallpaper.enable = true", "my.wallpaper.ena$0ble = true")
    assert declared(written) == ["darwin/wallpaper.nix: options.my.wallpaper.enable"]
    assert defined(LOOSE.replace("environment.x", "environment.x$0")) == []


def test_the_outputs_of_the_flake_that_modules_are_given() -> None:
    text = """
        #- homes/alice/default.nix
        { inputs, outputs, ... }: { a = READ.nixosConfigurations.workstation.config.my.por$0t; }
        #- systems/workstation/default.nix
        { lib, ... }: { options.my.port = lib.mkOption { }; config.my.port = 8080; }
    """
    for read in ("outputs", "inputs.self", "inputs.self.outputs"):
        place = "systems/workstation/default.nix: config.my.port"
        assert defined(text.replace("READ", read)) == [place]
    assert defined("""
        #- homes/alice/default.nix
        { inputs, ... }: { a = inputs.se$0lf; }
    """) == ["flake.nix: outputs"]


def test_an_import_of_a_file() -> None:
    assert defined("""
        #- homes/alice/default.nix
        { imports = [ ./gi$0t.nix ]; }
        #- homes/alice/git.nix
        { }
    """) == ["homes/alice/git.nix"]


def test_an_import_of_a_folder() -> None:
    assert defined("""
        #- homes/alice/default.nix
        { imports = [ ./shell$0 ]; }
        #- homes/alice/shell/default.nix
        { }
    """) == ["homes/alice/shell/default.nix"]


def test_a_path_made_of_a_string() -> None:
    assert defined("""
        #- homes/alice@workstation/default.nix
        { imports = [ (../. + "/alice/sh el$0l.nix") ]; }
        #- homes/alice/sh el'l $(x).nix
        { }
        #- homes/alice/sh ell.nix
        { }
    """) == ["homes/alice/sh ell.nix"]


def test_inputs() -> None:
    assert defined("""
        #- homes/alice/default.nix
        { inputs, ... }: { imports = [ inputs.home-ma$0nager.homeModules.x ]; }
    """) == ["flake.nix: inputs.home-manager.url"]


def test_an_own_library() -> None:
    assert defined("""
        #- flake.nix
        {
          inputs.home-manager.url = "github:nix-community/home-manager";
          outputs = { self, nixpkgs, home-manager, ... }: {
            lib.double = x: x + x;
            homeModules.default = ./modules/home;
            homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {
              pkgs = nixpkgs.legacyPackages.x86_64-linux;
              extraSpecialArgs = { inherit self; };
              modules = [ ./homes/alice ];
            };
          };
        }
        #- homes/alice/default.nix
        { self, ... }: { a = self.lib.dou$0ble 2; }
    """) == ["flake.nix: lib.double"]


def test_a_user_in_a_string() -> None:
    assert defined("""
        #- homes/alice/default.nix
        { home.username = "al$0ice"; }
        #- homes/alice/meta.nix
        { system = "x86_64-linux"; }
    """) == [
        "homes/alice/default.nix",
        "homes/alice@global/default.nix",
        "homes/alice@workstation/default.nix",
        "homes/alice/meta.nix",
    ]


def test_a_user_in_a_flake_reference() -> None:
    found = defined("""
        #- homes/alice/default.nix
        { home.shellAliases.up = "home-manager switch --flake ~/🎉#al$0ice"; }
    """)
    assert found[0] == "homes/alice/default.nix"


def test_a_host_in_a_comparison() -> None:
    assert defined("""
        #- homes/alice/default.nix
        { osConfig, lib, ... }: lib.mkIf (osConfig.networking.hostName == "work$0station") { }
    """) == ["systems/workstation/default.nix", "homes/alice@workstation/default.nix"]


def test_a_user_in_an_attribute() -> None:
    found = defined("""
        #- systems/workstation/default.nix
        { users.users.al$0ice.shell = "zsh"; }
    """)
    assert found[0] == "homes/alice/default.nix"


def test_a_host_in_a_layer_path() -> None:
    found = defined("""
        #- homes/alice/default.nix
        { imports = [ (../. + "/alice@work$0station") ]; }
    """)
    assert found[0] == "systems/workstation/default.nix"
