"""A real Neovim for every test here. Where it cannot be had, the tests fail and say why."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.editors.nvim.nvim import REPOSITORY, Nvim
from tests.get_nvim import NvimUnavailable, get_nvim, get_oldest_nvim

HOMELAB = REPOSITORY / "examples/homelab"
Start = Callable[..., Nvim]


VERSIONS = ("named",) if "HMLS_NVIM" in os.environ else ("newest", "oldest")


@pytest.fixture(scope="session", params=VERSIONS)
def program(request: pytest.FixtureRequest) -> Path:
    try:
        if request.param == "oldest":
            return get_oldest_nvim(REPOSITORY / ".cache/nvim-oldest")
        return get_nvim(REPOSITORY / ".nvim")
    except NvimUnavailable as problem:
        pytest.fail(f"These tests need a real Neovim: {problem}", pytrace=False)


@pytest.fixture
def start(program: Path, tmp_path: Path) -> Iterator[Start]:
    """Start Neovims of this test's own."""
    running: list[Nvim] = []

    def begin(**options: object) -> Nvim:
        nvim = Nvim(program, tmp_path / f"nvim{len(running)}", **options)  # type: ignore[arg-type]
        running.append(nvim)
        return nvim

    yield begin
    for nvim in running:
        nvim.close()


@pytest.fixture(scope="module")
def homelab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("editors") / "homelab"
    shutil.copytree(HOMELAB, root)
    return root


@pytest.fixture(scope="module")
def shared(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nvim]:
    """One Neovim for the tests of a module."""
    nvim = Nvim(program, tmp_path_factory.mktemp("nvim") / "folder")
    yield nvim
    nvim.close()


@pytest.fixture
def nvim(shared: Nvim) -> Iterator[Nvim]:
    """The shared Neovim with empty buffers."""
    shared.type("<C-\\><C-N>")
    shared.lua("vim.cmd('silent! tabonly | silent! only') said, asked, answers = {}, {}, {}")
    yield shared
    shared.type("<C-\\><C-N>")
    shared.lua("vim.cmd('silent! tabonly! | silent! only! | silent! %bwipeout!')")
