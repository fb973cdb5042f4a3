"""A real Nix for every test here. Where it cannot be had, the tests fail and say why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.get_nix import NixUnavailable, get_nix, works
from tests.nix.lab import Lab

REPOSITORY = Path(__file__).parents[2]


def find_nix() -> Path:
    """The folder with the `nix` program: HMLS_NIX, or one that is fetched once into .nix."""
    named = os.environ.get("HMLS_NIX")
    if named is None:
        return get_nix(REPOSITORY / ".nix")
    for folder in (Path(named), Path(named, "bin")):
        if works(folder / "nix"):
            return folder
    raise NixUnavailable(f"HMLS_NIX is {named}, and there is no `nix` that runs")


@pytest.fixture(scope="session")
def nix_environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a machine with Nix and a store of its own."""
    try:
        folder = find_nix()
    except NixUnavailable as problem:
        pytest.fail(f"These tests need a real Nix: {problem}", pytrace=False)
    store = tmp_path_factory.mktemp("nix")
    kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "PATH": f"{folder}:/usr/bin:/bin",
        "NIX_STORE_DIR": str(store / "store"),
        "NIX_STATE_DIR": str(store / "var"),
        "NIX_LOG_DIR": str(store / "log"),
    }


@pytest.fixture
def lab(tmp_path: Path, nix_environ: dict[str, str]) -> Lab:
    return Lab(tmp_path / "lab", nix_environ, nix_environ["NIX_STATE_DIR"])
