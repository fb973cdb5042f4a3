"""How an evaluation ends without a value."""

from __future__ import annotations

from hmls.lang.values import Cause, Site, Unknown


class NixError(Exception):
    """What Nix would say. `message` has Nix's wording without `error: `.

    `trace` holds the contexts from the innermost outwards.
    """

    catchable = False
    """Whether `builtins.tryEval` catches it."""

    def __init__(self, message: str, site: Site | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.site = site
        self.trace: list[tuple[str, Site | None]] = []


class Thrown(NixError):
    """By `throw`."""

    catchable = True


class AssertionFailed(NixError):
    catchable = True


class Aborted(NixError):
    """By `abort`."""


class InfiniteRecursion(NixError):
    def __init__(self, site: Site | None = None) -> None:
        super().__init__("infinite recursion encountered", site)


class SyntaxErrorInFile(NixError):
    """A file that is no Nix, or that names an undefined variable."""


class Unknowable(Exception):
    """A strict operation met an unknown value, so that its own result is unknown."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown)
        self.unknown = unknown.derived() if unknown.symbolic else unknown


class Interrupted(Exception):
    """The evaluation was stopped from outside; nothing of it may be remembered."""


class GaveUp(Interrupted):
    """The budget of steps or of memory is used up, or the calls nest too deep for this machine."""

    cause = Cause("gave-up", "gave up: the evaluation takes too many steps or too much memory")


class AttemptFailed(Interrupted):
    """What was attempted before anybody needs it needs a value that is being computed."""


class Cancelled(Interrupted):
    """Somebody has a more urgent question."""
