"""An error as Nix wrote it → problems on the user's own lines.

A position of the error itself is taken if it lies in the user's tree. Errors of the module system
name files and never lines: the caller's index places them, on every definition involved. Else the
nearest frame of the trace in the user's tree counts; flake.nix last, as every trace ends there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace

from hmls.deploy.classify import Finding, classify, package_name
from hmls.deploy.error_text import ErrorText, Frame, Position, read_error
from hmls.deploy.problem import (
    BackUpFiles,
    ForceFile,
    Index,
    OptionPath,
    Place,
    Problem,
    ProblemKind,
    Remedy,
    RenameOption,
    ReplaceText,
    TrackFile,
)
from hmls.deploy.target import attribute_path
from hmls.deploy.working_tree import WorkingTree

PLACED_BY_OPTION: frozenset[ProblemKind] = frozenset(
    {
        "unknown-option",
        "conflict",
        "option-type",
        "no-value",
        "removed-option",
        "renamed-option",
        "read-only",
        "declared-twice",
        "wrong-user",
    }
)
REFUSED: frozenset[ProblemKind] = frozenset({"unfree", "insecure", "broken", "unsupported-system"})
NEVER_IN_THE_FLAKE: frozenset[ProblemKind] = (
    PLACED_BY_OPTION | REFUSED | {"assertion", "hash-mismatch", "build-failed"}
)
NEAR_FRAMES = 2
"""How near to the error a frame in flake.nix must be to have a part in it: all traces end there."""
BULLET = re.compile(r"^- ", re.MULTILINE)
PROFILE = re.compile(r"^(?P<user>\S+) profile: ")
OPTION_CONTEXT = re.compile(r"^while evaluating the option [`'](?P<option>[^`']+)[`']")
FILE_CONTEXT = re.compile(
    r"^while evaluating (?:definitions from [`'](?P<one>[^`']+)[`']"
    r"|the module argument [`'][^`']+[`'] in \"(?P<two>[^\"]+)\")"
)
FILE_FRAME = re.compile(r"^while evaluating the file '(?P<file>[^']+)'")
DERIVATION = re.compile(r"^while evaluating derivation '(?P<name>[^']+)'")
OPTION_LIKE = re.compile(r"[`'‘\"]?([a-z][\w'-]*(?:\.(?:[A-Za-z_][\w'-]*|\"[^\"\n]+\"))+)")


def diagnose(error: ErrorText, tree: WorkingTree, index: Index, home: str) -> list[Problem]:
    """The problems that an error tells of: one for each place, and for each failed assertion.

    `home` is the home directory that is deployed to, where collisions lie.
    """
    problems = []
    for message, found in _messages(error.message):
        finding = _in_tree(found, tree, home)
        places = _places(finding, error, message, tree, index)
        problem = Problem(
            kind=finding.kind,
            message=_message(finding, message, tree),
            option=finding.option,
            files=finding.files,
            remedies=finding.remedies,
            details=tree.shorten(error.text),
        )
        problems += _at(problem, places, _related(finding, error, tree))
    return problems


def warn(message: str, tree: WorkingTree, index: Index) -> list[Problem]:
    """The problems that a warning tells of, placed where the option it speaks of is defined."""
    message = PROFILE.sub("", message)
    error = ErrorText(message, None, (), message)
    finding = _in_tree(classify(message), tree, "")
    kind: ProblemKind = finding.kind if finding.kind in PLACED_BY_OPTION else "warning"
    places = _places(replace(finding, kind=kind), error, message, tree, index)
    problem = Problem(
        kind=kind,
        message=tree.shorten(message),
        severity="warning",
        option=finding.option,
        files=finding.files,
        remedies=finding.remedies,
    )
    return _at(problem, places, ())


def remark(text: str, tree: WorkingTree, index: Index) -> list[Problem]:
    """The problem that a warning tells of, of Nix itself or of an evaluation.

    Lix says both in the same words. It is a problem only where Nix points at the user's own line,
    or where the user's own text is what it says.
    """
    error = read_error(text)
    own = _placed(error.position, tree)
    places = (own,) if own is not None else index.mentions(error.message)[:1]
    if not places:
        return []
    problem = Problem(kind="warning", message=tree.shorten(error.message), severity="warning")
    return _at(problem, places, ())


def _messages(message: str) -> list[tuple[str, Finding]]:
    """What an error says. Failed assertions are several errors in one."""
    opening, *bullets = BULLET.split(message)
    if not bullets or not opening.strip().endswith("Failed assertions:"):
        return [(message, classify(message))]
    texts = [PROFILE.sub("", bullet.strip()) for bullet in bullets]
    return [(text, _as_assertion(classify(text))) for text in texts]


def _as_assertion(finding: Finding) -> Finding:
    return replace(finding, kind="assertion") if finding.kind == "evaluation-error" else finding


def _in_tree(finding: Finding, tree: WorkingTree, home: str) -> Finding:
    """The finding with its files located, and what only the disk can tell added."""
    files = tuple(place for file in finding.files if (place := _module(file, tree)))
    remedies = tuple(map(_of_home, finding.remedies))
    finding = replace(finding, files=files, option=_in_home(finding.option), remedies=remedies)
    match finding.kind:
        case "missing-file" | "untracked-file":
            located = tree.locate(finding.path)
            if located is None:
                return finding
            finding = replace(finding, path=located)
            if finding.kind == "untracked-file" or os.path.lexists(located):
                return replace(finding, kind="untracked-file", remedies=(TrackFile(located),))
            return finding
        case "unsupported-attribute" | "wrong-class":
            located = _module(finding.path, tree)
            return replace(finding, files=(located,) if located is not None else ())
        case "collision":
            target = os.path.relpath(finding.path, home) if home else finding.path
            remedies = tuple(_for_target(remedy, target) for remedy in finding.remedies)
            return replace(finding, path=target, remedies=remedies)
        case _:
            return finding


def _module(path: str, tree: WorkingTree) -> str | None:
    """The file of a module as it is named: one imported as a folder is named by its folder."""
    located = tree.locate(path)
    if located is not None and os.path.isdir(located):
        return os.path.join(located, "default.nix")
    return located


def _for_target(remedy: Remedy, target: str) -> Remedy:
    match remedy:
        case ForceFile():
            return ForceFile(target)
        case BackUpFiles() | _:
            return remedy


def _of_home(remedy: Remedy) -> Remedy:
    match remedy:
        case RenameOption(old, new):
            return RenameOption(_in_home(old), _in_home(new))
        case _:
            return remedy


def _in_home(option: OptionPath) -> OptionPath:
    """An option of a home that is part of a system, as the home's own files name it."""
    return option[3:] if option[:2] == ("home-manager", "users") and len(option) > 3 else option


def _message(finding: Finding, message: str, tree: WorkingTree) -> str:
    if finding.kind == "untracked-file":
        name = tree.relative(finding.path) if os.path.isabs(finding.path) else finding.path
        return f"{name} is not tracked by Git, so the flake does not see it."
    return tree.shorten(message)


def _places(
    finding: Finding, error: ErrorText, message: str, tree: WorkingTree, index: Index
) -> Sequence[Place]:
    """Where to show it, best first; several only if all of them are to blame."""
    if own := _placed(_position(finding.at), tree) or _placed(error.position, tree):
        return (own,)
    if named := _named_places(finding, message, index) or _needing(finding, error.trace, index):
        return named
    if finding.files:
        return tuple(Place(file, 1, 1) for file in finding.files)
    frames = [_placed(frame.position, tree) for frame in error.trace]
    nearest = next((place for place in frames if place and not _is_flake(place.file, tree)), None)
    if nearest is not None:
        return (nearest,)
    if traced := _traced_places(error.trace, tree, index):
        return traced
    if finding.kind in NEVER_IN_THE_FLAKE:
        return ()
    if file := _innermost_file(error.trace, tree):
        return (Place(file, 1, 1),)
    return [place for place in frames[:NEAR_FRAMES] if place][:1]


def _innermost_file(trace: Sequence[Frame], tree: WorkingTree) -> str | None:
    """The user's file that the error is in, if the frame nearest to it says that and no more."""
    match = FILE_FRAME.match(trace[0].hint) if trace else None
    file = tree.locate(match["file"]) if match else None
    return None if file is None or _is_flake(file, tree) else file


def _named_places(finding: Finding, message: str, index: Index) -> Sequence[Place]:
    """Where the index knows what the message speaks of."""
    if finding.kind in PLACED_BY_OPTION:
        return index.definitions(finding.option, finding.files)
    match finding.kind:
        case "missing-file" | "untracked-file":
            return index.references(finding.path)
        case "collision":
            return index.managed_file(finding.path)
        case "assertion" if finding.path:
            targets = finding.path.split(", ")
            return [place for target in targets for place in index.managed_file(target)]
        case "impure-path":
            return index.references(finding.path)[:1]
        case "unsupported-attribute":
            return index.definitions((finding.search,), finding.files)
        case "assertion" | "warning":
            return _spoken_of(message, index)
        case "hash-mismatch":
            return _first_mentions(finding.remedies, index)
        case kind if kind in REFUSED:
            return index.mentions(finding.search)[:1]
        case _:
            return ()


def _needing(finding: Finding, trace: Sequence[Frame], index: Index) -> Sequence[Place]:
    """The package of the user's that needs one which is refused: that one they do not name."""
    if finding.kind not in REFUSED:
        return ()
    derivations = (match for frame in trace if (match := DERIVATION.match(frame.hint)))
    found = (index.mentions(package_name(each["name"])) for each in derivations)
    return next((places[:1] for places in found if places), ())


def _first_mentions(remedies: Sequence[Remedy], index: Index) -> Sequence[Place]:
    """Where a hash stands, however it is written. Of several fakes any may be meant."""
    found = (index.mentions(each.old) for each in remedies if isinstance(each, ReplaceText))
    return next((places for places in found if places), ())


def _spoken_of(message: str, index: Index) -> Sequence[Place]:
    """The definitions of the first option that a free text speaks of and the user defines.

    Else the text itself, if it is the user's own; else what stands around such an option.
    """
    paths = [_in_home(attribute_path(name)) for name in OPTION_LIKE.findall(message)]
    for path in paths:
        if places := index.definitions(path, ()):
            return places
    if own := index.mentions(message.splitlines()[0].strip())[:1]:
        return own
    for path in paths:
        for end in range(len(path) - 1, 1, -1):
            if places := index.definitions(path[:end], ()):
                return places
    return ()


def _traced_places(trace: Sequence[Frame], tree: WorkingTree, index: Index) -> Sequence[Place]:
    """The definition that was evaluated: its file stands nearer in the trace than its option."""
    file = None
    for frame in trace:
        if file is None and (match := FILE_CONTEXT.match(frame.hint)):
            file = _module(match["one"] or match["two"], tree)
        elif file is not None and (match := OPTION_CONTEXT.match(frame.hint)):
            option = _in_home(attribute_path(match["option"]))
            return index.definitions(option, (file,)) or (Place(file, 1, 1),)
    return (Place(file, 1, 1),) if file is not None else ()


def _related(
    finding: Finding, error: ErrorText, tree: WorkingTree
) -> tuple[tuple[Place, str], ...]:
    """Other places that help to understand: the first definition, the call of a function."""
    found = []
    if first := _placed(_position(finding.extra), tree):
        found.append((first, "first defined here"))
    if finding.kind in ("missing-argument", "unexpected-argument"):
        frames = [error.position] if finding.at else [frame.position for frame in error.trace[:1]]
        found += [(at, "called from here") for frame in frames if (at := _placed(frame, tree))]
    return tuple(found)


def _position(text: str) -> Position | None:
    """A position as it stands in a message: `/repo/x.nix:1:3`."""
    match = re.fullmatch(r"(.+):(\d+):(\d+)", text)
    return Position(match[1], int(match[2]), int(match[3])) if match else None


def _placed(position: Position | None, tree: WorkingTree) -> Place | None:
    if position is None:
        return None
    located = tree.locate(position.file)
    if located is None:
        return None
    return Place(located, position.line, position.column)


def _is_flake(file: str, tree: WorkingTree) -> bool:
    return file == os.path.join(tree.root, "flake.nix")


def _at(
    problem: Problem, places: Sequence[Place], related: tuple[tuple[Place, str], ...]
) -> list[Problem]:
    """The problem at each of its places, each pointing to the others."""
    if not places:
        return [replace(problem, related=related)]
    return [
        replace(
            problem,
            place=place,
            related=(*related, *((other, "also here") for other in places if other != place)),
        )
        for place in places
    ]
