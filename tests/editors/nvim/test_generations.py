"""Switches in Neovim by a real Nix, and the ways back; a whole system is switched in a terminal."""

from __future__ import annotations

import json
from pathlib import Path

from tests.editors.nvim.conftest import Start
from tests.editors.nvim.nvim import Nvim
from tests.editors.nvim.test_deploy import LISTEN, LOG
from tests.editors.nvim.test_plugin import COMPLETED, LINES
from tests.nix.conftest import folder, nix_environ  # noqa: F401
from tests.nix.desk import command_as_owner, environ_of_owner, make_lab, other_user
from tests.nix.lab import Lab
from tests.nix.test_server_hosts import HOST, activated, machine_with_a_home

USER = other_user()[1]
FILE = '{ files."mood" = "glad 🎉\\n"; }'


def begin(start: Start, lab: Lab, name: str) -> Nvim:
    """A Neovim in a file of the lab, whose server runs as the user who is at home there."""
    # Neovim's own folders are not that user's.
    unset = [f"--unset=XDG_{name}_HOME" for name in ("CONFIG", "DATA", "STATE", "CACHE")]
    command = json.dumps(["env", *unset, *command_as_owner(lab)])
    nvim = start(
        init=f"vim.lsp.config('hmls', {{ cmd = vim.json.decode({json.dumps(command)}) }})\n"
        "vim.lsp.enable('hmls')",
        environ=environ_of_owner(lab),
    )
    nvim.edit(lab.root / name)
    nvim.lua(LISTEN)
    return nvim


def ended(nvim: Nvim, count: int) -> dict[str, str]:
    """How the deployment of this number ended."""
    found: dict[str, str] = nvim.wait("return #ended == ... and ended[#ended]", count)
    assert found["outcome"] == "done", (found, nvim.said)
    return found


def test_a_switch_and_the_ways_back(
    start: Start,
    folder: Path,  # noqa: F811
    nix_environ: dict[str, str],  # noqa: F811
) -> None:
    lab = make_lab(folder, nix_environ, FILE)
    mood = lab.home / "mood"
    at = begin(start, lab, f"homes/{USER}/default.nix")

    at.command(f"Hmls switch {USER}")
    assert f"Switch {USER}: generation 1 in " in ended(at, 1)["message"]
    assert mood.read_text() == "glad 🎉\n"
    first, activation = at.lua("return asked")
    assert "nix build" in first["prompt"]
    assert "/activate" in activation["prompt"]
    assert activation["drawn"] == f"# Preview {USER}"
    preview = "return vim.fn.bufwinid('hmls:/preview/1.md') ~= -1"
    assert at.wait(preview)

    at.command("wincmd t")
    at.edit(lab.root / f"homes/{USER}/default.nix", FILE.replace("glad", "calm"))
    at.command("silent write")
    at.command(f"Hmls switch {USER}")
    ended(at, 2)
    at.wait(LOG, "$ nix build")

    at.command(f"Hmls generations {USER}")
    lines = at.wait(LINES, f"hmls://generations/{USER}")
    assert lines[0] == USER
    assert lines[1].startswith("2  ")
    assert lines[1].endswith("(current)")
    assert lines[2] == "  1 file, 1 setting changed; files.mood"
    assert lines[3].startswith("1  ")
    assert at.lua("return vim.fn.foldclosed(3)") == -1
    at.lua("vim.api.nvim_win_set_cursor(0, { 2, 0 })")
    at.type("r")
    at.lua("vim.api.nvim_win_set_cursor(0, { 4, 0 })")
    at.type("r")
    assert ended(at, 3)["command"] == "rollback"
    assert mood.read_text() == "glad 🎉\n"
    now = "local line = vim.api.nvim_buf_get_lines(0, 3, 4, false)[1]\n"
    at.wait(f"{now} return line:sub(-9) == '(current)'")

    assert at.lua(COMPLETED, f"rollback {USER} ") == ["2", "1"]
    at.command(f"Hmls rollback {USER} 2")
    ended(at, 4)
    assert mood.read_text() == "calm 🎉\n"
    at.command(f"Hmls rollback {USER}")
    ended(at, 5)
    assert mood.read_text() == "glad 🎉\n"
    picked = next(each for each in at.lua("return asked") if each["kind"] == "hmls_generation")
    assert [label.split("  ")[0] for label in picked["labels"]] == ["1"]
    asked = len(at.lua("return asked"))
    at.command("Hmls check all")
    assert ended(at, 6)["command"] == "checkAll"
    assert len(at.lua("return asked")) == asked + 1
    at.command(f"Hmls rollback {USER} last")
    assert at.said[-1]["text"] == "hmls: last is no generation"


def test_a_system_is_switched_in_a_terminal(
    start: Start,
    folder: Path,  # noqa: F811
    nix_environ: dict[str, str],  # noqa: F811
) -> None:
    lab = machine_with_a_home(folder, nix_environ)
    lab.add_program("sudo", 'printf "[sudo] password: "; read -r word; echo "thanks: $word"; "$@"')
    at = begin(start, lab, f"homes/{USER}@{HOST}/default.nix")
    at.command(f"Hmls switch {USER}@{HOST}")
    at.wait("return vim.bo.buftype == 'terminal'")
    screen = (
        "local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')\n"
        "return text:find(..., 1, true) and text"
    )
    at.wait(screen, "[sudo] password: ")
    assert at.lua("return vim.fn.mode()") == "t"
    assert not (lab.folder / "log").exists()
    at.type("sesame<CR>")
    assert f"Switch {HOST}" in ended(at, 1)["message"]
    assert activated(lab) == ["switch"]
    shown = at.wait(screen, "thanks: sesame")
    assert shown.startswith(f"$ sudo nixos-rebuild switch --flake '{lab.root}#{HOST}'"[:70])
    assert at.lua("return vim.b.term_title") == f"Switch {HOST}"


def test_a_terminal_that_is_closed_is_no_success(
    start: Start,
    folder: Path,  # noqa: F811
    nix_environ: dict[str, str],  # noqa: F811
) -> None:
    lab = machine_with_a_home(folder, nix_environ)
    lab.add_program("sudo", "echo waiting; exec cat")
    at = begin(start, lab, f"homes/{USER}@{HOST}/default.nix")
    at.command(f"Hmls switch {USER}@{HOST}")
    at.wait("return vim.bo.buftype == 'terminal' and vim.fn.search('waiting', 'cw') > 0")
    at.lua("vim.cmd('bwipeout!')")
    found = at.wait("return ended[1]")
    assert found["outcome"] == "failed", found
    assert not (lab.folder / "log").exists()
