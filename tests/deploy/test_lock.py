"""One deployment at a time, and what is told after a crash."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hmls.deploy.interrupted import assess
from hmls.deploy.lock import (
    Busy,
    Lock,
    Record,
    _identity_by_ps,
    lock_path,
    process_identity,
    read_record,
    take,
)

RECORD = Record("Switch alice", "Build alice", "store", "nix build", time.time())


def locked(folder: Path) -> Lock:
    lock = take(str(folder), "/repo")
    assert isinstance(lock, Lock)
    return lock


def test_a_second_deployment_sees_the_first(tmp_path: Path) -> None:
    lock = locked(tmp_path)
    lock.record(RECORD)
    assert take(str(tmp_path), "/repo") == Busy(RECORD)
    assert isinstance(take(str(tmp_path), "/other"), Lock)


def test_nothing_is_left_at_the_end(tmp_path: Path) -> None:
    lock = locked(tmp_path)
    lock.record(RECORD)
    lock.forget()
    lock.free()
    assert list((tmp_path / "deploy").iterdir()) == []
    locked(tmp_path).free()


def test_the_same_flake_by_another_name(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert lock_path("/s", str(tmp_path / "link")) == lock_path("/s", str(tmp_path))


def test_a_crash_frees_the_lock_and_leaves_the_record(tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        "from hmls.deploy.lock import Record, take\n"
        "lock = take(sys.argv[1], '/repo')\n"
        "lock.record(Record('Switch alice', 'Build alice', 'store', 'nix build', 0.0))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    locked(tmp_path)
    assert read_record(str(tmp_path), "/repo") == replace(RECORD, started_s=0.0)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"title": 1}', "\0"])
def test_a_record_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    path = lock_path(str(tmp_path), "/repo").with_suffix(".json")
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert read_record(str(tmp_path), "/repo") is None


def test_a_full_disk_is_an_error_and_keeps_the_old_record(tmp_path: Path) -> None:
    lock = locked(tmp_path)
    lock.record(RECORD)
    lock.path.with_suffix(".draft").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        lock.record(replace(RECORD, step="Activate"))
    assert read_record(str(tmp_path), "/repo") == RECORD


def test_processes_are_told_apart() -> None:
    assert process_identity(os.getpid()) == process_identity(os.getpid())
    assert process_identity(os.getpid()) is not None
    assert process_identity(2**22 + 1) is None


def test_processes_are_told_apart_in_any_language_and_time_zone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As where there is no /proc: by /bin/ps, which every Unix has."""
    found = set()
    for language, zone in (("C", "UTC"), ("de_DE.UTF-8", "Asia/Tokyo")):
        monkeypatch.setenv("LC_ALL", language)
        monkeypatch.setenv("TZ", zone)
        found.add(_identity_by_ps(os.getpid()))
    assert len(found) == 1
    assert None not in found


async def test_a_build_that_was_broken_off_changed_nothing() -> None:
    left = await assess(RECORD)
    assert left.state == "nothing-changed"
    assert "during “Build alice”" in left.text


async def test_a_build_that_still_runs_is_ended() -> None:
    process = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    identity = process_identity(process.pid)
    left = await assess(replace(RECORD, group=process.pid, identity=identity))
    assert "has been ended" in left.text
    assert process.wait() < 0


async def test_a_process_that_only_has_the_number_is_left_alone() -> None:
    process = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    left = await assess(replace(RECORD, group=process.pid, identity="of another"))
    assert "ended" not in left.text
    assert process.poll() is None
    process.kill()
    process.wait()


async def test_an_activation_that_still_runs_is_let_go_on() -> None:
    process = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    activation = replace(RECORD, changes="home", group=process.pid)
    left = await assess(replace(activation, identity=process_identity(process.pid)))
    assert left.state == "still-running"
    assert process.poll() is None
    process.kill()
    process.wait()


@pytest.mark.parametrize(
    ("profile", "activated", "state"),
    [
        ("old", "old", "nothing-changed"),
        ("new", "new", "completed"),
        ("new", "old", "half-done"),
    ],
)
async def test_what_an_activation_left(
    tmp_path: Path, profile: str, activated: str, state: str
) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    (tmp_path / "profile").symlink_to(tmp_path / profile)
    (tmp_path / "activated").symlink_to(tmp_path / activated)
    (tmp_path / "stdout").write_text("Activating linkGeneration\n")
    record = replace(
        RECORD,
        changes="home",
        profile=str(tmp_path / "profile"),
        profile_before=str(tmp_path / "old"),
        activated=str(tmp_path / "activated"),
        output=str(tmp_path),
    )
    left = await assess(record)
    assert left.state == state
    assert ("The way back" in left.text) == (state == "half-done")
    assert ("Activating linkGeneration" in left.text) == (state == "half-done")
