"""The example is a true flake: its lock is complete, its outputs evaluate, its values are known."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.standins.homelab import EXPECTED, HERE, HOMELAB, INPUTS, Nix, answers

STANDINS = {name: HERE / name for name in INPUTS}


def libraries() -> list[Path]:
    """Our own library, and the real one of nixpkgs where HMLS_NIXPKGS_LIB names it."""
    real = os.environ.get("HMLS_NIXPKGS_LIB")
    return [HERE / "nixpkgs/lib", *([Path(real)] if real else [])]


@pytest.fixture
def environ(nix_environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """With a home, since what Nix caches there belongs to one store."""
    return {**nix_environ, "HOME": str(tmp_path)}


@pytest.fixture
def nix(environ: dict[str, str]) -> Nix:
    return Nix("nix", environ)


@pytest.mark.parametrize("library", libraries(), ids=str)
def test_the_values_are_those_recorded(environ: dict[str, str], library: Path) -> None:
    inputs = {**STANDINS, "nixpkgs/library": library}
    found = answers(Nix("nix", environ, inputs))
    assert found == json.loads(EXPECTED.read_text(encoding="utf-8"))


def test_the_outputs_are_those_of_the_folders(nix: Nix) -> None:
    outputs = json.loads(nix.run("flake", "show", "--json", f"path:{HOMELAB}"))
    assert sorted(outputs) == [
        "formatter",
        "homeConfigurations",
        "homeModules",
        "nixOnDroidConfigurations",
        "nixosConfigurations",
        "nixosModules",
    ]
    assert sorted(outputs["nixosConfigurations"]) == ["laptop", "pi", "workstation"]
    names = "builtins.attrNames"
    assert nix.evaluate(HOMELAB, "homeConfigurations", names) == ["alice", "bob", "carol"]
    assert nix.evaluate(HOMELAB, "nixOnDroidConfigurations", names) == ["alice"]


def test_the_flake_passes_nix_own_check(nix: Nix) -> None:
    nix.run("flake", "check", "--no-build", f"path:{HOMELAB}")


def test_a_home_builds(nix: Nix) -> None:
    reference = f"path:{HOMELAB}#homeConfigurations.alice.activationPackage"
    path = nix.run("build", "--no-link", "--print-out-paths", reference).strip()
    assert json.loads(Path(path).read_text())["username"] == "alice"


def test_the_lock_is_complete(environ: dict[str, str], tmp_path: Path) -> None:
    """Nix finds every input there, offline and with no stand-in, and has nothing to change."""
    flake = tmp_path / "homelab"
    shutil.copytree(HOMELAB, flake)
    metadata = Nix("nix", environ, inputs={}).run("flake", "metadata", "--json", f"path:{flake}")
    assert json.loads(metadata)["locks"] == json.loads((HOMELAB / "flake.lock").read_text())
