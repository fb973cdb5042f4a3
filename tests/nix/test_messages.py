"""Nix's messages in `hmls show --json`, word for word: with the store path of the flake in them."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from click.testing import CliRunner

from hmls.cli import main
from tests.nix.lab import SYSTEM, Lab
from tests.standins.homelab import HERE
from tests.support import write_files

FLAKE = """
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  inputs.home-manager.url = "github:nix-community/home-manager";
  inputs.home-manager.inputs.nixpkgs.follows = "nixpkgs";
  outputs = { nixpkgs, home-manager, ... }: {
    homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {
      pkgs = nixpkgs.legacyPackages.SYSTEM;
      modules = [ ./homes/alice ];
    };
  };
}
""".replace("SYSTEM", SYSTEM)
HOME = """
{ lib, ... }: {
  imports = [ ./other.nix ];
  config.home = { username = "alice"; homeDirectory = "/home/alice"; stateVersion = "24.11"; };
  options.my.font = lib.mkOption { type = lib.types.int; };
  config.my.font = 11;
  options.my.text = lib.mkOption { type = lib.types.str; };
  config.my.text = builtins.readFile ./nothing;
}
"""
FILES = {
    "flake.nix": FLAKE,
    "homes/alice/default.nix": HOME,
    "homes/alice/other.nix": "{ my.font = 12; }",
    "homes/alice/🎉 b.txt": "x",
    "homes/alice.txt": "sorts before alice/",
    "empty/ignored/file.log": "",
    ".gitignore": "*.log\n",
}


@pytest.mark.parametrize("path", ["my.font", "my.text"])
@pytest.mark.parametrize("below", ["", "machines/flake/"])
def test_errors_name_the_files_as_nix_does(lab: Lab, below: str, path: str) -> None:
    write_files(str(lab.root), {below + name: text for name, text in FILES.items()})
    (lab.root / "run").write_text("#!/bin/sh")
    (lab.root / "run").chmod(0o755)
    (lab.root / "link").symlink_to("🎉/nowhere")
    lab.track()
    (lab.root / below / "untracked.log").write_text("")
    output = f"git+file://{lab.root}?dir={below}#homeConfigurations.alice.config.{path}"
    said = _error(lab, "eval", "--json", output)
    result = CliRunner().invoke(
        main, ["show", "alice", path, "--flake", str(lab.root / below), "--json"]
    )
    (option,) = json.loads(result.stdout)["options"]
    # The library that stands for nixpkgs' says no values.
    assert re.sub(r"': \d+\n", "'\n", option["error"]).strip() == said


def _error(lab: Lab, *arguments: str) -> str:
    """Nix's message, which names files as in a store at /nix/store."""
    environ = {
        k: v for k, v in lab.full_environ.items() if not k.endswith(("STORE_DIR", "STATE_DIR"))
    }
    inputs = [
        word
        for name in ("home-manager", "nixpkgs")
        for word in ("--override-input", name, f"path:{HERE / name}")
    ]
    store = f"local?root={lab.folder / 'root'}"
    command = ["nix", "--store", store, *arguments, "--offline", "--no-write-lock-file", *inputs]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    message = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr).rpartition("error: ")[2]
    return re.sub(r"^ {7}", "", message, flags=re.MULTILINE).strip()
