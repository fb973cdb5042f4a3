"""How a deployment ended, for programs: docs/deploy.md tells the fields."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Any

from hmls.deploy.outcome import Done, Failed, HandedOver, NotRun, Outcome
from hmls.deploy.preview import Document
from hmls.deploy.problem import Problem
from hmls.deploy.target import Refusal


def outcome_json(outcome: Outcome | Refusal, root: str) -> dict[str, Any]:
    """The outcome and its sentence, then what is known of it."""
    match outcome:
        case Refusal(reason=reason):
            return {"outcome": "refused", "message": reason}
        case NotRun(text=text):
            return {"outcome": "not-run", "message": text}
        case HandedOver(command=command):
            return {"outcome": "handed-over", "message": outcome.text, "command": command}
        case Failed(problems=problems):
            return {
                "outcome": "failed",
                "message": outcome.text,
                "seconds": round(outcome.seconds, 1),
                "exitCode": outcome.code,
                "profileMoved": outcome.moved is not None,
                "previous": outcome.moved.before if outcome.moved is not None else None,
                "problems": [_problem(each, root) for each in problems],
            }
        case Done(warnings=problems):
            return {
                "outcome": "done",
                "message": outcome.text,
                "seconds": round(outcome.seconds, 1),
                "result": outcome.result,
                "generation": outcome.generation,
                "problems": [_problem(each, root) for each in problems],
                "changes": None if outcome.preview is None else _changes(outcome.preview),
            }


def _problem(problem: Problem, root: str) -> dict[str, Any]:
    """Lines and columns count from 1; the column counts bytes, as Nix does."""
    place = problem.place
    return {
        "code": problem.kind,
        "severity": problem.severity,
        "message": problem.message,
        "file": None if place is None else os.path.relpath(place.file, root),
        "line": None if place is None else place.line,
        "column": None if place is None else place.column,
    }


def _changes(document: Document) -> dict[str, Any]:
    return {
        "old": document.old,
        "new": document.new,
        "packages": [asdict(each) for each in document.packages],
        "files": [asdict(each) for each in document.files],
        "settings": [asdict(each) for each in document.settings],
        "inTheWay": [asdict(each) for each in document.collisions],
        "inputs": [asdict(each) for each in document.inputs],
        "notes": list(document.notes),
    }
