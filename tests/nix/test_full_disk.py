"""A disk that is really full: a small one of its own, with the store, the home and the records."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hmls.deploy import plan
from hmls.deploy.outcome import Done, Failed, NotRun
from hmls.deploy.session import interrupted
from hmls.deploy.ui import Question
from tests.nix.lab import Lab, User

SIZE_MIB = 24


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few MiB, for root or whoever may become root unasked."""
    folder = tmp_path / "disk"
    folder.mkdir()
    asroot = [] if os.geteuid() == 0 else ["sudo", "-n"]
    options = f"size={SIZE_MIB}m,mode=0755,uid={os.geteuid()}"
    command = [*asroot, "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run([*asroot, "umount", str(folder)], check=True)


@pytest.fixture
def lab(disk: Path, nix_environ: dict[str, str]) -> Lab:
    environ = {**nix_environ, "TMPDIR": str(disk)}
    for variable, name in (("STORE", "store"), ("STATE", "var"), ("LOG", "log")):
        environ[f"NIX_{variable}_DIR"] = str(disk / name)
    return Lab(disk / "lab", environ, environ["NIX_STATE_DIR"])


def fill(folder: Path) -> None:
    """Write until nothing more can be written."""
    with (folder / "filler").open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def make_room(lab: Lab) -> None:
    (lab.folder / "filler").unlink()


class Filling(User):
    """A user whose disk is full when the first question is answered."""

    def __init__(self, lab: Lab) -> None:
        super().__init__()
        self.lab = lab

    async def confirm(self, question: Question) -> bool:
        if question.kind == "start":
            fill(self.lab.folder)
        return True


async def test_a_disk_that_is_full_before_anything_is_built(lab: Lab) -> None:
    lab.set_home('{ files.a = "1"; }')
    assert isinstance(await lab.deploy(plan.switch), Done)
    lab.set_home('{ files.a = "2"; }')
    outcome = await lab.deploy(plan.switch, Filling(lab))
    assert isinstance(outcome, Failed)
    assert f"The disk is full that holds {lab.environ['NIX_STORE_DIR']} and " in outcome.text
    assert outcome.moved is None
    assert isinstance(await lab.deploy(plan.switch), Failed | NotRun)
    make_room(lab)
    assert (lab.home / "a").read_text() == "1"
    assert await interrupted(str(lab.root), await lab.around()) is None
    assert isinstance(await lab.deploy(plan.switch), Done)
    assert (lab.home / "a").read_text() == "2"


async def test_a_disk_that_fills_during_the_activation(lab: Lab) -> None:
    lab.set_home('{ files.a = "1"; }')
    assert isinstance(await lab.deploy(plan.switch), Done)
    pipe = lab.home / ".half-way"
    os.mkfifo(pipe)
    lab.set_home('{ files.a = "2"; }')
    ui = User()
    task = asyncio.create_task(lab.deploy(plan.switch, ui))
    await ui.sees("Activating halfWay")
    fill(lab.folder)
    await asyncio.to_thread(pipe.write_text, "on")
    outcome = await task
    assert isinstance(outcome, Failed)
    assert "The disk is full that holds " in outcome.text
    assert outcome.moved is not None
    assert outcome.moved.before is not None
    assert f"The way back: {outcome.moved.before}/activate" in outcome.text
    make_room(lab)
    pipe.unlink()
    assert await interrupted(str(lab.root), await lab.around()) is None
    assert isinstance(await lab.deploy(plan.switch), Done)
    assert (lab.home / "a").read_text() == "2"


async def test_a_disk_with_the_cache_of_nix_alone(
    disk: Path, tmp_path: Path, nix_environ: dict[str, str]
) -> None:
    cache = disk / "lab"
    cache.mkdir()
    lab = Lab(tmp_path / "lab", nix_environ, nix_environ["NIX_STATE_DIR"])
    lab.environ["XDG_CACHE_HOME"] = str(cache)
    lab.set_home('{ files.a = "🎉"; }')
    fill(cache)
    outcome = await lab.deploy(plan.switch)
    assert isinstance(outcome, Failed)
    assert f"The disk is full that holds {cache}." in outcome.text
    assert not (lab.home / "a").exists()
    (cache / "filler").unlink()
    assert isinstance(await lab.deploy(plan.switch), Done)
