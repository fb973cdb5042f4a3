"""Error text in, problems out as short lines: `kind file:line:column remedy …`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from hmls.deploy.log import Log
from hmls.deploy.nix_json import parse_event
from hmls.deploy.problem import (
    AllowPackage,
    BackUpFiles,
    ForceFile,
    OptionPath,
    Place,
    Problem,
    Remedy,
    RenameOption,
    ReplaceText,
    SetPriority,
    TrackFile,
)
from hmls.deploy.working_tree import WorkingTree

HOME = "/home/alice"
SOURCE = "/nix/store/8lb1qqk8qv0sc9nqnca1dqwym5wjvjvi-source"
OTHER_SOURCE = "/nix/store/00000000000000000000000000000000-source"
FILES = (
    "flake.nix",
    "homes/alice/default.nix",
    "homes/alice@global/default.nix",
    "homes/alice/untracked.nix",
)


@dataclass(frozen=True)
class Known:
    """An index with few entries. Places are written `file:line:column`."""

    root: str
    options: Mapping[str, Sequence[str]] = field(default_factory=dict)
    targets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    paths: Mapping[str, Sequence[str]] = field(default_factory=dict)
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def definitions(self, option: OptionPath, files: Sequence[str]) -> Sequence[Place]:
        places = self._places(self.options.get(".".join(option), ()))
        return [place for place in places if not files or place.file in files]

    def managed_file(self, target: str) -> Sequence[Place]:
        return self._places(self.targets.get(target, ()))

    def beside(self, _option: OptionPath, _host: str | None) -> Place | None:
        return None

    def references(self, path: str) -> Sequence[Place]:
        return self._places(self.paths.get(path.removeprefix(f"{self.root}/"), ()))

    def mentions(self, text: str) -> Sequence[Place]:
        return self._places(self.words.get(text, ()))

    def _places(self, texts: Sequence[str]) -> list[Place]:
        split = (text.rsplit(":", 2) for text in texts)
        return [Place(f"{self.root}/{file}", int(line), int(at)) for file, line, at in split]


@contextmanager
def repository() -> Iterator[WorkingTree]:
    with tempfile.TemporaryDirectory() as folder:
        root = str(Path(folder).resolve() / "repo")
        for name in FILES:
            path = Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("{ }\n")
        yield WorkingTree(root, root, root)


def read(text: str, **known: Mapping[str, Sequence[str]]) -> list[Problem]:
    """The problems of a log; REPO, SOURCE and OTHER stand for the tree and for store paths."""
    with repository() as tree:
        text = text.replace("REPO", tree.root).replace("SOURCE", SOURCE)
        lines = text.replace("OTHER", OTHER_SOURCE).split("\n")
        log = Log()
        for line in lines:
            log.read(line, parse_event(line))
        found = log.problems(tree, Known(tree.root, **known), HOME)
        return [_relative(problem, tree) for problem in found]


def told(text: str, **known: Mapping[str, Sequence[str]]) -> list[str]:
    """The problems of a log, each as a short line."""
    return [short(problem) for problem in read(text, **known)]


def short(problem: Problem) -> str:
    place = problem.place
    where = [f"{place.file}:{place.line}:{place.column}"] if place is not None else []
    return " ".join([problem.kind, *where, *(_remedy(each) for each in problem.remedies)])


def _relative(problem: Problem, tree: WorkingTree) -> Problem:
    if problem.place is None:
        return problem
    file = tree.relative(problem.place.file)
    return replace(problem, place=replace(problem.place, file=file))


def _remedy(remedy: Remedy) -> str:
    match remedy:
        case SetPriority(option):
            return f"priority({'.'.join(option)})"
        case TrackFile(path):
            return f"track({path.partition('/repo/')[2]})"
        case AllowPackage(setting, package):
            return f"{setting}({package})"
        case ReplaceText(old, new):
            return f"{old}→{new}"
        case RenameOption(old, new):
            return f"{'.'.join(old)}→{'.'.join(new)}"
        case BackUpFiles():
            return "back-up"
        case ForceFile(target):
            return f"force({target})"
