"""Definitions of an option that are written by a name that it had before."""

from __future__ import annotations

from collections.abc import Iterator

from hmls.catalog.lookup import old_names_of
from hmls.catalog.table import bundled
from hmls.homes.repository import Repository
from hmls.ide.diagnostics.places import place_of
from hmls.ide.diagnostics.walk import option_named
from hmls.ide.types import Place
from hmls.lang.errors import NixError, Unknowable
from hmls.modules.definitions import Loc
from hmls.modules.evaluation import Evaluation
from hmls.modules.messages import show_option


def places_of_old_names(
    repository: Repository, evaluation: Evaluation, loc: Loc
) -> tuple[Place, ...]:
    """Where an option of a home is defined by its old names, in the flake's own files."""
    return tuple(dict.fromkeys(_places(repository, evaluation, loc)))


def _places(repository: Repository, evaluation: Evaluation, loc: Loc) -> Iterator[Place]:
    for old in old_names_of(bundled(), loc):
        found = option_named(evaluation, show_option((*evaluation.prefix, *old)))
        if found is None:
            continue
        try:
            leaves = found[0].resolved.leaves
        except (NixError, Unknowable):
            continue
        for leaf in leaves:
            place = place_of(repository, leaf.definition.site) if leaf.in_force else None
            if place is not None:
                yield place
