"""The plugin's own: `:Hmls`, its views, `:checkhealth`, the manual."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.editors.nvim.conftest import Start
from tests.editors.nvim.nvim import PLUGIN, REPOSITORY, Nvim

ALICE = "homes/alice/default.nix"
LINES = """
local found = vim.api.nvim_buf_get_name(0):find(..., 1, true)
return found and vim.api.nvim_buf_get_lines(0, 0, -1, false)
"""
FLOAT = """
for _, window in ipairs(vim.api.nvim_list_wins()) do
  if vim.api.nvim_win_get_config(window).relative ~= '' then
    local buffer = vim.api.nvim_win_get_buf(window)
    return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\\n')
  end
end
"""
COMPLETED = "return vim.fn.getcompletion('Hmls ' .. ..., 'cmdline')"
NAME = "return vim.api.nvim_buf_get_name(0)"


def restart(nvim: Nvim) -> None:
    """`:Hmls restart`, and another client is there."""
    before = nvim.lua("return vim.lsp.get_clients({ name = 'hmls' })[1].id")
    nvim.command("Hmls restart")
    nvim.wait(
        "local c = vim.lsp.get_clients({ name = 'hmls' })[1]\n"
        "return c and c.id ~= ... and c.initialized",
        before,
    )


@pytest.fixture
def at(nvim: Nvim, homelab: Path) -> Nvim:
    """In a file of alice's."""
    nvim.edit(homelab / ALICE)
    return nvim


def test_completion_of_the_command(at: Nvim) -> None:
    names = at.lua(COMPLETED, "")
    assert {"layers", "show", "build", "preview", "switch", "check", "rollback"} <= set(names)
    assert {"generations", "target", "log", "restart"} <= set(names)
    assert at.lua(COMPLETED, "ro") == ["rollback"]
    # A server that has just begun may need longer than completion waits for it.
    found = COMPLETED.replace("return", "local found =") + " return #found > 0 and found"
    assert at.wait(found, "build alice@w") == ["alice@workstation"]
    assert "carol@laptop" in at.lua(COMPLETED, "show ")
    options = at.wait(found, "show alice programs.git.")
    assert all(option.startswith("programs.git.") for option in options)
    assert at.lua(COMPLETED, "check a")[0] == "all"


def test_the_name_of_a_host_is_its_target(at: Nvim) -> None:
    """As in the terminal: of whoever comes first there, if it is not one's own."""
    named = "return require('hmls.homes').named(...).target.name"
    at.command("Hmls layers")
    at.wait(LINES, "hmls://layers")
    assert at.lua(named, "workstation") == "alice@workstation"
    assert at.lua(named, "laptop") == "alice@laptop"
    assert at.lua(named, "alice") == "alice"
    assert at.lua("return require('hmls.homes').named(...) == nil", "nowhere")


def test_layers(at: Nvim, homelab: Path) -> None:
    at.command("Hmls layers")
    lines = at.wait(LINES, "hmls://layers")
    assert "  alice" in lines
    assert "    alice@workstation" in lines
    assert "      homes/alice@workstation (host)" in lines
    row = lines.index("      homes/alice@workstation (host)") + 1
    at.lua("vim.api.nvim_win_set_cursor(0, { ..., 0 })", row)
    at.type("<CR>")
    at.wait(NAME + " == ...", str(homelab / "homes/alice@workstation/default.nix"))


def test_outside_of_a_flake_it_says_that_no_server_runs(start: Start, tmp_path: Path) -> None:
    (tmp_path / "plain.nix").write_text("{ a = 1; }\n")
    nvim = start()
    nvim.command(f"edit {tmp_path / 'plain.nix'}")
    for command in ("layers", "show alice", "build alice", "diff", "check all", "target"):
        nvim.command(f"Hmls {command}")
    missing = "hmls: no server is running here (see :checkhealth hmls)"
    assert {each["text"] for each in nvim.said} == {missing}
    assert len(nvim.said) == 6
    assert nvim.lua(NAME) == str(tmp_path / "plain.nix")


def test_layers_are_followed_over_a_restart(start: Start, homelab: Path) -> None:
    nvim = start()
    nvim.edit(homelab / ALICE)
    nvim.wait("return vim.lsp.get_clients({ name = 'hmls' })[1] ~= nil")
    nvim.command("Hmls layers")
    nvim.wait(LINES, "hmls://layers")
    restart(nvim)
    nvim.lua(
        "local buffer = vim.fn.bufnr(...)\n"
        "vim.api.nvim_buf_set_lines(buffer, 0, -1, false, { '{ programs = ; }' })",
        str(homelab / ALICE),
    )
    nvim.wait(
        "for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, { details = true })) do\n"
        "  for _, part in ipairs(mark[4].virt_text or {}) do\n"
        "    if vim.trim(part[1]):find('^1 error$') or part[1]:find('1 error,') then return true end\n"
        "  end\n"
        "end"
    )


def test_layers_follow_the_problems(at: Nvim) -> None:
    at.command("Hmls layers")
    at.wait(LINES, "hmls://layers")
    at.command("wincmd p")
    at.set_text("{ 🎉 = ; }")
    marks = (
        "local ns = vim.api.nvim_create_namespace('hmls.view')\n"
        "local buffer = vim.fn.bufnr('hmls://layers')\n"
        "for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buffer, ns, 0, -1,"
        " { details = true })) do\n"
        "  local text = mark[4].virt_text and mark[4].virt_text[1][1] or ''\n"
        "  if vim.trim(text) == '1 error' then return true end\n"
        "end"
    )
    assert at.wait(marks)


def test_show(at: Nvim, homelab: Path) -> None:
    at.command("Hmls show alice@workstation programs.git")
    lines = at.wait(LINES, "hmls://show/")
    assert lines[0] == "alice@workstation"
    assert lines[1:3] == ["programs", "  git"]
    row = next(n for n, line in enumerate(lines, 1) if line.strip().startswith("enable = "))
    at.lua("vim.api.nvim_win_set_cursor(0, { ..., 0 })", row)
    assert at.lua("return vim.fn.foldlevel(...)", row) >= 2
    at.type("<CR>")
    at.wait(NAME + ":find('.nix', 1, true)")
    line = at.lua("return vim.api.nvim_get_current_line()")
    assert "enable" in line or "git" in line


def test_show_folds(at: Nvim) -> None:
    at.command("Hmls show alice")
    at.wait(LINES, "hmls://show/alice")
    at.command("set foldlevel=0")
    assert at.lua("return vim.fn.foldclosed(2)") == 2
    assert at.lua("return vim.fn.foldclosedend(2)") > 2


def test_show_names_losers(at: Nvim) -> None:
    at.command("Hmls show alice@workstation")
    lines = at.wait(LINES, "hmls://show/alice@workstation")
    assert any("✗ " in line for line in lines)


def test_effective_and_diff(at: Nvim) -> None:
    at.command("Hmls effective alice")
    at.wait(
        "return vim.bo.filetype == 'nix' and " + NAME.removeprefix("return ") + ":find('hmls:')"
    )
    assert at.text.startswith("# alice: homes/alice + homes/alice@global\n")
    assert not at.lua("return vim.bo.modifiable")
    at.command("close")
    at.command("Hmls diff alice alice@workstation")
    at.wait(
        "local n = 0\n"
        "for _, w in ipairs(vim.api.nvim_tabpage_list_wins(0)) do\n"
        "  n = n + (vim.wo[w].diff and 1 or 0)\n"
        "end\n"
        "return n == 2"
    )


def test_a_target_in_focus(at: Nvim) -> None:
    assert at.lua("return require('hmls').statusline()") == "⌂ all targets"
    at.lua("answers = { 'alice@laptop' }")
    at.command("Hmls target")
    at.wait("return require('hmls').statusline() == '⌂ alice@laptop'")
    assert at.lua("return asked[1].kind") == "hmls_target"
    at.command("Hmls target alice")
    at.wait("return require('hmls').statusline() == '⌂ alice'")


def test_hovers_begin_with_the_target_in_focus(at: Nvim, homelab: Path) -> None:
    font = "homes/alice@workstation/default.nix"
    for target in ("alice@laptop", "alice@workstation", "alice@laptop"):
        at.edit(homelab / font)
        at.lua("vim.fn.search([[size]]) vim.cmd('silent! fclose!')")
        at.command(f"Hmls target {target}")
        at.wait("return require('hmls').statusline() == '⌂ ' .. ...", target)
        at.lua("vim.lsp.buf.hover({ silent = true })")
        text = at.wait(FLOAT)
        names = re.findall(r"alice@\w+|\balice\b(?!@)", text)
        assert names[0] == target, text


def test_a_target_stays_in_focus_over_a_restart(start: Start, homelab: Path) -> None:
    nvim = start()
    nvim.edit(homelab / "homes/alice@workstation/default.nix")
    nvim.wait("return vim.lsp.get_clients({ name = 'hmls' })[1] ~= nil")
    nvim.command("Hmls target alice@laptop")
    nvim.wait("return require('hmls').statusline() == '⌂ alice@laptop'")
    restart(nvim)
    assert nvim.lua("return require('hmls').statusline()") == "⌂ alice@laptop"
    nvim.lua("vim.fn.search([[size]])")
    nvim.lua("vim.lsp.buf.hover({ silent = true })")
    names = re.findall(r"alice@\w+|\balice\b(?!@)", nvim.wait(FLOAT))
    assert names[0] == "alice@laptop", names


def test_the_log_shows_colours_as_colours(at: Nvim) -> None:
    for level, line in (
        ("info", "plain"),
        ("info", "\x1b[1;35mpurple 🎉\x1b[0m"),
        ("error", "wrong\nand more"),
    ):
        at.lua("require('hmls.log').add(...)", {"line": line, "level": level, "root": "/"})
    at.command("Hmls log")
    lines = at.wait("return vim.fn.getline(1) == 'plain' and vim.fn.getline(1, 4)")
    assert lines == ["plain", "purple 🎉", "wrong", "and more"]
    assert at.lua("return vim.bo.buftype") == "terminal"


def test_an_unknown_target_is_told(at: Nvim) -> None:
    at.command("Hmls build nobody")
    at.wait("return #said == 1")
    assert at.said[0]["text"] == "hmls: there is no target nobody"
    at.command("Hmls nothing")
    assert at.said[1]["text"] == "hmls: there is no :Hmls nothing"


def test_the_command_alone_offers_all(at: Nvim) -> None:
    at.lua("answers = { 'layers' }")
    at.command("Hmls")
    at.wait(LINES, "hmls://layers")


def test_without_a_server_it_says_so(start: Start) -> None:
    nvim = start(init="")
    nvim.command("Hmls restart")
    nvim.command("Hmls show")
    nvim.wait("return #said == 2")


def health(nvim: Nvim, name: str = "hmls") -> str:
    nvim.command(f"checkhealth {name}")
    nvim.wait("return vim.bo.filetype == 'checkhealth'")
    return nvim.text


def test_checkhealth_is_clean(at: Nvim, homelab: Path) -> None:
    report = health(at)
    assert "ERROR" not in report
    assert "WARNING" not in report
    assert re.search(r"OK hmls, version \d|OK hmls \d|OK .*version", report)
    assert f"flake with homes: {homelab}" in report
    assert "all settings are known" in report


def test_checkhealth_finds_what_is_wrong(start: Start, homelab: Path) -> None:
    nvim = start(
        init="vim.lsp.config('nixd', { cmd = { 'nixd' }, filetypes = { 'nix' } })\n"
        "vim.lsp.config('hmls', { cmd = { '/nowhere/hmls' }, settings = { hmls = {"
        " tarjet = 'alice', features = { hover = 'yes', codelens = true } } },"
        " init_options = { hmls = { deploy = { backupExtention = 'x' }, other = 1 } } })\n"
        "vim.lsp.enable('nixd')"
    )
    report = health(nvim)
    assert "/nowhere/hmls is not executable" in report
    assert "there is no setting hmls.tarjet; did you mean target?" in report
    extension = "there is no setting hmls.deploy.backupExtention; did you mean backupExtension?"
    assert extension in report
    assert "there is no setting hmls.other\n" in report
    assert "hmls.features.hover must be a boolean" in report
    assert "there is no setting hmls.features.codelens; did you mean codeLens?" in report
    assert "nixd is enabled and is not executable" in report
    assert "not enabled" in report


def test_checkhealth_names_the_server_that_runs_beside(start: Start) -> None:
    nvim = start(
        init="vim.env.NIX_PATH = nil\nvim.lsp.config('nixd', { cmd = { 'cat' } })\n"
        "vim.lsp.enable('nixd')"
    )
    report = health(nvim)
    assert "nixd runs beside hmls, and variables, outlines and syntax are left to it" in report
    assert "hmls answers for packages and lib: no nixpkgs of nixd is known here" in report
    assert "nixd tells of NixOS as well" in report


@pytest.mark.parametrize(
    ("path", "expr", "is_left"),
    [
        ("nixpkgs=/x", None, True),
        ("/a:nixpkgs=flake:nixpkgs", "import <nixpkgs> { }", True),
        ("/a:home-manager=/x", None, False),
        ("/a", "import <nixpkgs> { }", False),
        ("/a", '(builtins.getFlake "/x").inputs.nixpkgs.legacyPackages.x86_64-linux', True),
        ("nixpkgs=/x", "{ }", False),
    ],
)
def test_packages_are_left_to_a_nixd_that_has_a_nixpkgs(
    start: Start, homelab: Path, path: str, expr: str | None, is_left: bool
) -> None:
    settings = (
        "" if expr is None else f", settings = {{ nixd = {{ nixpkgs = {{ expr = [[{expr}]] }} }} }}"
    )
    nvim = start(
        init=f"vim.env.NIX_PATH = '{path}'\n"
        f"vim.lsp.config('nixd', {{ cmd = {{ 'cat' }}{settings} }})\nvim.lsp.enable('nixd')"
    )
    assert ("packages and lib are left to nixd" in health(nvim)) == is_left


def test_no_deprecated_function_was_called(at: Nvim) -> None:
    shown = {
        "layers": "hmls://layers",
        "show alice": "hmls://show/alice",
        "effective alice": "hmls:/effective/alice",
        "log": "hmls://log",
    }
    for command, buffer in shown.items():
        at.command(f"Hmls {command}")
        at.wait(LINES, buffer)
    at.command("Hmls target alice")
    assert "No deprecated functions detected" in health(at, "vim.deprecated")


def test_nothing_was_said_on_standard_error(at: Nvim) -> None:
    at.command("Hmls layers")
    at.wait(LINES, "hmls://layers")
    assert "Error" not in at.stderr
    assert "is deprecated" not in at.stderr


def test_the_manual(start: Start) -> None:
    nvim = start(init="")
    for tag in ("hmls", ":Hmls-show", "hmls-settings", "g:hmls_homes"):
        nvim.command(f"help {tag}")
        assert nvim.lua("return vim.fn.expand('%:t')") == "hmls.txt"
    documented = set(re.findall(r"\*:Hmls-(\w+)\*", (PLUGIN / "doc/hmls.txt").read_text()))
    names = nvim.lua("return vim.tbl_keys(require('hmls.command').subcommands)")
    assert documented == set(names)


def test_the_tags_are_current(start: Start, tmp_path: Path) -> None:
    nvim = start(init="")
    (tmp_path / "doc").mkdir()
    (tmp_path / "doc/hmls.txt").write_text((PLUGIN / "doc/hmls.txt").read_text())
    nvim.command(f"helptags {tmp_path}/doc")
    assert (tmp_path / "doc/tags").read_text() == (PLUGIN / "doc/tags").read_text()


def test_the_names_of_settings_are_current() -> None:
    subprocess.run(
        [sys.executable, PLUGIN / "options.py", "--check"],
        check=True,
        env={"PYTHONPATH": str(REPOSITORY)},
    )


def test_vim_pack(start: Start, tmp_path: Path, homelab: Path) -> None:
    """As the manual says, with a repository of this very folder in place of GitHub's."""
    repository = tmp_path / "hmls"
    shutil.copytree(PLUGIN, repository / "editors/nvim")
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(repository)]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *command], check=True)
    nvim = start(init="", on_path=False)
    if not nvim.lua("return vim.pack ~= nil"):
        return  # Neovim 0.11 has none.
    manual = (PLUGIN / "doc/hmls.txt").read_text()
    snippet = re.search(r"With vim\.pack.*?>lua\n(.*?)\n<", manual, re.DOTALL)
    assert snippet is not None
    code = snippet[1].replace("https://github.com/hmls/hmls", repository.as_uri())
    nvim.lua(code.replace("} })", "} }, { confirm = false })"))
    nvim.edit(homelab / ALICE)
    assert nvim.lua("return vim.fn.exists(':Hmls')") == 2
