"""Record the names in nixpkgs' lib: python -m tests.oracle.record_names --nix BIN --lib LIB.

The answer is lib/names.json: `lib` and each set directly below it → its names. The sets of
`maintainers` and `teams` are left out, for they are not in nixpkgs' `lib` folder.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path

NAMES = Path(__file__).parent / "lib" / "names.json"
_EXPRESSION = """
  let
    lib = import %s;
    elsewhere = [ "maintainers" "teams" ];
    isSet = name: !(builtins.elem name elsewhere) && builtins.isAttrs lib.${name};
    sets = builtins.filter isSet (builtins.attrNames lib);
    namesOf = name: { inherit name; value = builtins.attrNames lib.${name}; };
  in
  builtins.listToAttrs (map namesOf sets) // { lib = builtins.attrNames lib; }
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nix", type=Path, required=True, help="folder of nix-instantiate")
    parser.add_argument("--lib", type=Path, required=True, help="nixpkgs' lib folder")
    arguments = parser.parse_args()
    done = subprocess.run(
        [
            *(str(arguments.nix / "nix-instantiate"), "--eval", "--strict", "--json"),
            *("--expr", _EXPRESSION % arguments.lib),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    names: dict[str, list[str]] = json.loads(done.stdout)
    lines = [f"  {json.dumps(key)}: {json.dumps(found)}" for key, found in sorted(names.items())]
    NAMES.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
