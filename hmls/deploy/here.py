"""The situation that this process is in: the one place that looks at the real machine."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from hmls.deploy.process import Command, Ended, NotStarted, Stream, run
from hmls.deploy.situation import Options, Situation
from hmls.deploy.target import this_machine
from hmls.deploy.tools import Answer, Tools, environment, find_tools


async def situation_here(
    options: Options, *, trusted: bool, environ: Mapping[str, str] = os.environ
) -> Situation:
    """This machine, its user and its tools. Runs `nix --version`, so only when the user asks.

    In a workspace that is not trusted nothing is run, not even that.
    """
    machine = this_machine(environ)
    if not trusted:
        return Situation(machine, Tools({}), options, trusted=False)
    full = environment(machine, environ)

    async def probe(argv: Sequence[str]) -> Answer:
        return await ask(argv, machine.home, full)

    return Situation(machine, await find_tools(probe, full), options, trusted=True)


async def ask(argv: Sequence[str], cwd: str, environ: Mapping[str, str]) -> Answer:
    """Run a command that changes nothing, and return what it said."""
    said: dict[Stream, list[str]] = {"out": [], "err": []}
    command = Command(tuple(argv), cwd, environ)
    match await run(command, lambda stream, line: said[stream].append(line)):
        case Ended(code):
            return Answer(code, "\n".join(said["out"]), "\n".join(said["err"]))
        case NotStarted(reason):
            return Answer(None, "", reason)
