"""A real VS Code, as code-server in headless Chromium; the tests themselves are *.test.mjs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.nix.conftest import nix_environ  # noqa: F401
from tests.nix.lab import SYSTEM, Lab

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
