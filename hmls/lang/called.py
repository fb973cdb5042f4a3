"""What a function makes that is unknown."""

from __future__ import annotations

from hmls.lang.values import Lazy, Unknown


class Called(Unknown):
    """What an unknown function gives: it may need its arguments (see `failing`)."""

    __slots__ = ("arguments", "function", "is_sound")

    def __init__(self, function: Unknown, *arguments: Lazy) -> None:
        Unknown.__init__(self, lambda: function.text, function.cause, function.site)
        self.basis = self
        self.function = function
        self.arguments = arguments
        self.is_sound = False
        """Whether all of the arguments were looked at, and none fails."""
