"""Files that are none: each is told, and nothing waits for them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hmls.ide.diagnostics import Diagnostic, diagnose_all
from hmls.lang.thread import run
from tests.diagnostics.trees import default_flake, view_of
from tests.support import write_files

FILES = (
    "flake.nix", "flake.lock", "homes/alice/default.nix", "homes/alice/meta.nix",
    "homes/alice/meta.json",
)  # fmt: skip
KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (os.mkfifo, "is a pipe, not a file"),
    "folder": (Path.mkdir, "is a folder, not a file"),
    "dangling": (lambda path: path.symlink_to("🎉"), "is a symbolic link to 🎉, which does not"),
    "loop": (lambda path: path.symlink_to(path.name), "is a symbolic link that leads to itself"),
}


def found_in(root: Path) -> list[Diagnostic]:
    def look() -> list[Diagnostic]:
        view = view_of(root)
        return [d for r in view.repositories.values() for d in diagnose_all(view, r)]

    return [found for found in run(look) if found.code.name == "unreadable-file"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FILES)
def test_what_is_no_file(tmp_path: Path, name: str, kind: str) -> None:
    write_files(str(tmp_path), {"flake.nix": default_flake(), "homes/alice/default.nix": "{ }"})
    path = tmp_path / name
    path.unlink(missing_ok=True)
    make, said = KINDS[kind]
    make(path)
    found = found_in(tmp_path)
    assert [(os.path.relpath(d.path, tmp_path), d.level) for d in found] == [(name, "error")]
    assert found[0].message.startswith(f"{path.name} {said}")


@pytest.mark.parametrize("content", ["", " \n\t\n", "{ ]", "[" * 100_000, "null"])
def test_a_lock_that_is_none(tmp_path: Path, content: str) -> None:
    files = {"flake.nix": default_flake(), "flake.lock": content, "homes/alice/default.nix": "{ }"}
    write_files(str(tmp_path), files)
    (found,) = found_in(tmp_path)
    assert found.path == str(tmp_path / "flake.lock")


@pytest.mark.parametrize(
    ("content", "said"),
    [("[ 1 ]", "it is no JSON object"), ('{ "nodes": { } }', "it has no version")],
)
def test_a_lock_of_another_form(tmp_path: Path, content: str, said: str) -> None:
    files = {"flake.nix": default_flake(), "flake.lock": content, "homes/alice/default.nix": "{ }"}
    write_files(str(tmp_path), files)
    (found,) = found_in(tmp_path)
    assert found.message == f"flake.lock cannot be read: {said}"


@pytest.mark.parametrize("content", ["layout = [", 'colour = "red"'])
def test_settings_of_the_repository_that_are_not_understood(tmp_path: Path, content: str) -> None:
    files = {"flake.nix": default_flake(), "hmls.toml": content, "homes/alice/default.nix": "{ }"}
    write_files(str(tmp_path), files)
    (found,) = found_in(tmp_path)
    assert (found.path, found.level) == (str(tmp_path / "hmls.toml"), "warning")


def test_an_index_of_git_that_is_none(tmp_path: Path) -> None:
    files = {"flake.nix": default_flake(), ".git/HEAD": "ref: refs/heads/main", ".git/index": "x"}
    write_files(str(tmp_path), {**files, ".git/objects/a": "", "homes/alice/default.nix": "{ }"})
    (found,) = found_in(tmp_path)
    assert found.path == str(tmp_path / "flake.nix")
    assert found.message.startswith("git's index cannot be read")


def _checked_by_nobody(folder: str) -> list[dict[str, Any]]:
    return json.loads(_by_nobody("check", "--json", folder))["diagnostics"]  # type: ignore[no-any-return]


def _by_nobody(*arguments: str) -> str:
    """Root may read everything, so that another user asks where root does."""
    command = [sys.executable, "-m", "hmls", *arguments]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    return done.stdout + done.stderr


def test_what_the_user_may_not_read() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = "{ imports = [ ./closed.nix ./hidden/a.nix ]; }"
        files = {"flake.nix": default_flake(), "homes/alice/default.nix": home}
        closed = {"homes/alice/closed.nix": "{ }", "homes/alice/hidden/a.nix": "{ }"}
        write_files(folder, {**files, **closed, "flake.lock": "{ }"})
        Path(folder).chmod(0o755)
        for name in ("homes/alice/closed.nix", "homes/alice/hidden", "flake.lock"):
            Path(folder, name).chmod(0)
        said = [problem["message"] for problem in _checked_by_nobody(folder)]
        Path(folder, "homes/alice/hidden").chmod(0o755)
    assert "homes/alice/closed.nix cannot be read: permission denied" in said
    assert "homes/alice/hidden/a.nix cannot be read: permission denied" in said
    assert "flake.lock cannot be read: permission denied" in said


def test_why_a_home_is_not_known_that_the_user_may_not_read() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = "{ home.sessionVariables.KIND = builtins.readFileType ../bob/default.nix; }"
        homes = {"homes/alice/default.nix": home, "homes/bob/default.nix": "{ }"}
        write_files(folder, {"flake.nix": default_flake(), **homes})
        Path(folder).chmod(0o755)
        Path(folder, "homes/bob").chmod(0)
        denied = "getting status of './homes/bob/default.nix': Permission denied"
        setting = "home.sessionVariables.KIND"
        assert denied in " ".join(_by_nobody("show", "alice", setting, "--flake", folder).split())
        said = _by_nobody("show", "bob", "--flake", folder)
        Path(folder, "homes/bob").chmod(0o755)
    assert said == (
        "Error: bob does not evaluate: reading file './homes/bob/default.nix': Permission denied\n"
    )


def test_layers_and_modules_that_the_user_may_not_read() -> None:
    """No text names them: a flake may find its modules by listing folders."""
    with tempfile.TemporaryDirectory() as folder:
        homes = {f"homes/{name}/default.nix": "{ }" for name in ("carol", "carol@global")}
        files = {"flake.nix": default_flake(), "modules/home/found.nix": "{ }", **homes}
        write_files(folder, files)
        Path(folder).chmod(0o755)
        for name in ("homes/carol@global", "modules/home/found.nix"):
            Path(folder, name).chmod(0)
        found = _checked_by_nobody(folder)
        Path(folder, "homes/carol@global").chmod(0o755)
    said = {(each["file"], each["message"]) for each in found if each["code"] == "unreadable-file"}
    assert said == {
        ("homes/carol@global/default.nix", "default.nix cannot be read: permission denied"),
        ("modules/home/found.nix", "found.nix cannot be read: permission denied"),
    }


def test_the_import_of_a_pipe(tmp_path: Path) -> None:
    home = "{ imports = [ ./pipe.nix ]; }"
    write_files(str(tmp_path), {"flake.nix": default_flake(), "homes/alice/default.nix": home})
    os.mkfifo(tmp_path / "homes/alice/pipe.nix")

    def look() -> list[str]:
        view = view_of(tmp_path)
        return [d.message for r in view.repositories.values() for d in diagnose_all(view, r)]

    assert "homes/alice/pipe.nix is a pipe, a socket or a device, which a flake cannot have" in run(
        look
    )


@pytest.mark.parametrize("content", ["", " \n\t\n", "{ ]"])
def test_a_meta_file_that_is_no_json(tmp_path: Path, content: str) -> None:
    name = "homes/alice/meta.json"
    files = {"flake.nix": default_flake(), name: content, "homes/alice/default.nix": "{ }"}
    write_files(str(tmp_path), files)
    (found,) = found_in(tmp_path)
    assert (found.level, found.message[:21]) == ("warning", "meta.json is no JSON,")
