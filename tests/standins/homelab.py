"""What real Nix says of examples/homelab when stand-ins take the place of its inputs.

    python -m tests.standins.homelab --nix BIN

records the values of homelab-settings.txt on every target into homelab-expected.json. BIN is the
folder of `nix`. With `--nixpkgs-lib LIB` the library of nixpkgs is the real one; with
`--input NAME=FOLDER` an input is what that folder holds. Either way the file should not change.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HOMELAB = HERE.parents[1] / "examples/homelab"
SETTINGS = HERE / "homelab-settings.txt"
EXPECTED = HERE / "homelab-expected.json"
INPUTS = ("home-manager", "nix-on-droid", "nixpkgs", "sops-nix")

Answers = dict[str, dict[str, dict[str, Any]]]
"""Target → setting, as an attribute path in Nix's notation → {"value": …} or {"error": …}."""

# Each output as a set of targets: the expression that makes it, and the targets' path inside it.
TARGETS = {
    "homeConfigurations": """
        builtins.mapAttrs (user: home: home.config)
    """,
    "nixosConfigurations": """
        hosts: builtins.listToAttrs (builtins.concatMap (host:
          let homes = hosts.${host}.config.home-manager.users; in
          map (user:
            { name = "${user}@${host}"; value = homes.${user}; }
          ) (builtins.attrNames homes)
        ) (builtins.attrNames hosts))
    """,
    "nixOnDroidConfigurations": """
        devices: builtins.listToAttrs (map (user:
          { name = "${user}@droid"; value = devices.${user}.config.home-manager.config; }
        ) (builtins.attrNames devices))
    """,
}

# A value that cannot be had is null here; what depends on the store is left out.
ANSWERS = """
    outputs:
    let
      paths = builtins.fromJSON @PATHS@;
      targets = (@TARGETS@) outputs;
      has = value: path: path == [ ] || builtins.isAttrs value && value ? ${builtins.head path}
        && has value.${builtins.head path} (builtins.tail path);
      get = builtins.foldl' (value: name: value.${name});
      answer = config: path:
        let
          result = builtins.tryEval (
            if !(has config path) then "absent"
            else let text = builtins.toJSON (get config path); in
              if builtins.hasContext text then "absent" else [ text ]
          );
        in if result.success then result.value else null;
    in
    builtins.mapAttrs (_: config: map (answer config) paths) targets
"""

ONE = """
    outputs: builtins.toJSON (builtins.foldl' (value: name: value.${name}) ((@TARGETS@) outputs)
      (builtins.fromJSON @PATH@))
"""


class NixFailed(Exception):
    """Nix ended with an error; the message is what it said last."""


@dataclass(frozen=True, slots=True)
class Nix:
    """How to evaluate a flake: the program, its environment, and folders in place of inputs.

    An input of an input is named with a slash: `nixpkgs/library` is the library that the stand-in
    for nixpkgs uses.
    """

    program: str
    environ: Mapping[str, str]
    inputs: Mapping[str, Path] = field(
        default_factory=lambda: {name: HERE / name for name in INPUTS}
    )

    def run(self, *arguments: str) -> str:
        """What Nix writes to stdout, offline and with the inputs replaced."""
        overrides = [
            word
            for name, folder in self.inputs.items()
            for word in ("--override-input", name, f"path:{folder}")
        ]
        command = [self.program, *arguments, "--offline", "--no-write-lock-file", *overrides]
        answer = subprocess.run(
            command, env=self.environ, capture_output=True, text=True, check=False
        )
        if answer.returncode != 0:
            raise NixFailed(last_error(answer.stderr))
        return answer.stdout

    def evaluate(self, flake: Path, output: str, function: str) -> Any:
        """A function of one output, as JSON."""
        reference = f"path:{flake}#{output}"
        return json.loads(self.run("eval", "--json", reference, "--apply", function))


def answers(nix: Nix, flake: Path = HOMELAB) -> Answers:
    """The values of all settings on all targets; a target without a setting lacks it here too."""
    settings = read_settings()
    paths = nix_string([segments(setting) for setting in settings])
    found: Answers = {}
    for output, targets in TARGETS.items():
        function = ANSWERS.replace("@TARGETS@", targets).replace("@PATHS@", paths)
        for target, values in nix.evaluate(flake, output, function).items():
            found[target] = {
                setting: {"error": error(nix, flake, output, target, setting)}
                if value is None
                else {"value": json.loads(value[0])}
                for setting, value in zip(settings, values, strict=True)
                if value != "absent"
            }
    return dict(sorted(found.items()))


def error(nix: Nix, flake: Path, output: str, target: str, setting: str) -> str:
    """The first line of the error that evaluating one setting ends with."""
    path = nix_string([target, *segments(setting)])
    function = ONE.replace("@TARGETS@", TARGETS[output]).replace("@PATH@", path)
    try:
        value = nix.evaluate(flake, output, function)
    except NixFailed as failure:
        return str(failure)
    raise AssertionError(f"{target} {setting} failed among others, and alone it is {value}")


def read_settings() -> list[str]:
    lines = SETTINGS.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def segments(setting: str) -> list[str]:
    """An attribute path in Nix's notation as its names."""
    return [name.strip('"') for name in re.findall(r'"[^"]*"|[^."]+', setting)]


def nix_string(value: Any) -> str:
    """A value as JSON, in a string literal of Nix."""
    return json.dumps(json.dumps(value)).replace("${", "\\${")


def last_error(text: str) -> str:
    """The first line of the message that stands last in Nix's output."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return plain.rpartition("error: ")[2].split("\n", 1)[0]


def write_expected(found: Answers) -> None:
    text = json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True)
    EXPECTED.write_text(text + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nix", type=Path, required=True, help="folder of nix")
    parser.add_argument("--nixpkgs-lib", type=Path, help="nixpkgs' lib folder")
    parser.add_argument("--input", action="append", default=[], help="NAME=FOLDER")
    arguments = parser.parse_args()
    inputs = {name: HERE / name for name in INPUTS}
    for pair in arguments.input:
        name, _, folder = pair.partition("=")
        inputs[name] = Path(folder).resolve()
    if arguments.nixpkgs_lib:
        inputs["nixpkgs/library"] = arguments.nixpkgs_lib.resolve()
    found = answers(Nix(str(arguments.nix / "nix"), os.environ, inputs))
    write_expected(found)
    sys.stderr.write(f"{sum(map(len, found.values()))} values on {len(found)} targets\n")


if __name__ == "__main__":
    main()
