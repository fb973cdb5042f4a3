"""From the start of a real editor to the first hover that it shows; `python -m benchmarks editors`.

The editors are those of the tests: Neovim in .nvim, VS Code (as code-server) in .cache/code-server
or HMLS_CODE_SERVER, with the .vsix that `npm run package` has made.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figure import Figure

_PROJECT = Path(__file__).parent.parent
_FILE = _PROJECT / "examples/homelab/homes/alice@workstation/default.nix"
_NVIM = """
local begin = vim.uv.hrtime()
vim.opt.runtimepath:append(@PLUGIN@)
vim.lsp.config('hmls', { cmd = { @PYTHON@, '-m', 'hmls' } })
vim.lsp.enable('hmls')
vim.cmd.edit(vim.fn.fnameescape(@FILE@))
vim.wait(60000, function()
  local client = vim.lsp.get_clients({ name = 'hmls' })[1]
  return client ~= nil and client.initialized
end, 5)
vim.api.nvim_win_set_cursor(0, { 18, 11 })
local params = vim.lsp.util.make_position_params(0, 'utf-8')
local answer = vim.lsp.buf_request_sync(0, 'textDocument/hover', params, 60000)
local _, first = next(answer or {})
print(vim.json.encode({ ms = (vim.uv.hrtime() - begin) / 1e6, text = first.result.contents.value }))
"""


def measure() -> list[Figure]:
    """Both editors, or those that are there."""
    found = []
    nvim = _PROJECT / ".nvim/bin/nvim"
    if nvim.exists():
        found.append(Figure("Neovim: start to first hover", _neovim(nvim), "ms"))
    tools = Path(os.environ.get("HMLS_CODE_SERVER", _PROJECT / ".cache/code-server"))
    if (tools / "node").exists():
        seen = _vscode(tools)
        found += [
            Figure("VS Code: the extension's own activation", seen["activation"], "ms", 150),
            Figure("VS Code: file opened to first hover, server just started", seen["hover"], "ms"),
        ]
    return found


def _neovim(program: Path) -> float:
    texts = {"@PLUGIN@": _PROJECT / "editors/nvim", "@PYTHON@": sys.executable, "@FILE@": _FILE}
    script = _NVIM
    for name, value in texts.items():
        script = script.replace(name, json.dumps(str(value)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "start.lua")
        path.write_text(script)
        homes = {f"XDG_{name}_HOME": folder for name in ("CONFIG", "DATA", "STATE", "CACHE")}
        done = subprocess.run(
            [program, "--headless", "--clean", "-l", path],
            env={**os.environ, **homes, "PYTHONPATH": str(_PROJECT)},
            capture_output=True,
            text=True,
            check=True,
        )
    answer = json.loads(done.stdout or done.stderr)
    assert "alice@laptop" in answer["text"], answer
    return float(answer["ms"])


def _vscode(tools: Path) -> dict[str, float]:
    server = os.environ.get("HMLS_SERVER", str(Path(sys.executable).with_name("hmls")))
    done = subprocess.run(
        ["node", _PROJECT / "tests/editors/vscode/start.mjs"],
        env={**os.environ, "HMLS_CODE_SERVER": str(tools), "HMLS_SERVER": server},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found
