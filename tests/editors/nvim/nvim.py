"""A real Neovim without a screen, spoken to over its socket."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[3]
PLUGIN = REPOSITORY / "editors/nvim"
PATIENCE_S = 60.0
"""How long a condition may take on a busy machine."""

INIT = """\
@PATH@
vim.opt.swapfile = false
vim.opt.shortmess:append('aoOtTI')
vim.opt.more = false
vim.g.hmls_test = { said = {}, asked = {} }
said, asked, answers = {}, {}, {}
vim.notify = function(text, level)
  table.insert(said, { text = text, level = level or vim.log.levels.INFO })
end
-- A picker as any other: it remembers what it was asked; the answer in line, or the first one.
vim.ui.select = function(items, opts, on_choice)
  local format = opts.format_item or tostring
  local labels = vim.tbl_map(format, items)
  local row = {}
  for column = 1, 40 do
    row[column] = vim.fn.screenstring(1, column)
  end
  local drawn = vim.trim(table.concat(row))
  table.insert(asked, { prompt = opts.prompt, kind = opts.kind, labels = labels, drawn = drawn })
  local wanted = table.remove(answers, 1)
  for number, label in ipairs(labels) do
    if wanted == nil or label:find(wanted, 1, true) == 1 then
      return on_choice(items[number], number)
    end
  end
  on_choice(nil, nil)
end
vim.lsp.config('hmls', { cmd = @COMMAND@ })
@MORE@
"""


class LuaError(Exception):
    """What Neovim said of code that failed."""


class Nvim:
    """One process. Its own folders are empty and stay inside `folder`.

    `init` ends its init.lua; `on_path` puts the plugin on the runtimepath before.
    """

    def __init__(
        self,
        program: Path,
        folder: Path,
        *,
        init: str = "vim.lsp.enable('hmls')",
        on_path: bool = True,
        environ: dict[str, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._program = program
        self._socket = str(folder / "socket")
        self._environ = {**os.environ, **(environ or {})}
        for name in ("CONFIG", "DATA", "STATE", "CACHE"):
            self._environ[f"XDG_{name}_HOME"] = str(folder / name.lower())
        self._environ["PYTHONPATH"] = str(REPOSITORY)
        self._environ.pop("NVIM", None)
        command = "{" + ", ".join(_lua(word) for word in (sys.executable, "-m", "hmls")) + "}"
        path = f"vim.opt.runtimepath:append({_lua(str(PLUGIN))})" if on_path else ""
        text = INIT.replace("@PATH@", path).replace("@COMMAND@", command)
        (folder / "init.lua").write_text(text.replace("@MORE@", init))
        self._errors = open(folder / "stderr", "w")  # noqa: SIM115
        self.process = subprocess.Popen(
            [
                program,
                "--headless",
                "--listen",
                self._socket,
                "-u",
                folder / "init.lua",
                "-i",
                "NONE",
            ],
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=self._errors,
            stderr=self._errors,
        )
        deadline = time.monotonic() + PATIENCE_S
        while not _accepts(self._socket):
            assert self.process.poll() is None, (folder / "stderr").read_text()
            assert time.monotonic() < deadline, "Neovim does not listen"

    def lua(self, code: str, *arguments: Any) -> Any:
        """What a chunk of Lua returns; `...` are the arguments. Anything that JSON holds."""
        file = self.folder / "chunk.lua"
        passed = ", ".join(f"vim.json.decode({_lua(json.dumps(each))})" for each in arguments)
        file.write_text(
            f"local chunk = function(...)\n{code}\nend\n"
            f"local found = chunk({passed})\n"
            "return found == nil and 'null' or vim.json.encode(found)\n"
        )
        return json.loads(self._remote("--remote-expr", f"luaeval('dofile(_A)', '{file}')"))

    def type(self, keys: str) -> None:
        """Type keys, as `<Esc>ofoo`."""
        self._remote("--remote-send", keys)

    def command(self, text: str) -> None:
        self.lua("vim.cmd(...)", text)

    def wait(self, code: str, *arguments: Any) -> Any:
        """What a chunk of Lua returns as soon as that is neither nil nor false."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            found = self.lua(code, *arguments)
            if found not in (None, False):
                return found
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"not so after {PATIENCE_S:.0f} s: {code}\n"
                    f"Neovim said {self.said}\n{self.stderr}\n{self.lsp_log}"
                )

    def edit(self, path: Path, text: str | None = None) -> None:
        """Edit a file, with a text of its own; wait for the server to be there."""
        self.lua("vim.cmd.edit(vim.fn.fnameescape(...))", str(path))
        self.wait("return #vim.lsp.get_clients({ name = 'hmls', bufnr = 0 }) == 1")
        self.wait("return vim.lsp.get_clients({ name = 'hmls', bufnr = 0 })[1].initialized")
        if text is not None:
            self.set_text(text)

    def set_text(self, text: str) -> None:
        """Replace the text of the buffer; `$0` is where the cursor goes."""
        before, mark, after = text.partition("$0")
        lines = (before + after).split("\n")
        self.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, ...)", lines)
        if mark:
            row = before.count("\n") + 1
            column = len(before.rpartition("\n")[2].encode())
            self.lua("vim.api.nvim_win_set_cursor(0, ...)", [row, column])

    @property
    def text(self) -> str:
        return "\n".join(self.lua("return vim.api.nvim_buf_get_lines(0, 0, -1, false)"))

    @property
    def said(self) -> list[dict[str, Any]]:
        return list(self.lua("return said"))

    @property
    def stderr(self) -> str:
        return (self.folder / "stderr").read_text()

    @property
    def lsp_log(self) -> str:
        found = list((self.folder / "state").rglob("lsp.log"))
        return found[0].read_text()[-4000:] if found else ""

    def close(self) -> None:
        if self.process.poll() is None:
            self._ask("--remote-send", "<C-\\><C-N>:qall!<CR>")
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._errors.close()

    def _remote(self, how: str, what: str) -> str:
        answer = self._ask(how, what)
        if answer.returncode != 0:
            raise LuaError(answer.stderr or self.stderr)
        return answer.stdout

    def _ask(self, how: str, what: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program, "--headless", "--clean", "--server", self._socket, how, what],
            capture_output=True,
            text=True,
            env=self._environ,
            timeout=PATIENCE_S,
            check=False,
        )


def _accepts(path: str) -> bool:
    """Whether a program listens: a socket is there a moment before that."""
    with socket.socket(socket.AF_UNIX) as tried:
        return tried.connect_ex(path) == 0


def _lua(text: str) -> str:
    """A Lua string literal."""
    return json.dumps(text, ensure_ascii=False)
