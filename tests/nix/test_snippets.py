"""The lines of docs/editors.md are what their readers take: Nix, JSON and TOML."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

PAGE = (Path(__file__).parents[2] / "docs/editors.md").read_text(encoding="utf-8")
WITH_STANDINS = """
module:
if builtins.isFunction module then
  module {
    inputs.hmls = { outPath = "/hmls"; homeManagerModules.default = "the module"; };
    pkgs.vimUtils.buildVimPlugin = plugin: plugin.src;
  }
else
  module
"""


def snippets(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def evaluated(code: str, environ: dict[str, str]) -> Any:
    expression = f"({WITH_STANDINS}) ({code})"
    done = subprocess.run(
        ["nix", "eval", "--json", "--expr", expression],
        env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_nix(nix_environ: dict[str, str], tmp_path: Path) -> None:
    environ = {**nix_environ, "HOME": str(tmp_path)}
    own, by_hand, nixvim, plugin, vscode = (evaluated(each, environ) for each in snippets("nix"))
    assert own["imports"] == ["the module"]
    assert by_hand["programs"]["helix"]["languages"]["language-server"]["hmls"]["command"] == "hmls"
    assert "vim.lsp.enable" in nixvim["programs"]["nixvim"]["extraConfigLua"]
    assert plugin["programs"]["neovim"]["plugins"] == ["/hmls/editors/nvim"]
    assert "hmls.server.path" in vscode["programs"]["vscode"]["profiles"]["default"]["userSettings"]


@pytest.mark.parametrize("code", snippets("json"))
def test_json(code: str) -> None:
    assert isinstance(json.loads(code), dict)


def test_toml() -> None:
    (helix,) = map(tomllib.loads, snippets("toml"))
    assert helix["language"][0]["language-servers"][0] in helix["language-server"]
