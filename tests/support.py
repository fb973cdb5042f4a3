"""What tests of the language share: a Nix text in, a value or its text out."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from hmls.lang.check import refusal
from hmls.lang.disk import DiskReader
from hmls.lang.errors import SyntaxErrorInFile
from hmls.lang.interp import Interp
from hmls.lang.show import show, show_plain
from hmls.lang.thread import run
from hmls.lang.unit import Unit

T = TypeVar("T")


def on_evaluation_thread(test: Callable[..., T]) -> Callable[..., T]:
    """Run a test where values may be forced."""

    @functools.wraps(test)
    def wrapped(*arguments: Any, **named: Any) -> T:
        return run(lambda: test(*arguments, **named))

    return wrapped


def new_interp(*, lib: bool = False, system: str | None = None) -> Interp:
    return Interp(DiskReader(), system=system, lib=make_lib if lib else None)


def make_lib(interp: Interp) -> Any:
    """nixpkgs' library with the module system, or as much of it as there is."""
    try:
        from hmls.modules.library import make_library
    except ImportError:
        from hmls.lang.lib import make_lib as make_library
    return make_library(interp)


def evaluate(
    text: str,
    *,
    interp: Interp | None = None,
    path: str = "/test/expr.nix",
    variables: Mapping[str, Any] | None = None,
) -> Any:
    """The value of an expression. Call it on the evaluation thread.

    As in Nix, an undefined variable anywhere in it is an error before all others.
    """
    interp = interp or new_interp()
    unit = Unit(path, text.encode("utf-8", "surrogateescape"))
    problem = refusal(unit.source(), path, variables or ())
    if problem is not None:
        raise SyntaxErrorInFile(problem.message)
    return interp.evaluate(unit, variables)


def printed(text: str, **options: Any) -> str:
    """What `nix-instantiate --eval --strict` prints of an expression."""
    return run(lambda: show_plain(evaluate(text, **options), strict=True))


def shown(text: str, **options: Any) -> str:
    """An expression's value as a person reads it."""
    return run(lambda: show(evaluate(text, **options)))


def write_files(folder: str, files: Mapping[str, str]) -> None:
    """Write files below a folder: relative path → content."""
    for name, content in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(content)


def nix_text_of_json(value: Any) -> str:
    """A JSON value as `nix-instantiate --eval --strict` prints it."""
    from hmls.lang.values import Attrs

    def convert(part: Any) -> Any:
        if isinstance(part, dict):
            return Attrs({name: convert(item) for name, item in part.items()})
        return [convert(item) for item in part] if isinstance(part, list) else part

    return show_plain(convert(value), strict=True)


def plain(message: str) -> str:
    """A message without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", message)


def first_line(message: str) -> str:
    return plain(message).split("\n", 1)[0]
