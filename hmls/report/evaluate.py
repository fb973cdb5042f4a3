"""`hmls eval`: as `nix-instantiate --eval` prints."""

from __future__ import annotations

import os
import re
import sys

from hmls.lang.budget import limited
from hmls.lang.disk import DiskReader
from hmls.lang.errors import GaveUp, NixError, SyntaxErrorInFile, Unknowable
from hmls.lang.force import MISSING, force, get
from hmls.lang.interp import Interp
from hmls.lang.json import to_json
from hmls.lang.show import show_plain
from hmls.lang.unit import Unit
from hmls.lang.values import Attrs, Site, Unknown, Value
from hmls.modules.library import make_library

_STEPS = 2_000_000_000
_ATTRIBUTE = re.compile(r'"([^"]*)"|([^.]+)')


def evaluate_and_print(
    file: str | None,
    expression: str | None,
    attribute: str | None,
    *,
    as_json: bool,
    strict: bool,
    show_trace: bool,
) -> int:
    """Print the value on standard output, or the error on standard error; the exit status."""
    try:
        with limited(_STEPS):
            value = _selected(_value(file, expression), attribute)
            if as_json:
                text = to_json(value)
                if not isinstance(text, str):
                    raise Unknowable(text)
            else:
                text = show_plain(value, strict)
    except NixError as error:
        sys.stderr.write(_error_text(error, show_trace))
        return 1
    except Unknowable as stop:
        cause = stop.unknown.cause
        sys.stderr.write(f"unknown: {stop.unknown.text}: {cause.message}\n")
        return 1
    except GaveUp as error:
        sys.stderr.write(f"unknown: {error.cause.message}\n")
        return 1
    sys.stdout.write(f"{text}\n")
    return 0


def _value(file: str | None, expression: str | None) -> Value:
    interp = Interp(DiskReader(), lib=make_library)
    if expression is None:
        assert file is not None
        return _called(interp.import_path(os.path.abspath(file)))
    unit = Unit(os.path.join(os.getcwd(), "«string»"), expression.encode())
    from hmls.lang.check import refusal

    problem = refusal(unit.source(), "«string»", ("lib",))
    if problem is not None:
        site = Site(unit, problem.start_byte, problem.end_byte)
        raise SyntaxErrorInFile(problem.message, site)
    return _called(interp.evaluate(unit, {"lib": interp.lib}))


def _called(value: Value) -> Value:
    """nix-instantiate calls a function whose arguments all have defaults."""
    from hmls.lang.force import call
    from hmls.lang.values import Lambda

    if isinstance(value, Lambda) and value.formals is not None:
        if all(value.formals.arguments.values()):
            return call(value, Attrs())
        missing = next(n for n, has_default in value.formals.arguments.items() if not has_default)
        raise NixError(
            f"cannot evaluate a function that has an argument without a value ('{missing}')\n"
            "Nix attempted to evaluate a function as a top level expression; in\n"
            "this case it must have its arguments supplied either by default\n"
            "values, or passed explicitly with '--arg' or '--argstr'. See\n"
            "https://nix.dev/manual/nix/stable/language/syntax.html#functions."
        )
    return value


def _selected(value: Value, attribute: str | None) -> Value:
    for match in _ATTRIBUTE.finditer(attribute or ""):
        name = match.group(1) if match.group(1) is not None else match.group(2)
        value = force(value)
        if isinstance(value, Unknown):
            value = value.select(name)
            continue
        if isinstance(value, list) and name.isdecimal():
            value = value[int(name)]
            continue
        if not isinstance(value, Attrs):
            raise NixError(
                f"the expression selected by the selection path '{attribute}' "
                "should be a set but is something else"
            )
        found = get(value, name)
        if found is MISSING:
            raise NixError(f"attribute '{name}' in selection path '{attribute}' not found")
        value = found
    return force(value)


def _error_text(error: NixError, show_trace: bool) -> str:
    lines = [f"error: {error.message}"]
    if error.site is not None:
        unit = error.site.unit
        line, column = unit.lines.position(error.site.start)
        path = "«string»" if unit.path.endswith("«string»") else unit.path
        lines.append(f"       at {path}:{line + 1}:{column + 1}:")
        for number in range(max(0, line - 1), line + 1):
            text = unit.lines.line_text(number).decode("utf-8", "replace")
            lines.append(f"       {number + 1:6}| {text}")
        lines.append(f"             | {' ' * column}^")
    if show_trace:
        lines[:0] = [f"… {context}" for context, _ in reversed(error.trace)]
    return "\n".join(lines) + "\n"
