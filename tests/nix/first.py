"""A machine where Home Manager was never installed, and what `nix run home-manager/master` runs."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.nix.desk import make_lab
from tests.nix.lab import SYSTEM, Lab

INIT = """
{
  outputs = { self }: {
    packages.@system@.default = derivation {
      name = "home-manager";
      system = "@system@";
      builder = "/bin/sh";
      PATH = "/usr/bin:/bin";
      script = ./init.sh;
      args = [ "-euc" "mkdir -p $out/bin; cp $script $out/bin/home-manager; chmod +x $out/bin/*" ];
    };
  };
}
"""
INIT_SCRIPT = """#!/bin/sh
# `home-manager init --switch FOLDER`, as far as a deployment can see it.
set -eu
echo "$@" > "$HOME/asked"
[ "$1 $2" = "init --switch" ]
cp -R "@standin@/." "$3"
nix build "path:$3#homeConfigurations.$USER.activationPackage" --out-link "$HOME/.built"
exec "$(readlink -f "$HOME/.built")/activate"
"""


def without_a_flake(folder: Path, environ: dict[str, str]) -> Lab:
    """A lab whose root is an empty folder, and a registry where `home-manager` can be found."""
    lab = make_lab(folder, environ, '{ files.first = "🎉"; }')
    first = lab.root.rename(lab.folder / "first")
    lab.root.mkdir()
    source = lab.folder / "home-manager"
    source.mkdir()
    (source / "flake.nix").write_text(INIT.replace("@system@", SYSTEM))
    (source / "init.sh").write_text(INIT_SCRIPT.replace("@standin@", str(first)))
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(source)]
    for arguments in (["init", "-q", "-b", "master"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *arguments], check=True)
    registry = lab.home / ".config/nix/registry.json"
    registry.parent.mkdir(parents=True)
    registry.write_text(
        '{"version": 2, "flakes": [{"from": {"type": "indirect", "id": "home-manager"}, '
        f'"to": {{"type": "git", "url": "file://{source}"}}}}]}}'
    )
    return lab
