"""What a person does with a server in Neovim, through Neovim's own paths."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.editors.nvim.conftest import Start
from tests.editors.nvim.nvim import Nvim

ATTACHED = "return #vim.lsp.get_clients({ name = 'hmls', bufnr = 0 })"
POPUP = """
vim.lsp.completion.enable(true, vim.lsp.get_clients({ name = 'hmls' })[1].id, 0)
vim.o.completeopt = 'menuone,noinsert'
"""
LABELS = """
if vim.fn.pumvisible() == 0 then return false end
return vim.tbl_map(function(item) return item.word end, vim.fn.complete_info({ 'items' }).items)
"""
CODES = """
local found = vim.diagnostic.get(0)
return #found > 0 and vim.tbl_map(function(each) return each.code end, found)
"""


def test_it_attaches_to_files_of_a_flake_with_homes(nvim: Nvim, homelab: Path) -> None:
    nvim.edit(homelab / "homes/alice/default.nix")
    client = nvim.lua(
        "local c = vim.lsp.get_clients({ name = 'hmls' })[1] "
        "return { root = c.root_dir, encoding = c.offset_encoding }"
    )
    assert client == {"root": str(homelab), "encoding": "utf-8"}


def test_nothing_is_loaded_without_homes(start: Start, tmp_path: Path) -> None:
    (tmp_path / "flake").mkdir()
    (tmp_path / "flake/flake.nix").write_text("{ outputs = _: { }; }\n")
    nvim = start()
    nvim.lua("vim.cmd.edit(...)", str(tmp_path / "flake/flake.nix"))
    assert nvim.lua("return vim.bo.filetype") == "nix"
    # What is scheduled by the event of the file type has run by the next turn of the loop.
    nvim.wait("vim.schedule(function() turned = true end) return turned")
    assert nvim.lua(ATTACHED) == 0
    loaded = nvim.lua(
        "return vim.tbl_filter(function(name) return name:find('^hmls') end, "
        "vim.tbl_keys(package.loaded))"
    )
    assert loaded == ["hmls.root"]


@pytest.mark.parametrize(
    ("text", "labels", "picked", "after"),
    [
        (
            '{ x = "🎉"; home.username = "$0"; }',
            {"alice", "bob", "carol"},
            "bob",
            '{ x = "🎉"; home.username = "bob"; }',
        ),
        (
            '{ x = "nixos-rebuild switch --flake .#$0"; }',
            {"laptop", "pi", "workstation"},
            "pi",
            '{ x = "nixos-rebuild switch --flake .#pi"; }',
        ),
    ],
    ids=["user", "host"],
)
def test_completion_in_the_popup(
    nvim: Nvim, homelab: Path, text: str, labels: set[str], picked: str, after: str
) -> None:
    nvim.edit(homelab / "homes/alice/default.nix", text)
    nvim.lua(POPUP)
    nvim.type("i")
    nvim.wait("return vim.api.nvim_get_mode().mode == 'i'")
    nvim.lua("vim.lsp.completion.get()")
    found = nvim.wait(LABELS)
    assert set(found) == labels
    nvim.type("<C-N>" * found.index(picked) + "<C-Y>")
    nvim.wait("return vim.fn.pumvisible() == 0")
    nvim.type("<Esc>")
    assert nvim.text == after


def test_completion_by_typing(nvim: Nvim, homelab: Path) -> None:
    nvim.edit(homelab / "homes/alice/default.nix", "{ home-manager.users$0 }")
    nvim.lua(
        "vim.lsp.completion.enable(true, vim.lsp.get_clients({ name = 'hmls' })[1].id, 0, "
        "{ autotrigger = true })"
    )
    nvim.type("i.")
    assert set(nvim.wait(LABELS)) == {"alice", "bob", "carol"}
    nvim.type("<C-E><Esc>")


def test_hover(nvim: Nvim, homelab: Path) -> None:
    nvim.edit(homelab / "homes/alice/default.nix", '{ home.username = "al$0ice"; }')
    nvim.lua("vim.lsp.buf.hover()")
    text = nvim.wait(
        "for _, window in ipairs(vim.api.nvim_list_wins()) do\n"
        "  if vim.api.nvim_win_get_config(window).relative ~= '' then\n"
        "    local buffer = vim.api.nvim_win_get_buf(window)\n"
        "    return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\\n')\n"
        "  end\n"
        "end"
    )
    assert "alice" in text


def test_definition_in_another_layer(nvim: Nvim, homelab: Path) -> None:
    """All that define the setting, in Neovim's own list: the layer at hand and the module."""
    nvim.edit(
        homelab / "homes/alice@workstation/default.nix",
        '{ "🎉" = 1; home.sessionVariables.EDI$0TOR = "nvim -p"; }',
    )
    nvim.lua("vim.lsp.buf.definition({ on_list = function(list) listed = list.items end })")
    items = nvim.wait("return listed")
    files = {str(Path(item["filename"]).relative_to(homelab)) for item in items}
    assert "modules/home/dev/editor.nix" in files


def test_a_problem_and_its_quick_fix(nvim: Nvim, homelab: Path) -> None:
    text = '{ "🎉" = 1; imports = [ ../../modules/home/s$0hh.nix ]; }'
    nvim.edit(homelab / "homes/alice/default.nix", text)
    assert "missing-import" in nvim.wait(CODES)
    nvim.lua(
        "vim.lsp.buf.code_action({ apply = true, filter = function(action)\n"
        "  return action.title == 'Change to ../../modules/home/ssh.nix' end })"
    )
    fixed = '{ "🎉" = 1; imports = [ ../../modules/home/ssh.nix ]; }'
    nvim.wait(f"return vim.api.nvim_get_current_line() == [[{fixed}]]")
    nvim.wait("return #vim.diagnostic.get(0) == 0")


LENSES = """
local lenses = vim.lsp.codelens.get(vim.lsp.codelens.enable and { bufnr = 0 } or 0)
local titles = vim.tbl_map(function(each)
  local lens = each.lens or each
  return lens.command and lens.command.title or ''
end, lenses)
return #titles > 0 and titles
"""


def test_code_lenses(nvim: Nvim, homelab: Path) -> None:
    nvim.edit(homelab / "homes/alice/default.nix")
    nvim.lua(
        "if vim.lsp.codelens.enable then vim.lsp.codelens.enable(true, { bufnr = 0 })\n"
        "else vim.lsp.codelens.refresh({ bufnr = 0 }) end"
    )
    titles = nvim.wait(LENSES)
    assert "alice · standalone" in titles
    assert {"build", "preview", "switch"} <= set(titles)
    nvim.lua(
        "ran = {}\n"
        "vim.lsp.commands['hmls.build'] = function(command) ran = command.arguments[1] end\n"
        "vim.api.nvim_win_set_cursor(0, { 1, 0 })"
    )
    nvim.lua("answers = { 'build' } vim.lsp.codelens.run()")
    nvim.wait("return ran.target == 'alice'")
    nvim.lua("vim.lsp.commands['hmls.build'] = nil")


def test_several_buffers_have_one_server(nvim: Nvim, homelab: Path) -> None:
    for name in ("homes/alice/default.nix", "homes/bob/default.nix", "flake.nix"):
        nvim.edit(homelab / name)
    clients = nvim.lua(
        "return vim.tbl_map(function(c) return #vim.tbl_keys(c.attached_buffers) end, "
        "vim.lsp.get_clients({ name = 'hmls' }))"
    )
    assert clients == [3]


def test_a_restart_serves_all_buffers_again(nvim: Nvim, homelab: Path) -> None:
    nvim.edit(homelab / "homes/bob/default.nix")
    nvim.edit(homelab / "homes/alice/default.nix")
    before = nvim.lua("return vim.lsp.get_clients({ name = 'hmls' })[1].id")
    nvim.command("Hmls restart")
    nvim.wait(
        "local c = vim.lsp.get_clients({ name = 'hmls' })[1]\n"
        "return c and c.id ~= ... and c.initialized and #vim.tbl_keys(c.attached_buffers) == 2",
        before,
    )
    nvim.set_text("{ a = ; }")
    assert nvim.wait(CODES) == ["syntax-error"]


def test_the_settings_are_told_at_initialize(start: Start, homelab: Path) -> None:
    nvim = start(
        init="vim.lsp.config('hmls', { settings = { hmls = { features = { hover = false, "
        "completion = false } } } }) vim.lsp.enable('hmls')"
    )
    nvim.edit(homelab / "homes/alice/default.nix")
    capabilities = nvim.lua("return vim.lsp.get_clients({ name = 'hmls' })[1].server_capabilities")
    assert "completionProvider" not in capabilities
    assert "definitionProvider" in capabilities
    assert nvim.said == []


def test_beside_another_server_variables_are_left_to_it(start: Start, homelab: Path) -> None:
    """The other one is hmls by another name: of two that know variables, one answers."""
    nvim = start(
        init="vim.lsp.config('nil_ls', vim.tbl_extend('force', vim.lsp.config.hmls, {\n"
        "  root_dir = vim.NIL, root_markers = { 'flake.nix' }, before_init = function() end }))\n"
        "vim.lsp.enable('nil_ls')\nvim.lsp.enable('hmls')"
    )
    nvim.edit(homelab / "homes/alice/default.nix")
    nvim.wait(
        "local all = vim.lsp.get_clients({ bufnr = 0 })\n"
        "return #all == 2 and all[1].initialized and all[2].initialized"
    )
    answers = nvim.lua(
        "local found = {}\n"
        "local places = { variable = { 36, 20 }, setting = { 24, 12 }, path = { 11, 8 } }\n"
        "for at, place in pairs(places) do\n"
        "  local method = at == 'path' and 'definition' or 'hover'\n"
        "  for id, answer in pairs(vim.lsp.buf_request_sync(0, 'textDocument/' .. method, {\n"
        "    textDocument = vim.lsp.util.make_text_document_params(0),\n"
        "    position = { line = place[1], character = place[2] } }, 20000)) do\n"
        "    local has = answer.result ~= nil and answer.result ~= vim.NIL\n"
        "    found[at .. ' ' .. vim.lsp.get_client_by_id(id).name] = has\n"
        "  end\n"
        "end\n"
        "return found"
    )
    assert answers == {
        "variable nil_ls": True,
        "variable hmls": False,
        "setting nil_ls": True,
        "setting hmls": True,
        "path nil_ls": True,
        "path hmls": False,
    }
