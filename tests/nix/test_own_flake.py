"""Our own flake.nix, evaluated by real Nix with a stand-in for nixpkgs.

What is not verified here: that nixpkgs' packages of our dependencies are new enough, that they
build, and that `checks` passes in a sandbox.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hmls import __version__
from tests.standins.homelab import HERE, Nix

ROOT = Path(__file__).parents[2]
SYSTEM = "x86_64-linux"
PARTS = (
    "flake.nix",
    "nix",
    "hmls",
    "examples",
    "editors/nvim",
    "pyproject.toml",
    "README.md",
    "LICENSE",
)
USER_OF_THE_MODULE = """
{
  inputs.nixpkgs.url = "nixpkgs";
  inputs.hmls.url = "hmls";
  inputs.hmls.inputs.nixpkgs.follows = "nixpkgs";
  outputs = { nixpkgs, hmls, ... }:
    let
      pkgs = nixpkgs.legacyPackages.x86_64-linux;
      inherit (nixpkgs) lib;
      # Those options of Home Manager that the module writes to.
      any = lib.mkOption { type = lib.types.attrsOf lib.types.anything; default = { }; };
      options = {
        home.packages = lib.mkOption { type = lib.types.listOf lib.types.raw; default = [ ]; };
        programs = lib.genAttrs [ "neovim" "helix" "vscode" "emacs" ] (_: any);
      };
      newer = options // {
        programs = options.programs // {
          neovim.initLua = lib.mkOption { type = lib.types.lines; default = ""; };
          vscodium = any;
        };
      };
      homeOf = options: settings:
        let
          inherit (lib.evalModules {
            specialArgs = { inherit pkgs; };
            modules = [
              { inherit options; }
              hmls.homeManagerModules.default
              { programs.hmls = settings; }
            ];
          }) config;
        in {
          programs = builtins.removeAttrs config.programs [ "hmls" ];
          packages = map (package: package.name) config.home.packages;
        };
    in {
      homeWith = homeOf options;
      newerHomeWith = homeOf newer;
    };
}
"""


def libraries() -> list[Path]:
    """Our own library, and the real one of nixpkgs where HMLS_NIXPKGS_LIB names it."""
    real = os.environ.get("HMLS_NIXPKGS_LIB")
    return [HERE / "nixpkgs/lib", *([Path(real)] if real else [])]


@pytest.fixture(params=libraries(), ids=str)
def flake(request: pytest.FixtureRequest, tmp_path: Path, nix_environ: dict[str, str]) -> Flake:
    root = tmp_path / "hmls"
    for part in PARTS:
        source, copy = ROOT / part, root / part
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, copy)
    (root / "editors/nvim").mkdir(parents=True, exist_ok=True)
    stand_in = Path(__file__).parent / "stand_in_for_nixpkgs"
    inputs = {"nixpkgs": stand_in, "nixpkgs/library": request.param}
    return Flake(root, Nix("nix", {**nix_environ, "HOME": str(tmp_path)}, inputs))


class Flake:
    """A copy of ours, and questions to it."""

    def __init__(self, root: Path, nix: Nix) -> None:
        self._root, self._nix = root, nix

    def evaluate(self, output: str, function: str) -> Any:
        return self._nix.evaluate(self._root, output, function)

    def home_with(self, settings: str, home: str = "homeWith") -> Any:
        """What our module writes into a home, with settings of `programs.hmls`."""
        user = self._root.parent / "user"
        user.mkdir()
        (user / "flake.nix").write_text(USER_OF_THE_MODULE)
        nix = replace(self._nix, inputs={"hmls": self._root, **self._nix.inputs})
        return nix.evaluate(user, home, f"home: home {settings}")


def test_the_package_has_what_pyproject_names(flake: Flake) -> None:
    package = flake.evaluate(
        f"packages.{SYSTEM}.default",
        """p: {
          inherit (p) version pyproject;
          inherit (p.meta) mainProgram;
          names = map (d: d.pname or d.name) p.dependencies;
          build = map (d: d.name) p.build-system;
        }""",
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = sorted(name.split(">")[0].split("=")[0] for name in project["dependencies"])
    assert sorted(package["names"]) == wanted
    assert package["version"] == __version__
    assert (package["pyproject"], package["mainProgram"]) == (True, "hmls")
    assert package["build"] == ["hatchling"]


def test_every_output_is_there(flake: Flake) -> None:
    apps = flake.evaluate(f"apps.{SYSTEM}", "builtins.mapAttrs (_: app: app.program)")
    assert apps["default"].endswith(f"hmls-{__version__}/bin/hmls")
    assert set(apps) == {"default", "demo"}
    assert flake.evaluate(f"devShells.{SYSTEM}.default", "s: map (p: p.name) s.packages")
    checks = flake.evaluate(f"checks.{SYSTEM}", "c: c.example.script")
    assert "/bin/hmls check " in checks
    assert flake.evaluate("overlays.default", "o: builtins.attrNames (o { } { })") == ["hmls"]
    assert flake.evaluate("homeModules", "builtins.attrNames") == ["default"]


def test_the_module_does_nothing_unasked(flake: Flake) -> None:
    home = flake.home_with("{ neovim.enable = true; helix.enable = true; }")
    nothing: dict[str, object] = {}
    assert home["packages"] == []
    assert home["programs"] == dict.fromkeys(("emacs", "helix", "neovim", "vscode"), nothing)


def test_the_module_tells_the_editors(flake: Flake) -> None:
    home = flake.home_with("""{
      enable = true;
      settings = {
        target = "alice@laptop";
        features.hover = false;
        deploy.targetHosts."laptop.lan" = "root@laptop.lan";
      };
      neovim.enable = true;
      helix = { enable = true; otherServers = [ "nil" ]; };
      vscode.enable = true;
      emacs.enable = true;
    }""")
    programs = home["programs"]
    server = f"/store/hmls-{__version__}/bin/hmls"
    assert home["packages"] == [f"hmls-{__version__}"]
    assert 'vim.lsp.enable("hmls")' in programs["neovim"]["extraLuaConfig"]
    assert server in programs["neovim"]["extraLuaConfig"]
    assert "alice@laptop" in programs["neovim"]["extraLuaConfig"]
    languages = programs["helix"]["languages"]
    assert languages["language-server"]["hmls"]["command"] == server
    assert languages["language"] == [{"name": "nix", "language-servers": ["hmls", "nil"]}]
    assert programs["vscode"]["profiles"]["default"]["userSettings"] == {
        "hmls.server.path": server,
        "hmls.target": "alice@laptop",
        "hmls.features.hover": False,
        "hmls.deploy.targetHosts": {"laptop.lan": "root@laptop.lan"},
    }
    assert f'("{server}")' in programs["emacs"]["extraConfig"]


def test_the_module_uses_the_name_that_neovim_s_option_has_now(flake: Flake) -> None:
    home = flake.home_with("{ enable = true; neovim.enable = true; }", "newerHomeWith")
    assert list(home["programs"]["neovim"]) == ["initLua"]
    assert 'vim.lsp.enable("hmls")' in home["programs"]["neovim"]["initLua"]


@pytest.mark.parametrize(
    ("home_manager", "editor"), [("homeWith", "vscode"), ("newerHomeWith", "vscodium")]
)
def test_vscodium_has_options_of_its_own_in_newer_ones(
    flake: Flake, home_manager: str, editor: str
) -> None:
    programs = flake.home_with("{ enable = true; vscodium.enable = true; }", home_manager)[
        "programs"
    ]
    settings = programs.pop(editor)["profiles"]["default"]["userSettings"]
    assert list(settings) == ["hmls.server.path"]
    assert not any(programs[name] for name in programs if name.startswith("vscod"))


def test_hmls_finds_no_fault_with_it(flake: Flake) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hmls", "check", str(ROOT), "--json"],
        capture_output=True,
        check=False,
        cwd=ROOT,
    )
    problems = json.loads(done.stdout)["diagnostics"] if done.stdout else []
    ours = ("flake.nix", "nix/")
    assert [problem for problem in problems if problem["file"].startswith(ours)] == []
