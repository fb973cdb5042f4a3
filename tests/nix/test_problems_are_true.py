"""The pages of docs/diagnostics with real Nix: it fails in the same words; what is mended works."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.diagnostics.trees import DOCS, fences, problems, write_tree
from tests.standins.homelab import HERE, Nix, NixFailed

OF_ALICE = "homeConfigurations.alice.config"
READ = {
    "conflict": "my.editor",
    "type-mismatch": "my.editor",
    "missing-value": "home.sessionVariables.EDITOR",
    "undeclared-option": "my.servers.web.port",
    "infinite-recursion": "home.sessionVariables.EDITOR",
    "evaluation-error": "home.sessionVariables.COLOUR",
    "os-config": "home.sessionVariables",
    "undefined-variable": "home.packages",
    "syntax-error": "my",
    "missing-import": "my",
    "nixos-option": "home.packages",
}
"""Code → the value that fails. A cycle of imports is among the cases of tests/oracle."""
IN_NIX = {
    "missing-import": "does not exist",
    "nixos-option": "The option `environment' does not exist. Definition values:",
    "os-config": "expected a set but found null: null",
}
"""What Nix says where the message of the diagnostic has other words."""


@pytest.fixture
def nix(nix_environ: dict[str, str], tmp_path: Path) -> Nix:
    inputs = {name: HERE / name for name in ("home-manager", "nixpkgs")}
    return Nix("nix", {**nix_environ, "HOME": str(tmp_path)}, inputs)


@pytest.mark.parametrize("code", READ)
def test_page(nix: Nix, code: str, tmp_path: Path) -> None:
    failing, mended = fences((DOCS / f"{code}.md").read_text())
    found = problems(tmp_path / "failing", failing)
    with pytest.raises(NixFailed) as raised:
        _evaluate(nix, tmp_path / "failing", READ[code])
    said = str(raised.value)
    expected = IN_NIX.get(code)
    if expected is None:
        assert said in {problem.message.split("\n")[0] for problem in found}
    else:
        assert expected in said
    write_tree(tmp_path / "mended", mended)
    path = READ[code] if READ[code] != "my" else "home.sessionVariables"
    _evaluate(nix, tmp_path / "mended", path)


def _evaluate(nix: Nix, root: Path, path: str) -> object:
    """Force a value as far as JSON would; packages are not built."""
    output = f"path:{root}#{OF_ALICE}"
    strict = f"config: builtins.deepSeq (map (x: x.name or x) (values config.{path})) true"
    values = "let values = v: if builtins.isAttrs v then builtins.attrValues v else [ v ]; in"
    return nix.run("eval", "--json", output, "--apply", f"{values} {strict}")
