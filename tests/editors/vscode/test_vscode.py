"""A real VS Code, as code-server in headless Chromium; the tests themselves are *.test.mjs."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.nix.conftest import folder, nix_environ  # noqa: F401
from tests.nix.desk import command_as_owner, environ_of_owner, other_user
from tests.nix.first import without_a_flake
from tests.nix.lab import SYSTEM, Lab
from tests.nix.test_flakes import add_inputs
from tests.nix.test_server_hosts import HOST, machine_with_a_home

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
EXTENSION = PROJECT / "editors" / "vscode"
TOOLS = Path(os.environ.get("HMLS_CODE_SERVER", PROJECT / ".cache" / "code-server"))


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """code-server, and our extension as a .vsix made of what is here now."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node.js and npm are not there: VS Code's extension cannot be built")
    if not (TOOLS / "node").exists():
        subprocess.run([HERE / "get.sh", TOOLS], check=True)
    subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=EXTENSION, check=True)
    subprocess.run(["node", "package.mjs"], cwd=EXTENSION, check=True, stdout=subprocess.DEVNULL)
    server = os.environ.get("HMLS_SERVER", str(Path(sys.executable).with_name("hmls")))
    return {**os.environ, "HMLS_CODE_SERVER": str(TOOLS), "HMLS_SERVER": server}


def passes(name: str, environment: dict[str, str]) -> None:
    """The tests of one file pass; what Node says of them is shown where they do not."""
    command = ["node", "--test", "--test-reporter=spec", str(HERE / name)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_editing(environment: dict[str, str]) -> None:
    passes("editing.test.mjs", environment)


def test_views(environment: dict[str, str]) -> None:
    passes("views.test.mjs", environment)


def test_beside(environment: dict[str, str]) -> None:
    passes("beside.test.mjs", environment)


def test_finding(environment: dict[str, str]) -> None:
    facts = {"python": sys.executable, "packages": sysconfig.get_paths()["purelib"]}
    passes("finding.test.mjs", {**environment, "HMLS_PYTHON": json.dumps(facts)})


def test_generations(
    environment: dict[str, str],
    folder: Path,  # noqa: F811
    nix_environ: dict[str, str],  # noqa: F811
) -> None:
    _, user = other_user()
    lab = machine_with_a_home(folder, nix_environ)
    add_inputs(lab)
    lab.set_home('{ files."mood" = "glad 🎉\\n"; }', user)
    lab.add_program(
        "sudo", 'printf "[sudo] password: "; read -r word; echo "thanks: $word"; exec "$@"'
    )
    passes("generations.test.mjs", {**environment, "HMLS_MACHINE": described(lab)})


def test_first_installation(
    environment: dict[str, str],
    folder: Path,  # noqa: F811
    nix_environ: dict[str, str],  # noqa: F811
) -> None:
    machine = described(without_a_flake(folder, nix_environ))
    passes("first.test.mjs", {**environment, "HMLS_MACHINE": machine})


def described(lab: Lab) -> str:
    """A lab for the tests in JavaScript, with a server that runs as the user whose home it is."""
    # VS Code's own folders are not that user's.
    unset = " ".join(f"--unset=XDG_{name}_HOME" for name in ("CONFIG", "DATA", "STATE", "CACHE"))
    own = f"HOME={lab.home}"
    lab.add_program(
        "server", f'exec env {unset} {own} {shlex.join(command_as_owner(lab))} "$@"'
    )
    return json.dumps(
        {
            "root": str(lab.root),
            "user": other_user()[1],
            "host": HOST,
            "home": str(lab.home),
            "log": str(lab.folder / "log"),
            "server": str(lab.folder / "bin/server"),
            "environment": environ_of_owner(lab),
        }
    )


def test_deploying(
    environment: dict[str, str],
    tmp_path: Path,
    nix_environ: dict[str, str],  # noqa: F811
) -> None:
    lab = Lab(tmp_path / "lab", nix_environ, nix_environ["NIX_STATE_DIR"])
    lab.set_home('{ files.".config/app/settings" = "theme = dark\\n"; }')
    seconds = str(20_000_000 + os.getpid())
    facts = {**lab.environ, "system": SYSTEM, "seconds": seconds}
    named = {"HMLS_NIX_LAB": str(lab.root), "HMLS_NIX_ENVIRONMENT": json.dumps(facts)}
    passes("deploying.test.mjs", {**environment, **named})
