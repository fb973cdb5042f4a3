"""A real Nix for every test here. Where it cannot be had, the tests fail and say why."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.get_nix import NixUnavailable, get_nix, works
from tests.nix.lab import Lab

REPOSITORY = Path(__file__).parents[2]
OLD_SUITE = "bookworm"
"""Debian's stable of 2023, with Nix 2.8: as old as what people still have."""


@pytest.fixture(scope="session")
def nix_environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a machine with Nix and a store of its own."""
    return _environ("HMLS_NIX", REPOSITORY / ".nix", (), tmp_path_factory.mktemp("nix"))


@pytest.fixture(scope="session")
def old_nix_environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The same with the oldest Nix that is deployed with."""
    folder = REPOSITORY / ".cache/old-nix"
    return _environ("HMLS_OLD_NIX", folder, (OLD_SUITE,), tmp_path_factory.mktemp("old-nix"))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users may pass through; pytest's own are closed to them."""
    with tempfile.TemporaryDirectory(prefix="hmls-", ignore_cleanup_errors=True) as name:
        os.chmod(name, 0o755)
        yield Path(name)


@pytest.fixture
def lab(tmp_path: Path, nix_environ: dict[str, str]) -> Lab:
    return Lab(tmp_path / "lab", nix_environ, nix_environ["NIX_STATE_DIR"])


@pytest.fixture
def old_lab(tmp_path: Path, old_nix_environ: dict[str, str]) -> Lab:
    return Lab(tmp_path / "lab", old_nix_environ, old_nix_environ["NIX_STATE_DIR"])


def _environ(variable: str, fetched: Path, suite: tuple[str, ...], store: Path) -> dict[str, str]:
    try:
        folder = _find_nix(variable, fetched, suite)
    except NixUnavailable as problem:
        pytest.fail(f"These tests need a real Nix: {problem}", pytrace=False)
    kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "PATH": f"{folder}:/usr/bin:/bin",
        "NIX_STORE_DIR": str(store / "store"),
        "NIX_STATE_DIR": str(store / "var"),
        "NIX_LOG_DIR": str(store / "log"),
    }


def _find_nix(variable: str, fetched: Path, suite: tuple[str, ...]) -> Path:
    """The folder with the `nix` program: as the variable says, or one that is fetched once."""
    named = os.environ.get(variable)
    if named is None:
        return get_nix(fetched, *suite)
    for folder in (Path(named), Path(named, "bin")):
        if works(folder / "nix"):
            return folder
    raise NixUnavailable(f"{variable} is {named}, and there is no `nix` that runs")
