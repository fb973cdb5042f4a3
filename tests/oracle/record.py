"""Record the answers of a real Nix again: python -m tests.oracle.record --nix BIN --lib LIB.

BIN is the folder of `nix-instantiate`, LIB the `lib` folder of nixpkgs (for cases that use
`lib`); `--home-manager` is the folder of Home Manager, for cases in `hm`, whose `lib` is
extended by its own. With files given, only theirs are recorded. Each Nix process evaluates
many cases and ends at the first error; the next one goes on after it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.oracle.cases import EXPRESSION, Case, case_files, read_cases, write_answers
from tests.support import first_line, nix_text_of_json, plain, write_files

BATCH = 300
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True)
class Nix:
    """How to reach the real one."""

    bin: Path
    lib: Path | None
    home_manager: Path | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """An error message."""

    message: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nix", type=Path, required=True, help="folder of nix-instantiate")
    parser.add_argument("--lib", type=Path, help="nixpkgs' lib folder")
    parser.add_argument("--home-manager", type=Path, help="Home Manager's source")
    parser.add_argument("files", type=Path, nargs="*", help=".nixcases files, default all")
    arguments = parser.parse_args()
    nix = Nix(arguments.nix, arguments.lib, arguments.home_manager)
    for path in arguments.files or case_files():
        cases = read_cases(path.resolve())
        write_answers(path, record(nix, cases))
        sys.stderr.write(f"{path}: {len(cases)} cases\n")


def record(nix: Nix, cases: list[Case]) -> dict[str, dict[str, Any]]:
    """Name → answer, in the order of the cases."""
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.realpath(folder)
        folders = [os.path.join(root, str(index)) for index in range(len(cases))]
        drivers = [_write(nix, case, at) for case, at in zip(cases, folders, strict=True)]
        strict = all(case.strict for case in cases)
        printed = _evaluate(nix, drivers, strict=strict)
        # JSON would copy paths to the store, so they are left as printed.
        plain = [
            index
            for index, text in enumerate(printed)
            if strict and isinstance(text, str) and not re.search(r"[/<«]", _STRING.sub("", text))
        ]
        as_json = dict(
            zip(
                plain,
                _evaluate(nix, [drivers[index] for index in plain], strict=True, as_json=True),
                strict=True,
            )
        )
        return {
            case.name: _answer(case, text, as_json.get(index), folders[index])
            for index, (case, text) in enumerate(zip(cases, printed, strict=True))
        }


def _write(nix: Nix, case: Case, folder: str) -> str:
    """Write the files of a case; returns the one that Nix evaluates."""
    write_files(folder, case.files)
    expression = os.path.join(folder, EXPRESSION)
    if not case.needs_lib:
        return expression
    driver = f"{folder}.nix"
    Path(driver).write_text(
        f"builtins.scopedImport {{ lib = {_library(nix, case)}; }} {expression}\n", "utf-8"
    )
    return driver


def _library(nix: Nix, case: Case) -> str:
    """What `lib` is in a case."""
    if case.is_home_manager:
        return f"import {nix.home_manager}/modules/lib/stdlib-extended.nix (import {nix.lib})"
    return f"import {nix.lib}"


def _answer(
    case: Case, text: str | Failed, as_json: str | Failed | None, folder: str
) -> dict[str, Any]:
    if isinstance(text, Failed):
        message = plain(text.message) if case.whole_messages else first_line(text.message)
        return {"error": message.replace(folder, "$CASE")}
    if isinstance(as_json, str) and nix_text_of_json(json.loads(as_json)) == text:
        return {"value": json.loads(as_json.replace(folder, "$CASE"))}
    return {"printed": text.replace(folder, "$CASE")}


def _evaluate(
    nix: Nix, files: list[str], *, strict: bool, as_json: bool = False
) -> list[str | Failed]:
    """What Nix prints of each file."""
    results: list[str | Failed] = []
    while len(results) < len(files):
        batch = files[len(results) : len(results) + BATCH]
        done = subprocess.run(
            [
                str(nix.bin / "nix-instantiate"),
                *("--eval", "--log-format", "internal-json"),
                *("--extra-experimental-features", "pipe-operators flakes"),
                *(["--strict"] if strict else []),
                *(["--json"] if as_json else []),
                *batch,
            ],
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
            env={"PATH": os.environ["PATH"], "NO_COLOR": "1", "HOME": "/homeless-shelter"},
        )
        # What stands behind the last end of a line is part of a value that failed.
        lines = done.stdout.split("\n")[:-1]
        results.extend(lines)
        if done.returncode != 0:
            results.append(Failed(_error_message(done.stderr)))
        elif len(lines) != len(batch):
            raise RuntimeError(f"Nix printed {len(lines)} lines: {batch}")
    return results


def _error_message(log: str) -> str:
    """The error in Nix's log. Source: nix src/libutil/logging.cc."""
    for line in reversed(log.splitlines()):
        if line.startswith("@nix "):
            entry = json.loads(line.removeprefix("@nix "))
            is_error = entry.get("action") == "msg" and entry.get("level") == 0
            # Wrong usage, such as an unknown hash algorithm, is followed by a hint.
            if is_error and not entry["msg"].startswith("Try '"):
                message: str = entry.get("raw_msg", entry["msg"])
                return message.removeprefix("error: ")
    raise RuntimeError(f"Nix failed without a message: {log[-2000:]}")


if __name__ == "__main__":
    main()
