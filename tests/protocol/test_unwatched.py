"""A client that watches no files: what changes on disk is noticed all the same."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hmls.demo.client import Client, start, uri_of
from hmls.homes.disk_changes import DiskChanges
from tests.diagnostics.trees import default_flake
from tests.support import write_files

HOME = "homes/alice/default.nix"
_PATIENCE_S = 60


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    files = {
        "flake.nix": default_flake(),
        HOME: '{ imports = [ ./more.nix ]; home.language.base = "🎉"; }',
        "homes/alice/more.nix": '{ home.language.time = "one"; }',
    }
    write_files(str(tmp_path), files)
    client = start([sys.executable, "-m", "hmls"], str(tmp_path))
    yield client
    client.stop()


def _value(client: Client, path: Path) -> str:
    where = {"textDocument": {"uri": uri_of(str(path))}, "position": {"line": 0, "character": 19}}
    answer = client.ask("textDocument/hover", where)
    return str(answer["contents"]["value"]) if answer else ""


def test_a_file_that_another_program_writes(client: Client, tmp_path: Path) -> None:
    more = tmp_path / "homes/alice/more.nix"
    assert "one" in _value(client, more)
    more.write_text('{ home.language.time = "two 🎉"; }')
    until = time.monotonic() + _PATIENCE_S
    while "two" not in (found := _value(client, more)):
        assert time.monotonic() < until, found


def test_a_file_that_comes(client: Client, tmp_path: Path) -> None:
    client.open(str(tmp_path / HOME), (tmp_path / HOME).read_text())
    client.wait_for_problems(_PATIENCE_S)
    broken = tmp_path / "homes/alice/broken.nix"
    broken.write_text("{ a = ")
    until = time.monotonic() + _PATIENCE_S
    while str(broken) not in client.problems:
        client.wait_for_problems(1)
        assert time.monotonic() < until


def test_what_changes_is_told_once(tmp_path: Path) -> None:
    write_files(str(tmp_path), {"flake.nix": "{ }", HOME: "{ }", "homes/bob/default.nix": "{ }"})
    changes = DiskChanges()
    assert changes.look([str(tmp_path)]).written == ()
    (tmp_path / HOME).write_text("{ a = 1; }")
    (tmp_path / "homes/bob/default.nix").unlink()
    (tmp_path / "homes/zoe").mkdir()
    (tmp_path / "homes/zoe/default.nix").write_text("{ }")
    found = changes.look([str(tmp_path)])
    assert found.written == (str(tmp_path / HOME),)
    assert found.listed == (
        str(tmp_path / "homes/bob/default.nix"),
        str(tmp_path / "homes/zoe/default.nix"),
    )
    again = changes.look([str(tmp_path)])
    assert (again.written, again.listed) == ((), ())
