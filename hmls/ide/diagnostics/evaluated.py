"""Problems of values: what the module system says of each target, on all lines involved.

Each target is evaluated once per version of the files that it reads; what is found is kept
with the evaluation. A target that is only known by convention is not judged.
"""

from __future__ import annotations

import os
from itertools import islice
from weakref import WeakKeyDictionary

from hmls.homes.repository import Repository
from hmls.homes.targets import Target
from hmls.ide.diagnostics.fault_fixes import fixes_of
from hmls.ide.diagnostics.faults import Fault, code_of, faults_of, system_faults
from hmls.ide.diagnostics.home_facts import home_faults
from hmls.ide.diagnostics.missing_values import with_values
from hmls.ide.diagnostics.places import binding_range, first_line_end, place_of
from hmls.ide.diagnostics.registry import (
    CONFLICT,
    MISSING_IMPORT,
    MISSING_VALUE,
    TYPE_MISMATCH,
    Diagnostic,
)
from hmls.ide.diagnostics.walk import Failure, walk
from hmls.ide.types import Place
from hmls.lang import store
from hmls.lang.errors import GaveUp, NixError, SyntaxErrorInFile, Unknowable
from hmls.modules.evaluation import Evaluation

_kept: WeakKeyDictionary[Evaluation, tuple[Fault, ...]] = WeakKeyDictionary()
_let_go: WeakKeyDictionary[Repository, dict[str, tuple[Fault, ...]]] = WeakKeyDictionary()
"""What is wrong with targets whose evaluations were let go, by their keys."""
_merged: WeakKeyDictionary[Repository, dict[str, list[Diagnostic]]] = WeakKeyDictionary()
_Merged = dict[tuple[str, tuple[Place, ...], str], list[tuple[str, Fault]]]


def diagnose(repository: Repository, path: str) -> list[Diagnostic]:
    """The problems of values in a file. Of targets that take too long nothing is said."""
    return _all(repository, path).get(path, [])


def examine(repository: Repository, target: Target) -> tuple[Fault, ...]:
    """What is wrong with a target and with the system that it is part of. Raises GaveUp."""
    if target.by_convention is not None:
        return ()
    told = _let_go.get(repository, {}).get(target.key)
    if told is not None:
        return told
    try:
        home = repository.evaluation(target)
        system = repository.host_evaluation(target)
    except (NixError, Unknowable):
        return ()
    return (*_home(repository, target, home), *_system(repository, system))


def let_go(repository: Repository, targets: list[Target]) -> None:
    """Keep what is wrong with targets that were examined, and not the values. Raises GaveUp."""
    told = _let_go.setdefault(repository, {})
    told.update({target.key: examine(repository, target) for target in targets})
    for target in targets:
        repository.let_go(target)


def give_up(repository: Repository, target: Target) -> None:
    """Remember that a target takes too long, so that nobody waits for it again."""
    try:
        home = repository.evaluation(target)
        system = repository.host_evaluation(target)
    except (NixError, Unknowable):
        return
    for evaluation in (home, system):
        if evaluation is not None:
            _kept.setdefault(evaluation, ())


def _home(repository: Repository, target: Target, home: Evaluation) -> tuple[Fault, ...]:
    found = _kept.get(home)
    if found is None:
        walked = walk(home)
        faults = faults_of(repository, home, walked)
        faults = [with_values(repository, target, home, fault) for fault in faults]
        faults += home_faults(repository, target, home, walked)
        found = _kept[home] = tuple(faults)
    return found


def _system(repository: Repository, system: Evaluation | None) -> tuple[Fault, ...]:
    if system is None:
        return ()
    found = _kept.get(system)
    if found is None:
        found = _kept[system] = tuple(system_faults(repository, walk(system)))
    return found


def _all(repository: Repository, path: str) -> dict[str, list[Diagnostic]]:
    known = _merged.get(repository)
    if known is not None:
        return known
    merged: _Merged = {}
    complete = True
    targets = sorted(repository.targets.items, key=lambda target: not _uses(target, path))
    for target in targets:
        try:
            faults = examine(repository, target)
        except GaveUp:
            complete = False
            continue
        for fault in faults:
            merged.setdefault(_key(fault), []).append((target.name, fault))
    found: dict[str, list[Diagnostic]] = {}
    for diagnostic in [*_of_flake(repository), *_diagnostics(repository, merged)]:
        found.setdefault(diagnostic.path, []).append(diagnostic)
    if complete:
        _merged[repository] = found
    return found


def _uses(target: Target, path: str) -> bool:
    return any(path.startswith(layer.folder + os.sep) for layer in target.layers)


def _key(fault: Fault) -> tuple[str, tuple[Place, ...], str]:
    # Of the same places the same is said on each target, with other names of options.
    alone = fault.code.name in ("conflict", "type-mismatch", "undeclared-option", "nixos-option")
    if fault.code is MISSING_VALUE:
        return fault.code.name, fault.places, ".".join(fault.loc)
    return fault.code.name, fault.places, "" if alone else fault.message


_MOST_OTHERS = 20
"""Places that are told beside one; of thousands each would name all others."""


def _diagnostics(repository: Repository, merged: _Merged) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for faults in merged.values():
        names = list(dict.fromkeys(name for name, _ in faults))
        fault = min((fault for _, fault in faults), key=lambda each: len(each.message))
        is_certain = any(each.is_certain for _, each in faults)
        found += _of_fault(repository, fault, names, is_certain)
    return found


def _of_fault(
    repository: Repository, fault: Fault, targets: list[str], is_certain: bool
) -> list[Diagnostic]:
    shown = {place: _shown(repository, place) for place in (*fault.places, *fault.related)}
    if any(place is None for place in shown.values()):
        return []  # A file has changed, or cannot be read as it is now: its old value counts.
    message = f"{fault.message}\n(on {', '.join(targets)})"
    found = []
    for place in fault.places:
        at = shown[place]
        assert at is not None
        if fault.code is MISSING_IMPORT and _is_said(repository, at):
            continue
        others = islice((p for o, p in shown.items() if o != place and p is not None), _MOST_OTHERS)
        fixes = fixes_of(repository, fault, place)
        found.append(
            Diagnostic(
                at.path,
                at.start,
                at.end,
                fault.code,
                message,
                tuple((other, _told(repository, fault, other)) for other in others),
                fixes,
                None if is_certain or fault.code.severity != "error" else "warning",
                tuple(targets),
            )
        )
    return found


def _shown(repository: Repository, place: Place) -> Place | None:
    """The range to mark: of a binding its attribute path. None where the text is another now."""
    source = repository.files.source(place.path)
    if source is None or source.has_error:
        return None
    start, end = binding_range(source, place.start, place.end)
    return Place(place.path, start, end)


def _is_said(repository: Repository, place: Place) -> bool:
    """Whether a path that does not exist is reported by its text already."""
    facts = repository.index[place.path]
    return any(p.start >= place.start and p.end <= place.end for p in facts.paths)


def _told(repository: Repository, fault: Fault, place: Place) -> str:
    layer = repository.layout.layer_of(place.path)
    name = layer.name if layer is not None else os.path.relpath(place.path, repository.root)
    if fault.code in (CONFLICT, TYPE_MISMATCH):
        is_definition = any(p.path == place.path and p.start == place.start for p in fault.places)
        return f"the definition in {name}" if is_definition else f"declared in {name}"
    return f"involved: {name}"


def _of_flake(repository: Repository) -> list[Diagnostic]:
    """What the flake itself fails on."""
    found: list[Diagnostic] = []
    seen: set[str] = set()
    for error in repository.targets.errors:
        if isinstance(error, SyntaxErrorInFile) or error.message in seen:
            continue
        seen.add(error.message)
        place = place_of(repository, error.site)
        path = repository.flake.path
        if place is None:
            place = Place(path, 0, first_line_end(repository.index[path].text))
        code = code_of(Failure((), error))
        if code is MISSING_IMPORT and _is_said(repository, place):
            continue
        source = repository.files.source(place.path)
        if source is None or source.has_error or place.end > len(source.text):
            continue
        message = store.readable(error.message).rstrip()
        found.append(Diagnostic(place.path, place.start, place.end, code, message))
    return found
