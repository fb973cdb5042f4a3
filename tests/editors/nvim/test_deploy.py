"""Deployments in Neovim, by a real Nix."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.editors.nvim.nvim import Nvim
from tests.nix.conftest import nix_environ  # noqa: F401
from tests.nix.lab import SYSTEM, Lab

FILE = '{ files.".config/app/settings" = "theme = dark 🎉\\n"; }'
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
LISTEN = """
ended, kinds, titles = {}, {}, {}
vim.api.nvim_create_autocmd('User', { pattern = 'HmlsDeployed', callback = function(args)
  table.insert(ended, args.data)
end })
vim.api.nvim_create_autocmd('LspProgress', { callback = function(args)
  local value = args.data.params.value
  table.insert(kinds, value.kind)
  table.insert(titles, value.title or value.message)
end })
"""
LOG = """
local text = table.concat(
  vim.api.nvim_buf_get_lines(require('hmls.log').buffer(), 0, -1, false), '\\n')
return text:find(..., 1, true) and text
"""


@pytest.fixture
def lab(tmp_path: Path, nix_environ: dict[str, str]) -> Lab:  # noqa: F811
    return Lab(tmp_path / "lab", nix_environ, nix_environ["NIX_STATE_DIR"])


@pytest.fixture
def at(start: Callable[..., Nvim], lab: Lab) -> Nvim:
    """A Neovim in the home of alice, which has Nix."""
    lab.set_home(FILE)
    nvim = start(environ={**lab.environ, "HOME": str(lab.home)})
    nvim.edit(lab.root / "homes/alice/default.nix")
    nvim.lua(LISTEN)
    return nvim


def test_a_build_with_progress(at: Nvim) -> None:
    at.command("Hmls build alice")
    (ended,) = at.wait("return #ended == 1 and ended")
    assert ended["outcome"] == "done", (ended, at.said)
    assert (ended["command"], ended["target"]) == ("build", "alice")
    kinds = at.lua("return kinds")
    assert kinds[0] == "begin"
    assert kinds[-1] == "end"
    assert "report" in kinds
    question = at.lua("return asked[1]")
    assert question["kind"] == "lsp_message"
    assert "nix build" in question["prompt"]
    log = at.wait(LOG, "$ nix build")
    assert "\x1b" not in log
    assert at.lua("return require('hmls').statusline()") == "⌂ all targets"


def test_a_build_is_cancelled(at: Nvim, lab: Lab) -> None:
    text = SLOW.replace("@system@", SYSTEM).replace("@seconds@", str(20_000_000 + os.getpid()))
    at.set_text(text.strip())
    at.command("silent write")
    at.command("Hmls build alice")
    at.wait(LOG, "begun")
    assert "Build alice" in at.lua("return require('hmls').statusline()")
    at.command("Hmls cancel")
    (ended,) = at.wait("return #ended == 1 and ended")
    assert ended["outcome"] == "cancelled"
    assert at.lua("return #require('hmls.progress').list()") == 0
    assert lab.processes() == [] or not any("sleep" in line for line in lab.processes())
    at.command("Hmls cancel")
    at.wait("return said[#said].text == 'hmls: nothing runs that can be cancelled'")


def test_what_is_not_saved_is_offered_to_be_saved(at: Nvim, lab: Lab) -> None:
    at.set_text(FILE.replace("dark", "light"))
    at.lua("answers = { 'Save them' }")
    at.command("Hmls build alice")
    (ended,) = at.wait("return #ended == 1 and ended")
    assert ended["outcome"] == "done", (ended, at.said)
    assert "light" in (lab.root / "homes/alice/default.nix").read_text()


def test_a_no_runs_nothing(at: Nvim) -> None:
    at.lua("answers = { 'Cancel' }")
    at.command("Hmls build alice")
    (ended,) = at.wait("return #ended == 1 and ended")
    assert ended["outcome"] == "not-run"


def test_a_preview_is_a_buffer_with_colours(at: Nvim, lab: Lab) -> None:
    # Only of one's own home it is seen what runs.
    me = getpass.getuser()
    lab.set_home(FILE, me)
    at.edit(lab.root / f"homes/{me}/default.nix")
    at.command(f"Hmls preview {me}")
    at.wait("return #ended == 1")
    buffer = at.wait(
        "for _, b in ipairs(vim.api.nvim_list_bufs()) do\n"
        "  local name = vim.api.nvim_buf_get_name(b)\n"
        "  if name:find('hmls:/preview/', 1, true) and vim.bo[b].filetype == 'markdown' then\n"
        "    return b\n"
        "  end\n"
        "end"
    )
    text = at.lua(
        "return table.concat(vim.api.nvim_buf_get_lines(..., 0, -1, false), '\\n')", buffer
    )
    assert "~/.config/app/settings" in text
    groups = at.lua(
        "local ns = vim.api.nvim_create_namespace('hmls.document')\n"
        "return vim.tbl_map(function(mark) return mark[4].hl_group end,\n"
        "  vim.api.nvim_buf_get_extmarks(..., ns, 0, -1, { details = true }))",
        buffer,
    )
    assert "+theme" not in text or "Added" in groups


def test_what_nix_says_is_on_its_line(at: Nvim) -> None:
    at.set_text('{ files.a = "x" + 1; }')
    at.command("silent write")
    at.command("Hmls build alice")
    (ended,) = at.wait("return #ended == 1 and ended")
    assert ended["outcome"] == "failed"
    at.wait("return #vim.diagnostic.get(0) > 0")
    (first, *_) = at.lua("return vim.diagnostic.get(0)")
    assert first["lnum"] == 0


def test_no_generations_yet(at: Nvim) -> None:
    at.command("Hmls rollback alice")
    at.wait("return #said > 0")
    assert "alice" in at.said[0]["text"]
