"""Cancelling, crashing, a full disk, a Nix that goes away: nothing is left, and all is told."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hmls.deploy import plan
from hmls.deploy.lock import Lock, lock_path, take
from hmls.deploy.outcome import Done, Failed, NotRun
from hmls.deploy.process import group_lives
from hmls.deploy.session import interrupted
from hmls.deploy.tools import which
from hmls.deploy.ui import Question
from tests.nix.lab import SYSTEM, Lab, User

NIX_NAMES = ("nix", "nix-env", "nix-store")
SLOW = """
{
  files.slow = builtins.readFile (derivation {
    name = "slow";
    system = "@system@";
    builder = "/bin/sh";
    PATH = "/usr/bin:/bin";
    args = [ "-c" "echo begun; exec sleep @seconds@" ];
  });
}
"""


def slow(lab: Lab) -> str:
    """A home that takes for ever; the seconds tell its process from those of other tests."""
    seconds = 10_000_000 + os.getpid()
    lab.set_home(SLOW.replace("@system@", SYSTEM).replace("@seconds@", str(seconds)))
    return str(seconds)


def sleepers(seconds: str) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[:2] == [b"sleep", seconds.encode()]:
            found.append(entry.name)
    return found


async def builds(seconds: str) -> None:
    """Wait until the builder's sleep runs: what it says before may arrive before that."""
    async with asyncio.timeout(60):
        while not sleepers(seconds):
            await asyncio.sleep(0.01)


def is_free(lab: Lab) -> bool:
    lock = take(lab.machine.state_folder, str(lab.root))
    if isinstance(lock, Lock):
        lock.free()
    return isinstance(lock, Lock)


async def test_cancelling_a_build_leaves_no_process_and_no_lock(lab: Lab) -> None:
    seconds = slow(lab)
    ui = User()
    task = asyncio.create_task(lab.deploy(plan.build, ui))
    await ui.sees("begun")
    await builds(seconds)
    assert not is_free(lab)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sleepers(seconds) == []
    assert lab.processes() == []
    assert is_free(lab)
    assert list(Path(lab.machine.state_folder, "deploy").iterdir()) == []
    assert ui.notes == ["Build alice was cancelled during “Build alice”. Nothing was activated."]


async def test_a_second_deployment_is_refused(lab: Lab) -> None:
    slow(lab)
    ui = User()
    task = asyncio.create_task(lab.deploy(plan.build, ui))
    await ui.sees("begun")
    second = await lab.deploy(plan.build)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert isinstance(second, NotRun)
    assert (second.why, "“Build alice” is running since" in second.text) == ("busy", True)


async def test_cancelling_half_way_through_an_activation_tells_the_way_back(lab: Lab) -> None:
    lab.set_home('{ files.a = "1"; }')
    assert isinstance(await lab.deploy(plan.switch), Done)
    os.mkfifo(lab.home / ".half-way")
    lab.set_home('{ files.a = "2"; }')
    ui = User()
    task = asyncio.create_task(lab.deploy(plan.switch, ui))
    await ui.sees("Activating halfWay")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "which is not fully activated. The way back: " in ui.notes[0]
    assert ui.notes[0].endswith("-home-manager-generation/activate")
    assert lab.processes() == []
    assert is_free(lab)


async def test_an_activation_that_fails_after_the_profile_moved(lab: Lab) -> None:
    lab.set_home('{ files.a = "1"; }')
    assert isinstance(await lab.deploy(plan.switch), Done)
    lab.set_home('{ files.a = "2"; failsLate = true; }')
    outcome = await lab.deploy(plan.switch)
    assert isinstance(outcome, Failed)
    assert outcome.code == 3
    assert outcome.moved is not None
    assert outcome.moved.before is not None
    assert f"The way back: {outcome.moved.before}/activate" in outcome.text
    assert (lab.home / "a").read_text() == "2"


async def test_the_second_minute_after_an_activation_that_failed(lab: Lab) -> None:
    """A preview says that files may be in place; a rollback or the mended home ends that."""
    lab.set_home('{ files.a = "1"; }')
    assert isinstance(await lab.deploy(plan.switch), Done)
    lab.set_home('{ files.a = "2"; failsLate = true; }')
    assert isinstance(await lab.deploy(plan.switch), Failed)
    ui = User()
    assert isinstance(await lab.deploy(plan.preview, ui), Done)
    assert "The last activation did not go to its end" in " ".join(ui.documents[0].notes)
    lab.set_home('{ files.a = "3"; }')
    assert isinstance(await lab.deploy(plan.switch), Done)
    lab.set_home('{ files.a = "4"; }')
    assert isinstance(await lab.deploy(plan.preview, ui), Done)
    assert "did not go to its end" not in " ".join(ui.documents[1].notes)


async def test_a_failure_says_what_still_runs(lab: Lab) -> None:
    lab.set_home("{ files.a = nothing; }")
    outcome = await lab.deploy(plan.switch)
    assert isinstance(outcome, Failed)
    assert outcome.text.endswith("undefined variable 'nothing'. Nothing was activated.")
    lab.set_home('{ files.a = "1"; }')
    (lab.home / "a").write_text("mine")
    outcome = await lab.deploy(plan.switch)
    assert isinstance(outcome, Failed)
    assert outcome.text.endswith("The profile was not moved: what ran before still runs.")
    built = await lab.deploy(
        plan.build, target=replace(lab.target(), output=("homeConfigurations", "x"))
    )
    assert isinstance(built, Failed)
    assert "activated" not in built.text


CHILD = """
import asyncio, pickle, sys
from hmls.deploy import plan
from hmls.deploy.session import deploy
from hmls.deploy.surroundings import Surroundings
from tests.nix.lab import Lab, User

class Telling(User):
    def log(self, line):
        super().log(line)
        print(line.text, flush=True)

async def main():
    lab, name = pickle.load(open(sys.argv[1], "rb"))
    await lab.deploy(getattr(plan, name), Telling())

asyncio.run(main())
"""


async def run_elsewhere(lab: Lab, name: str, until: str) -> asyncio.subprocess.Process:
    """Deploy from a process of its own, until it has printed a text."""
    order = lab.folder / "order"
    order.write_bytes(pickle.dumps((lab, name)))
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CHILD,
        str(order),
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = []
    async with asyncio.timeout(60):
        while until not in "".join(said):
            line = (await process.stdout.readline()).decode()
            assert line, "".join(said)
            said.append(line)
    return process


async def kill(process: asyncio.subprocess.Process) -> None:
    """End it at once, as a crash does, without a chance to clean up."""
    process.send_signal(signal.SIGKILL)
    await process.wait()


async def test_a_crash_during_a_build(lab: Lab) -> None:
    seconds = slow(lab)
    await kill(await run_elsewhere(lab, "build", "begun"))
    await builds(seconds)
    left = await interrupted(str(lab.root), await lab.around())
    assert left is not None
    assert left.state == "nothing-changed"
    assert (
        "was broken off during “Build alice”. It was still running and has been ended." in left.text
    )
    assert sleepers(seconds) == []
    assert lab.processes() == []
    assert await interrupted(str(lab.root), await lab.around()) is None
    lab.set_home("{ }")
    assert isinstance(await lab.deploy(plan.build), Done)


async def test_a_crash_during_an_activation_lets_it_go_to_its_end(lab: Lab) -> None:
    lab.set_home('{ files.a = "1"; }')
    assert isinstance(await lab.deploy(plan.switch), Done)
    pipe = lab.home / ".half-way"
    os.mkfifo(pipe)
    lab.set_home('{ files.a = "2"; }')
    await kill(await run_elsewhere(lab, "switch", "Activating halfWay"))
    around = await lab.around()
    left = await interrupted(str(lab.root), around)
    assert left is not None
    assert left.state == "still-running"
    refused = await lab.deploy(plan.switch)
    assert isinstance(refused, NotRun)
    assert (refused.why, "still running" in refused.text) == ("interrupted", True)
    group = left.record.group
    assert group is not None
    await asyncio.to_thread(pipe.write_text, "go on")
    async with asyncio.timeout(60):
        while group_lives(group):
            await asyncio.sleep(0)
    left = await interrupted(str(lab.root), around)
    assert left is not None
    assert left.state == "completed"
    assert (lab.home / "a").read_text() == "2"
    pipe.unlink()
    assert isinstance(await lab.deploy(plan.switch), Done)


async def test_a_crash_of_the_activation_too(lab: Lab) -> None:
    lab.set_home('{ files.a = "1"; }')
    assert isinstance(await lab.deploy(plan.switch), Done)
    pipe = lab.home / ".half-way"
    os.mkfifo(pipe)
    lab.set_home('{ files.a = "2"; }')
    await kill(await run_elsewhere(lab, "switch", "Activating halfWay"))
    left = await interrupted(str(lab.root), await lab.around())
    assert left is not None
    assert left.record.group is not None
    os.killpg(left.record.group, signal.SIGKILL)
    pipe.unlink()
    ui = User()
    assert isinstance(await lab.deploy(plan.switch, ui), Done)
    assert "which is not fully activated" in ui.notes[0]
    assert "The way back: " in ui.notes[0]
    assert "Activating halfWay" in ui.notes[0]


async def test_a_full_disk_activates_nothing(lab: Lab) -> None:
    lab.set_home('{ files.a = "1"; }')
    draft = lock_path(lab.machine.state_folder, str(lab.root)).with_suffix(".draft")
    draft.parent.mkdir(parents=True)

    class Filling(User):
        async def confirm(self, question: object) -> bool:
            if not draft.is_symlink():
                draft.symlink_to("/dev/full")
            return True

    ui = Filling()
    outcome = await lab.deploy(plan.switch, ui)
    assert isinstance(outcome, Failed)
    assert "No space left on device" in outcome.reason
    assert not (lab.home / "a").exists()
    assert is_free(lab)


async def test_a_state_folder_that_cannot_be_written(lab: Lab) -> None:
    lab.set_home("{ }")
    (lab.home / ".local").write_text("a file where a folder should be")
    outcome = await lab.deploy(plan.build)
    assert isinstance(outcome, NotRun)
    assert outcome.why == "not-writable"


class Removing(User):
    """A user whose Nix is gone when a question of a kind is answered."""

    def __init__(self, lab: Lab, kind: str) -> None:
        super().__init__()
        self.lab, self.kind = lab, kind

    async def confirm(self, question: Question) -> bool:
        if question.kind == self.kind:
            for name in NIX_NAMES:
                (self.lab.folder / "bin" / name).unlink()
        return True


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("start", "“Check the flake” failed. There is no `nix` on the PATH any more."),
        ("activate", "“Activate the home” failed. It ended with code 127."),
    ],
)
async def test_a_nix_that_goes_away_meanwhile(lab: Lab, kind: str, expected: str) -> None:
    lab.set_home('{ files.a = "1"; }')
    assert isinstance(await lab.deploy(plan.switch), Done)
    lab.set_home('{ files.a = "2"; }')
    real = {name: find(lab, name) for name in NIX_NAMES}
    for name, path in real.items():
        lab.add_program(name, f'exec {path} "$@"')
    lab.environ["PATH"] = f"{lab.folder}/bin:/usr/bin:/bin"
    outcome = await lab.deploy(plan.switch, Removing(lab, kind))
    assert isinstance(outcome, Failed)
    assert expected in outcome.text, outcome.text
    assert outcome.moved is None
    assert (lab.home / "a").read_text() == "1"
    assert is_free(lab)
    assert await interrupted(str(lab.root), await lab.around()) is None
    for name, path in real.items():
        lab.add_program(name, f'exec {path} "$@"')
    assert isinstance(await lab.deploy(plan.switch), Done)
    assert (lab.home / "a").read_text() == "2"


async def test_a_nix_that_is_removed_while_it_builds(lab: Lab) -> None:
    """Its program is gone, not its process: the build is ended as ever, and nothing is left."""
    seconds = slow(lab)
    lab.add_program("nix", f'exec {find(lab, "nix")} "$@"')
    ui = User()
    task = asyncio.create_task(lab.deploy(plan.build, ui))
    await builds(seconds)
    (lab.folder / "bin/nix").unlink()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sleepers(seconds) == []
    assert is_free(lab)


def find(lab: Lab, name: str) -> str:
    found = which(name, lab.full_environ["PATH"])
    assert found is not None
    return found
