"""What can be done at a place in a file besides mending problems."""

from __future__ import annotations

from collections.abc import Callable

from hmls.homes.workspace import View
from hmls.ide.actions.action import Action, ActionKind
from hmls.ide.actions.deploy import deploy
from hmls.ide.actions.inputs import fetch_inputs
from hmls.ide.actions.move import move_setting
from hmls.ide.actions.new_layers import new_layers
from hmls.ide.actions.removed import remove_definition

_GROUPS: tuple[Callable[[View, str, int, int], list[Action]], ...] = (
    deploy, move_setting, new_layers, fetch_inputs, remove_definition,
)  # fmt: skip
"""Each gives the actions of one kind for a file and a range of bytes in it."""


def actions_at(view: View, path: str, start: int, end: int) -> list[Action]:
    """All actions for a range of a file."""
    return [action for group in _GROUPS for action in group(view, path, start, end)]


__all__ = ["Action", "ActionKind", "actions_at"]
