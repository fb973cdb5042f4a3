"""Who runs it: a real user of the machine, and root."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hmls.deploy import plan
from hmls.deploy.here import situation_here
from hmls.deploy.plan import Options
from tests.nix.desk import other_user
from tests.nix.lab import Lab

CHILD = """
import asyncio, os, sys
from hmls.deploy import plan
from hmls.deploy.here import situation_here
from hmls.deploy.session import deploy
from hmls.deploy.surroundings import Surroundings
from hmls.deploy.target import Target
from hmls.deploy.tools import environment
from tests.nix.lab import SYSTEM, User

async def main():
    root, name = sys.argv[1:]
    situation = await situation_here(plan.Options(), trusted=True)
    target = Target(root, "standalone", name, None, ("homeConfigurations", name), SYSTEM)
    made = plan.switch(target, situation)
    if isinstance(made, plan.Refusal):
        print(made.code)
        return
    environ = environment(situation.machine)
    print((await deploy(made, User(), Surroundings(situation, environ))).text)

asyncio.run(main())
"""


def run_as(uid: int, lab: Lab, name: str) -> str:
    """Deploy from a process of this user, with a store of its own."""
    own = lab.folder / "own"
    own.mkdir(mode=0o755)
    environ = {
        **lab.environ,
        "HOME": str(lab.home),
        "NIX_STORE_DIR": str(own / "store"),
        "NIX_STATE_DIR": str(own / "var"),
        "NIX_LOG_DIR": str(own / "log"),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-c", CHILD, str(lab.root), name]
    if uid != os.geteuid():
        subprocess.run(["chown", "-R", str(uid), str(lab.folder)], check=True)
        command = ["setpriv", f"--reuid={uid}", "--clear-groups", *command]
    answer = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    return answer.stdout.strip() or answer.stderr


@pytest.fixture
def reachable(folder: Path, nix_environ: dict[str, str]) -> Lab:
    """A lab in folders that other users may pass through."""
    return Lab(folder / "lab", nix_environ, nix_environ["NIX_STATE_DIR"])


def test_a_real_user_switches_a_real_home(reachable: Lab) -> None:
    uid, name = other_user()
    reachable.set_home('{ files.a = "1"; }', name)
    said = run_as(uid, reachable, name)
    assert said.startswith(f"Switch {name}: generation 1 in "), said
    assert (reachable.home / "a").read_text() == "1"
    assert (reachable.home / "a").lstat().st_uid == uid


def test_the_home_of_another_user_is_refused(reachable: Lab) -> None:
    uid, _ = other_user()
    reachable.set_home("{ }")
    assert run_as(uid, reachable, "alice") == "other-user"


async def test_root_is_refused_and_an_untrusted_workspace_asks_nothing(lab: Lab) -> None:
    here = await situation_here(Options(), trusted=True, environ=lab.full_environ)
    assert here.tools.nix is not None
    if os.geteuid() == 0:
        refused = plan.switch(lab.target(), here)
        assert isinstance(refused, plan.Refusal)
        assert refused.code == "root"
    untrusted = await situation_here(Options(), trusted=False, environ=lab.full_environ)
    assert (untrusted.tools.paths, untrusted.trusted) == ({}, False)
