"""Generations, from links and from what tools print."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from hmls.deploy.generations import (
    home_profile,
    older_than,
    previous,
    read_profile,
    running_home,
)
from tests.deploy.plans import MACHINE


def make_profile(folder: Path, numbers: list[int], current: int) -> str:
    folder.mkdir(parents=True)
    for number in numbers:
        generation = folder.parent / f"store-{number}"
        generation.mkdir()
        link = folder / f"home-manager-{number}-link"
        link.symlink_to(generation)
        os.utime(link, (number * 86400, number * 86400), follow_symlinks=False)
    (folder / "home-manager").symlink_to(f"home-manager-{current}-link")
    return str(folder / "home-manager")


def test_the_links_beside_a_profile(tmp_path: Path) -> None:
    profile = make_profile(tmp_path / "profiles", [1, 2, 10], current=2)
    (tmp_path / "profiles/other-3-link").symlink_to("/x")
    found = read_profile(profile)
    assert [(each.number, each.current) for each in found] == [(10, False), (2, True), (1, False)]
    assert found[0].path == str(tmp_path / "store-10")
    assert found[0].created == datetime.fromtimestamp(10 * 86400)


def test_no_profile() -> None:
    assert read_profile("/nowhere/home-manager") == []


def test_where_the_profile_is(tmp_path: Path) -> None:
    machine = replace(MACHINE, state_home=str(tmp_path / "state"), nix_state=str(tmp_path / "nix"))
    own = tmp_path / "state/nix/profiles"
    shared = tmp_path / "nix/profiles/per-user/alice"
    assert home_profile(machine) == str(own / "home-manager")
    shared.mkdir(parents=True)
    assert home_profile(machine) == str(shared / "home-manager")
    own.mkdir(parents=True)
    assert home_profile(machine) == str(own / "home-manager")


def test_what_runs_is_what_was_activated_last(tmp_path: Path) -> None:
    machine = replace(MACHINE, state_home=str(tmp_path / "state"))
    assert running_home(machine) is None
    make_profile(tmp_path / "state/nix/profiles", [1, 2], current=2)
    assert running_home(machine) == str(tmp_path / "state/nix/store-2")
    roots = tmp_path / "state/home-manager/gcroots"
    roots.mkdir(parents=True)
    (roots / "current-home").symlink_to(tmp_path / "state/nix/store-1")
    assert running_home(machine) == str(tmp_path / "state/nix/store-1")


def test_what_is_old_and_what_came_before(tmp_path: Path) -> None:
    found = read_profile(make_profile(tmp_path / "p", [1, 2, 3, 9], current=3))
    now = datetime.fromtimestamp(10 * 86400)
    assert [each.number for each in older_than(found, timedelta(days=5), now)] == [2, 1]
    before = previous(found)
    assert before is not None
    assert before.number == 2
    assert previous(found[-1:]) is None
