"""Run everything on repositories that are there already, and say what came of it.

    python -m benchmarks.corpus [--nix NIX_INSTANTIATE] [--json FILE] FOLDER…

Each folder is a flake. With `--nix`, Nix's own parser says which files are valid. Every
repository runs in a process of its own, so that times and memory are its own. What is known
of the inputs is what `hmls show` knows: the store, and the bundled table of Home Manager.

Leaves that are not known are counted in four groups: those that an unread module can reach,
those that need an input which is not there or that only a build tells, those on which Nix
fails, and the rest, which is what hmls itself falls short of.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

_MINUTES = 5
_GIGABYTES = 6
"""Of addresses; half a gigabyte of them is the stack of the evaluation, mostly untouched."""

_STEPS = 10**12
_REACHED = frozenset(("unread", "unread-module", "undeclared", "own-module"))
"""Kinds of reasons: a module that is not evaluated declares it, or may add to it."""
_MISSING = frozenset(
    ("missing-input", "encrypted", "package", "packages", "fetch", "flake", "home-manager",
     "unread-flake-module", "build", "store-path", "")
)  # fmt: skip
"""Kinds of reasons: it needs an input that is not there, or it is nothing that JSON holds."""


def main() -> None:
    options = _parser().parse_args()
    if options.one:
        json.dump(run_here(options.folders[0], options.nix), sys.stdout)
        return
    found: dict[str, dict[str, Any]] = {}
    for folder in options.folders:
        found[os.path.basename(os.path.normpath(folder))] = _run(folder, options.nix)
        if options.json:
            with open(options.json, "w", encoding="utf-8") as file:
                json.dump(found, file, indent=1)
    print_report(found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--nix", help="nix-instantiate, whose parser is the truth on syntax")
    parser.add_argument("--json", help="write all that was found there")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    return parser


def _run(folder: str, nix: str | None) -> dict[str, Any]:
    """One repository in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.corpus", "--one", folder]
    command += ["--nix", nix] if nix else []
    try:
        done = subprocess.run(command, capture_output=True, timeout=60 * _MINUTES, check=False)
    except subprocess.TimeoutExpired:
        return {"crash": f"not done after {_MINUTES} minutes"}
    if done.returncode != 0:
        return {"crash": done.stderr.decode("utf-8", "replace")[-2000:]}
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def run_here(folder: str, nix: str | None = None) -> dict[str, Any]:
    from hmls.homes.catalogued import Catalogued
    from hmls.homes.workspace import Views, Workspace
    from hmls.lang.thread import run

    resource.setrlimit(resource.RLIMIT_AS, (_GIGABYTES << 30, _GIGABYTES << 30))
    workspace = Workspace(os.environ.get("HMLS_STORE_ROOT", ""))
    workspace.set_folders([folder])
    steps: dict[str, Any] = {"seconds": {}, "exceptions": []}
    view = run(Views(workspace, Catalogued()).newest)
    if not view.repositories:
        return {**steps, "crash": "no flake with homes"}
    repository = next(iter(view.repositories.values()))

    def step(name: str, work: Any) -> Any:
        start = time.process_time()
        try:
            return run(work)
        except Exception:  # noqa: BLE001  Finding any is what this is for.
            steps["exceptions"].append({"step": name, "trace": traceback.format_exc()[-3000:]})
            return None
        finally:
            steps["seconds"][name] = time.process_time() - start

    steps["syntax"] = step("syntax", lambda: _syntax(repository, nix))
    steps["layers"] = step("layers", lambda: _layers(repository))
    steps["targets"] = targets = step("targets", lambda: _targets(repository))
    steps["homes"] = {}
    for target in repository.targets.items if targets is not None else ():
        name = f"home {target.key}"
        steps["homes"][target.key] = step(name, lambda target=target: _home(repository, target))
    steps["check"] = step("check", lambda: _check(view))
    steps["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return steps


def _syntax(repository: Any, nix: str | None) -> dict[str, Any]:
    """Files with problems, and of those the ones that Nix finds valid."""
    from hmls.lang.check import refusal
    from hmls.syntax.parse import parse

    with_problems: dict[str, str] = {}
    size = 0
    paths = repository.index.paths
    for path in paths:
        facts = repository.index[path]
        size += len(facts.text)
        problem = refusal(parse(facts.text), path)
        if facts.problems or problem is not None:
            with_problems[path] = str(problem or facts.problems[0])
    refused: set[str] = set()
    if nix:
        _refused_by_nix(nix, list(paths), refused)
    return {
        "files": len(paths),
        "bytes": size,
        "false": {p: m for p, m in with_problems.items() if nix and p not in refused},
        "missed": sorted(refused - set(with_problems)),
        "right": sorted(refused & set(with_problems)),
    }


def _refused_by_nix(nix: str, paths: list[str], refused: set[str]) -> None:
    if not paths:
        return
    command = [nix, "--extra-experimental-features", "pipe-operators", "--parse", *paths]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode == 0:
        return
    if len(paths) == 1:
        refused.add(paths[0])
        return
    middle = len(paths) // 2
    _refused_by_nix(nix, paths[:middle], refused)
    _refused_by_nix(nix, paths[middle:], refused)


def _layers(repository: Any) -> dict[str, Any]:
    from hmls.report.layers import layers_json

    data = layers_json(repository)
    return {
        "layout": repository.layout.row.name if repository.layout.row else None,
        "layers": len(repository.layout.layers),
        "users": len(data["users"]),
        "hosts": len(data["hosts"]),
        "assumptions": data["assumptions"],
        "errors": data["errors"],
    }


def _targets(repository: Any) -> dict[str, Any]:
    items = repository.targets.items
    return {
        "total": len(items),
        "by_convention": {t.key: t.by_convention for t in items if t.by_convention is not None},
    }


def _check(view: Any) -> dict[str, Any]:
    from hmls.report.check import check_json

    problems = check_json(view)["diagnostics"]
    return {
        "by_code": Counter(problem["code"] for problem in problems),
        "problems": [
            f"{p['file']}:{p['line']}: {p['severity']} {p['code']}: {p['message']}"
            for p in problems
        ],
    }


def _home(repository: Any, target: Any) -> dict[str, Any]:
    """The leaves of one home: how many there are and are known, and why the others are not."""
    from hmls.homes.settings import settings
    from hmls.lang.budget import limited
    from hmls.lang.errors import NixError, Unknowable

    try:
        evaluation = repository.evaluation(target)
        collected = evaluation.collected
        # The memory that a home may take is its own, whatever those before it took.
        with limited(_STEPS):
            # What only a false mkIf defines has no value to know.
            found = [s for s in settings(repository, target) if s.defined]
    except NixError as error:
        return {"error": error.message}
    except Unknowable as stop:
        return {"error": f"unknown: {stop.unknown.text}: {stop.unknown.cause.message}"}
    unknown = [s for s in found if not s.known]
    return {
        "modules": len(collected.modules),
        "unread": Counter(f"{u.unknown.text}: {u.unknown.cause.message}" for u in collected.unread),
        "failures": [failure.message for failure in collected.failures],
        "leaves": len(found),
        "known": len(found) - len(unknown),
        **Counter(_group(s) for s in unknown),
        "messages": {".".join(s.path): s.error for s in unknown if s.error},
        "reasons": Counter(f"{_group(s)} {s.kind}: {s.reason}" for s in unknown if not s.error),
        "examples": {
            f"{s.kind}: {s.reason}": f"{'.'.join(s.path)} = {s.text[:200]}" for s in unknown
        },
    }


def _group(found: Any) -> str:
    if found.error is not None:
        return "errors"
    if found.kind in _REACHED:
        return "reached"
    return "missing" if found.kind in _MISSING else "rest"


def print_report(found: dict[str, dict[str, Any]]) -> None:
    table = Table(box=None, header_style="dim")
    for name in ("repository", *_ROW, "share", "seconds", "slowest", "MB"):
        table.add_column(name, justify="left" if name == "repository" else "right")
    totals: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for name, result in sorted(found.items()):
        if "crash" in result:
            totals["exceptions"] += 1
            table.add_row(name, result["crash"].strip().splitlines()[-1])
            continue
        row = _row(result)
        totals.update(row)
        for home in result["homes"].values():
            reasons.update((home or {}).get("reasons", {}))
        seconds = result["seconds"]
        slowest = max((t for step, t in seconds.items() if step.startswith("home ")), default=0)
        shown = f"{sum(seconds.values()):.1f}", f"{slowest:.1f}", f"{result['peak_mb']:.0f}"
        table.add_row(name, *(str(n) for n in row.values()), _share(row), *shown)
    table.add_row("total", *(str(totals[key]) for key in _ROW), _share(totals))
    Console(width=200).print(table)
    for reason, count in reasons.most_common(40):
        print(f"{count:7} {reason}")


_ROW = (
    "files", "false", "missed", "targets", "assumed", "leaves", "known", "reached", "missing",
    "errors", "exceptions",
)  # fmt: skip


def _share(row: Mapping[str, int]) -> str:
    """How many are known of those that need nothing which is not there."""
    of = row["leaves"] - row["reached"] - row["missing"] - row["errors"]
    return f"{100 * row['known'] / of:.1f} %" if of else ""


def _row(result: dict[str, Any]) -> dict[str, int]:
    syntax, targets = result["syntax"] or {}, result["targets"] or {}
    homes = [home for home in result["homes"].values() if home]
    return {
        "files": syntax.get("files", 0),
        "false": len(syntax.get("false", ())),
        "missed": len(syntax.get("missed", ())),
        "targets": targets.get("total", 0),
        "assumed": len(targets.get("by_convention", ())),
        "leaves": sum(home.get("leaves", 0) for home in homes),
        "known": sum(home.get("known", 0) for home in homes),
        "reached": sum(home.get("reached", 0) for home in homes),
        "missing": sum(home.get("missing", 0) for home in homes),
        "errors": sum(home.get("errors", 0) for home in homes),
        "exceptions": len(result["exceptions"]),
    }


if __name__ == "__main__":
    main()
