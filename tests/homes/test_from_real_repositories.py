"""Causes of wrong, missing or late answers that were first met in public repositories."""

from __future__ import annotations

import json
from pathlib import Path

from hmls.homes.catalogued import Catalogued
from hmls.homes.membership import home_files
from hmls.homes.settings import setting, settings
from hmls.homes.workspace import Views, Workspace
from hmls.ide.diagnostics import diagnose_all
from hmls.lang import store
from hmls.lang.show import brief_text, show
from hmls.lang.thread import run
from hmls.lang.values import Attrs, Cause, Unknown, UnknownChoice
from hmls.modules.evaluation import Evaluation
from tests.trees import Tree, in_tree, open_tree


def test_the_text_of_an_unknown_value_that_holds_itself_ends() -> None:
    held = Attrs()
    choice = UnknownChoice(Unknown("c", Cause("package", "not evaluated")), held, None)
    held["again"] = choice
    assert len(show(choice)) < 2000


def test_two_unknown_conditions_are_shown_only_when_asked(tmp_path: Path) -> None:
    """The text of the outer condition holds the value that it decides about."""
    text = """
        #- homes/alice/default.nix
        { options.my.set = lib.mkOption { default = { }; type = lib.types.attrsOf lib.types.int; };
          config.my.set = lib.mkIf (pkgs.x == config.my.set) (lib.mkIf pkgs.y { a = 1; }); }
    """

    def ask(tree: Tree) -> list[str]:
        return [".".join(s.path) for s in settings(tree.repository, tree.target("alice"))]

    assert "my.set.a" in in_tree(tmp_path, text, ask)


def test_a_file_encrypted_by_git_crypt_is_unknown_and_no_error(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        { imports = [ ./secrets.nix ];
          options.my.name = lib.mkOption { type = lib.types.str; };
          config.my.name = "alice"; }
        #- homes/alice/secrets.nix
        \0GITCRYPT\0 #
    """

    def ask(tree: Tree) -> tuple[object, list[str]]:
        target = tree.target("alice")
        found = setting(tree.repository, target, ("my", "name"))
        assert found is not None
        unread = tree.repository.evaluation(target).collected.unread
        return found.value, [each.unknown.text for each in unread]

    assert in_tree(tmp_path, text, ask, Catalogued()) == (
        "alice",
        ["./homes/alice/secrets.nix", "inputs.home-manager"],
    )


def test_a_renamed_option_that_only_a_false_condition_sets_is_not_defined(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        { programs.git = lib.mkIf false { enable = true; aliases.a = "add"; }; }
    """

    def ask(tree: Tree) -> dict[str, tuple[bool, str | None]]:
        found = settings(tree.repository, tree.target("alice"), ("programs",))
        return {".".join(s.path): (s.defined, s.error) for s in found}

    assert in_tree(tmp_path, text, ask, Catalogued())["programs.git.aliases.a"] == (False, None)


def test_a_text_is_found_out_once_and_again_only_for_more_room() -> None:
    made: list[int] = []

    def text() -> str:
        made.append(1)
        return show(["x" * 500] * 3, 10_000)

    unknown = Unknown(text, Cause("package", "not evaluated"))
    assert len(brief_text(unknown, 100)) < 700
    assert brief_text(unknown, 150) == brief_text(unknown, 100)
    assert len(unknown.text) > 1500
    assert brief_text(unknown, 100) == unknown.text
    assert len(made) == 2


def test_what_another_release_of_home_manager_refuses_is_unknown_and_no_error(
    tmp_path: Path,
) -> None:
    """The bundled table is of 2026; the lock below is of a release that has what it lacks."""
    text = """
        #- flake.lock
        { "nodes": { "root": { "inputs": { "home-manager": "hm", "nixpkgs": "np" } },
            "hm": { "locked": { "type": "github", "owner": "nix-community", "rev": "0",
              "repo": "home-manager", "lastModified": MODIFIED }, "original": {} },
            "np": { "locked": { "type": "github", "owner": "NixOS", "repo": "nixpkgs",
              "rev": "0", "lastModified": MODIFIED }, "original": {} } },
          "root": "root", "version": 7 }
        #- homes/alice/default.nix
        { options.home.uid = lib.mkOption { type = lib.types.int; };
          config = {
            home.uid = 1000;
            services.gpg-agent = { enable = true; pinentryFlavor = "qt"; };
            programs.firefox.profiles.a.extensions = [ 1 ];
          }; }
    """

    def ask(tree: Tree) -> dict[str, object]:
        found = settings(tree.repository, tree.target("alice"))
        answers = {".".join(s.path): s.value if s.known else s.error for s in found}
        codes = [d.code.name for d in diagnose_all(tree.view, tree.repository)]
        return {"codes": codes, "uid": answers["home.uid"], "errors": [
            path for path, value in answers.items() if isinstance(value, str) and "option" in value
        ]}  # fmt: skip

    old = text.replace("MODIFIED", "1700000000")
    assert in_tree(tmp_path / "old", old, ask, Catalogued()) == {
        "codes": [],
        "uid": 1000,
        "errors": [],
    }
    new = in_tree(tmp_path / "new", text.replace("MODIFIED", "1787400000"), ask, Catalogued())
    assert new["errors"]
    assert new["codes"]


def test_a_home_by_convention_is_given_the_library_of_the_flakes_other_homes(
    tmp_path: Path,
) -> None:
    text = """
        #- flake.nix
        { inputs.nixpkgs.url = "github:NixOS/nixpkgs";
          inputs.home-manager.url = "github:nix-community/home-manager";
          outputs = { nixpkgs, home-manager, secrets, ... }@inputs: {
            homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {
              pkgs = nixpkgs.legacyPackages.x86_64-linux;
              extraSpecialArgs = { inherit inputs; };
              lib = nixpkgs.lib.extend (self: super: { zoo.enabled = { enable = true; }; });
              modules = [ ./homes/alice ];
            };
            nixosConfigurations.desk = secrets.system;
          }; }
        #- homes/alice/default.nix
        { }
        #- homes/alice@desk/default.nix
        { lib, inputs, ... }: {
          options.my.lib = lib.mkOption { };
          config.my.lib = lib.zoo.enabled // { inputs = inputs ? nixpkgs; };
        }
    """

    def ask(tree: Tree) -> tuple[bool, dict[str, object], list[str]]:
        target = tree.target("alice@desk")
        found = {s.path[-1]: s.value for s in settings(tree.repository, target, ("my",))}
        said = [assumed.message for assumed in tree.repository.targets.assumptions]
        return target.by_convention is not None, found, said

    by_convention, found, said = in_tree(tmp_path, text, ask)
    assert by_convention
    assert found == {"enable": True, "inputs": True}
    assert "alice@desk is given inputs, lib, namespace, self as homeConfigurations.alice is" in said


def test_a_flake_of_parts_fails_on_a_part_that_is_missing(tmp_path: Path) -> None:
    text = """
        #- flake.nix
        { inputs.flake-parts.url = "github:hercules-ci/flake-parts";
          outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } {
            systems = [ ]; imports = [ ./parts/homes.nix ];
          }; }
        #- homes/alice/default.nix
        { }
    """

    def ask(tree: Tree) -> list[str]:
        return [store.readable(error.message) for error in tree.repository.targets.errors]

    assert in_tree(tmp_path, text, ask)[0] == "path './parts/homes.nix' does not exist"


def test_outputs_of_each_system_come_from_several_parts_and_from_per_system(
    tmp_path: Path,
) -> None:
    text = """
        #- flake.nix
        { inputs.flake-parts.url = "github:hercules-ci/flake-parts";
          inputs.home-manager.url = "github:nix-community/home-manager";
          inputs.nixpkgs.url = "github:NixOS/nixpkgs";
          outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } ({ self, ... }: {
            systems = [ "x86_64-linux" ];
            imports = [
              { flake.packages.x86_64-linux.one = "1"; }
              { flake.packages.x86_64-linux.two = "2"; }
            ];
            perSystem = { pkgs, ... }: { packages.three = pkgs.hello; };
            flake.homeConfigurations.alice = inputs.home-manager.lib.homeManagerConfiguration {
              pkgs = inputs.nixpkgs.legacyPackages.x86_64-linux;
              extraSpecialArgs = { inherit self; };
              modules = [ ./homes/alice ];
            };
          }); }
        #- homes/alice/default.nix
        { self, ... }: {
          home = { username = "alice"; homeDirectory = "/home/alice"; stateVersion = "24.11"; };
          home.sessionPath = builtins.attrValues { inherit (self.packages.x86_64-linux) one two; };
          home.packages = [ self.packages.x86_64-linux.three ];
        }
    """

    def ask(tree: Tree) -> tuple[list[object], list[str]]:
        view = tree.repository
        target = view.targets.items[0]
        found = [setting(view, target, ("home", name)) for name in ("sessionPath", "packages")]
        return [s and s.text for s in found], [s.error for s in found if s and s.error]

    texts, errors = in_tree(tmp_path, text, ask, Catalogued())
    assert errors == []
    assert texts[0] == '[ "1" "2" ]'
    assert "self.packages.x86_64-linux.three" in str(texts[1])


def test_a_module_by_its_file_in_an_input_is_told_by_the_name_of_the_input(
    tmp_path: Path,
) -> None:
    node = {"narHash": f"sha256-{'A' * 43}=", "type": "github", "owner": "a", "repo": "b"}
    nodes = {"root": {"inputs": {"hardware": "hardware"}}, "hardware": {"locked": node}}
    lock = json.dumps({"version": 7, "root": "root", "nodes": nodes})
    text = """
        #- flake.nix
        { inputs.home-manager.url = "github:nix-community/home-manager";
          inputs.nixpkgs.url = "github:NixOS/nixpkgs";
          inputs.hardware = { url = "github:a/b"; flake = false; };
          outputs = { nixpkgs, home-manager, hardware, ... }: {
            homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {
              pkgs = nixpkgs.legacyPackages.x86_64-linux;
              modules = [ ./homes/alice "${hardware}/common/pc" ];
            };
          }; }
        #- homes/alice/default.nix
        { news.display = "silent"; }
    """

    def ask(tree: Tree) -> tuple[str, ...]:
        repository = tree.repository
        found = setting(repository, repository.targets.items[0], ("news", "display"))
        assert found is not None
        return found.assumes

    (tmp_path / "flake.lock").write_text(lock)
    assert "hardware" in in_tree(tmp_path, text, ask, Catalogued())


def test_to_open_a_file_as_it_is_on_disk_keeps_every_value(tmp_path: Path) -> None:
    text = """
        #- homes/alice/default.nix
        { home.packages = [ ]; }
    """

    def ask() -> list[bool]:
        tree = open_tree(tmp_path, text)
        workspace = Workspace()
        workspace.set_folders([tree.root])
        views, kept = Views(workspace), []
        content = Path(tree.path).read_bytes()

        def evaluation() -> Evaluation:
            repository = next(iter(views.newest().repositories.values()))
            target = next(t for t in repository.targets.items if t.name == "alice")
            files = home_files(repository, target)
            assert files is home_files(repository, target)
            return repository.evaluation(target)

        for change in (
            lambda: workspace.open(tree.path, content),
            lambda: workspace.close(tree.path),
            lambda: workspace.open(tree.path, content + b"\n"),
        ):
            before = evaluation()
            change()
            kept.append(evaluation() is before)
        return kept

    assert run(ask) == [True, True, False]


def test_a_library_without_home_managers_own_part_is_an_error_of_every_setting(
    tmp_path: Path,
) -> None:
    """Home Manager's modules read `lib.hm` of the library that a home's special arguments give."""
    text = """
        #- flake.nix
        { inputs.home-manager.url = "github:nix-community/home-manager";
          inputs.nixpkgs.url = "github:NixOS/nixpkgs";
          outputs = { nixpkgs, home-manager, ... }: {
            homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {
              pkgs = nixpkgs.legacyPackages.x86_64-linux;
              extraSpecialArgs.lib = nixpkgs.lib;
              modules = [ ./homes/alice ];
            };
            nixosConfigurations.desk = nixpkgs.lib.nixosSystem {
              system = "x86_64-linux";
              modules = [
                home-manager.nixosModules.home-manager
                { home-manager.extraSpecialArgs.lib = { inherit (nixpkgs.lib) mkOption; };
                  home-manager.users.alice = ./homes/alice; }
              ];
            };
            nixosConfigurations.pi = nixpkgs.lib.nixosSystem {
              system = "x86_64-linux";
              modules = [
                home-manager.nixosModules.home-manager
                { home-manager.extraSpecialArgs.lib = nixpkgs.lib // home-manager.lib;
                  home-manager.users.alice = ./homes/alice; }
              ];
            };
          }; }
        #- homes/alice/default.nix
        { lib, ... }: { options.my.name = lib.mkOption { }; config.my.name = "alice"; }
    """

    def ask(tree: Tree, name: str) -> object:
        found = setting(tree.repository, tree.target(name), ("my", "name"))
        return found and (found.error or found.value)

    def all_of(tree: Tree) -> list[object]:
        return [ask(tree, name) for name in ("alice", "alice@desk", "alice@pi")]

    missing = "attribute 'hm' missing"
    assert in_tree(tmp_path, text, all_of) == [missing, missing, "alice"]


def test_what_the_table_does_not_declare_is_not_known(tmp_path: Path) -> None:
    """Nix refuses it, or it has the type and `apply` of a release that is not known here."""
    text = """
        #- homes/alice/default.nix
        { my.undeclared = 3; programs.git.enable = true; }
    """

    def ask(tree: Tree) -> dict[str, tuple[bool, str]]:
        found = settings(tree.repository, tree.target("alice"))
        return {s.path[-1]: (s.known, s.text) for s in found if s.path[0] in ("my", "programs")}

    assert in_tree(tmp_path, text, ask, Catalogued()) == {
        "undeclared": (False, "3"),
        "enable": (True, "true"),
    }
