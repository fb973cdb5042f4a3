"""`hmls eval`: as `nix-instantiate --eval` prints."""

from __future__ import annotations

import os
import sys

import click

from hmls.lang.budget import limited
from hmls.lang.check import refusal
from hmls.lang.disk import DiskReader
from hmls.lang.errors import GaveUp, NixError, SyntaxErrorInFile, Unknowable
from hmls.lang.interp import Interp
from hmls.lang.json import to_json
from hmls.lang.machine import this_machine
from hmls.lang.show import show_plain
from hmls.lang.unit import STDIN, STRING, Unit
from hmls.lang.values import Lazy, Site
from hmls.modules.library import make_library
from hmls.report.real_store import with_real_paths
from hmls.report.selection import selected

_STEPS = 2_000_000_000


def evaluate_and_print(
    file: str,
    expression: str | None,
    attributes: tuple[str, ...],
    *,
    as_json: bool,
    strict: bool,
    show_trace: bool,
) -> int:
    """Print the values on standard output, or the error on standard error; the exit status.

    `file` is a path, or `-` for standard input; it does not count where there is an
    `expression`. Without `attributes` the whole value is printed, else one line for each.
    """
    try:
        with limited(_STEPS):
            whole = _value(file, expression)
            for attribute in attributes or ("",):
                value = selected(whole, attribute)
                text = to_json(value) if as_json else show_plain(value, strict)
                if not isinstance(text, str):
                    raise Unknowable(text)
                # Bytes as Nix prints them, also those that are no UTF-8.
                click.echo(with_real_paths(text).encode("utf-8", "surrogateescape"))
    except NixError as error:
        text = _error_text(error, show_trace)
        click.echo(text.encode("utf-8", "surrogateescape"), err=True, nl=False)
        return 1
    except Unknowable as stop:
        cause = stop.unknown.cause
        sys.stderr.write(f"unknown: {stop.unknown.text}: {cause.message}\n")
        return 1
    except GaveUp as error:
        sys.stderr.write(f"unknown: {error.cause.message}\n")
        return 1
    return 0


def _value(file: str, expression: str | None) -> Lazy:
    machine = this_machine(lambda message: click.echo(message, err=True))
    interp = Interp(DiskReader(), machine=machine, lib=make_library)
    if expression is not None:
        return _evaluated(interp, STRING, expression.encode("utf-8", "surrogateescape"))
    if file == "-":
        return _evaluated(interp, STDIN, sys.stdin.buffer.read())
    return interp.import_path(os.path.abspath(file))


def _evaluated(interp: Interp, name: str, text: bytes) -> Lazy:
    """The value of a text that is no file, with `lib` in scope."""
    unit = Unit(os.path.join(os.getcwd(), name), text)
    problem = refusal(unit.source(), name, ("lib",))
    if problem is not None:
        site = Site(unit, problem.start_byte, problem.end_byte)
        raise SyntaxErrorInFile(problem.message, site)
    return interp.evaluate(unit, {"lib": interp.lib})


def _error_text(error: NixError, show_trace: bool) -> str:
    lines = [f"error: {error.message}"]
    if error.site is not None:
        unit = error.site.unit
        line, column = unit.lines.position(error.site.start)
        lines.append(f"       at {unit.shown_name}:{line + 1}:{column + 1}:")
        for number in range(max(0, line - 1), line + 1):
            text = unit.lines.line_text(number).decode("utf-8", "replace")
            lines.append(f"       {number + 1:6}| {text}")
        lines.append(f"             | {' ' * column}^")
    if show_trace:
        lines[:0] = [f"… {context}" for context, _ in reversed(error.trace)]
    return "\n".join(lines) + "\n"
