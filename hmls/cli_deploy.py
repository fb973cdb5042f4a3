"""The commands of the terminal that build, switch and roll back."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from hmls.deploy.generations import Generation
    from hmls.deploy.repository import Facts
    from hmls.deploy.situation import Options, Situation
    from hmls.deploy.step import Plan
    from hmls.deploy.target import Refusal, Target

    Make = Callable[["Asked", Situation], Plan | Refusal]

F = TypeVar("F", bound=Callable[..., Any])
FOLDER = click.Path(exists=True, file_okay=False, path_type=str)
REFUSED = 2
"""The exit status of what is not run; 1 is that of what failed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command is about: a flake, and a target of it where one is named."""

    root: str
    target: Target | None
    every: tuple[Target, ...]
    facts: Facts
    options: Options


@dataclass(frozen=True, slots=True)
class Manner:
    """How a command is carried out: whether all is agreed to, and whether its end is JSON."""

    yes: bool
    as_json: bool = False


def common(command: F) -> F:
    """The options that every command here has."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print how it ended as JSON."),
        click.option("--yes", "-y", is_flag=True, help="Answer every question with yes."),
        click.option("--flake", "folder", default=".", type=FOLDER, help="The flake's folder."),
    ):
        command = option(command)
    return command


def building(command: F) -> F:
    """Options of what builds and activates, over those of hmls.toml."""
    command = common(command)
    for option in (
        click.option("--build-host", help="Build a machine there."),
        click.option("--target-host", help="Deploy a machine by ssh: `host` or `user@host`."),
        click.option("-c", "--specialisation", help="The specialisation to switch to."),
        click.option("-b", "--backup", help="Files in the way get this extension."),
        click.argument("arguments", nargs=-1),
    ):
        command = option(command)
    return command


def register(main: click.Group) -> None:
    """Add the commands to the group of all."""
    for name, text, action in (
        ("build", "Build TARGET, a home or a machine, and change nothing.", None),
        ("preview", "Build TARGET, and show what a switch would change.", None),
        ("switch", "Check, build, preview, ask, and activate TARGET.", "switch"),
        ("test", "Activate the machine TARGET until its next start.", "test"),
        ("boot", "Make TARGET what the machine starts next.", "boot"),
        ("dry-activate", "Show which services of TARGET a switch would restart.", "dry-activate"),
    ):
        main.add_command(_deploying(name, text, action))
    for command in (rollback, expire, generations, update, archive, check_all, initialise):
        main.add_command(command)


def _deploying(name: str, text: str, action: Any) -> click.Command:
    def make(asked: Asked, situation: Situation) -> Plan | Refusal:
        from hmls.deploy import plan

        target = asked.target
        assert target is not None
        if action is not None:
            return plan.activate(action, target, situation)
        return (plan.build if name == "build" else plan.preview)(target, situation)

    @click.command(name, help=f"{text} ARGUMENTS, behind --, go to Nix.")
    @click.argument("target")
    @building
    def command(
        target: str,
        folder: str,
        yes: bool,
        as_json: bool,
        backup: str | None,
        specialisation: str | None,
        target_host: str | None,
        build_host: str | None,
        arguments: tuple[str, ...],
    ) -> None:
        asked = find(folder, target, settings=name not in ("build", "dry-activate"))
        options = replace(
            asked.options,
            backup_extension=backup or asked.options.backup_extension,
            specialisation=specialisation or asked.options.specialisation,
            target_host=target_host or asked.options.target_host,
            build_host=build_host or asked.options.build_host,
            extra_arguments=(*asked.options.extra_arguments, *arguments),
        )
        sys.exit(
            asyncio.run(carry_out(replace(asked, options=options), make, Manner(yes, as_json)))
        )

    return command


@click.command()
@click.argument("target")
@click.argument("generation", type=int, required=False)
@common
def rollback(target: str, generation: int | None, folder: str, yes: bool, as_json: bool) -> None:
    """Go back to GENERATION of TARGET, or to the one before."""

    def make(asked: Asked, situation: Situation) -> Plan | Refusal:
        from hmls.deploy import plan
        from hmls.deploy.generations import previous
        from hmls.deploy.history import generations_of

        assert asked.target is not None
        found = generations_of(asked.target, situation.machine)
        wanted = previous(found) if generation is None else _numbered(found, generation)
        if wanted is None:
            what = "earlier generation" if generation is None else f"generation {generation}"
            return plan.Refusal("no-generation", f"There is no {what} of {target} here.")
        return plan.rollback(asked.target, wanted, situation)

    sys.exit(asyncio.run(carry_out(find(folder, target), make, Manner(yes, as_json))))


@click.command()
@click.argument("target")
@click.argument("numbers", type=int, nargs=-1)
@click.option("--older-than", "days", type=int, help="All that are older than so many days.")
@common
def expire(
    target: str,
    numbers: tuple[int, ...],
    days: int | None,
    folder: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Forget generations of TARGET, by their NUMBERS or their age.

    Never the current one. Their files go when Nix collects garbage.
    """

    def make(asked: Asked, situation: Situation) -> Plan | Refusal:
        from hmls.deploy import plan
        from hmls.deploy.generations import numbered, older_than
        from hmls.deploy.history import generations_of

        assert asked.target is not None
        found = generations_of(asked.target, situation.machine)
        chosen = numbered(found, numbers)
        if isinstance(chosen, int):
            return plan.Refusal(
                "no-generation", f"There is no generation {chosen} of {target} here."
            )
        if days is not None:
            # The profile's links carry local time.
            chosen += older_than(found, timedelta(days=days), datetime.now())
        return plan.expire(asked.target, list(dict.fromkeys(chosen)), situation)

    sys.exit(asyncio.run(carry_out(find(folder, target), make, Manner(yes, as_json))))


@click.command()
@click.argument("target")
@click.option("--flake", "folder", default=".", type=FOLDER, help="The flake's folder.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def generations(target: str, folder: str, as_json: bool) -> None:
    """The generations of TARGET here, and what each changed."""
    from hmls.deploy.here import situation_here
    from hmls.deploy.history import history
    from hmls.deploy.surroundings import Surroundings
    from hmls.deploy.tools import environment

    asked = find(folder, target)

    async def look() -> Any:
        situation = await situation_here(asked.options, trusted=True)
        around = Surroundings(situation, environment(situation.machine))
        assert asked.target is not None
        return await history(asked.target, around)

    found = asyncio.run(look())
    if as_json:
        _print_json([entry.json for entry in found])
        return
    from rich.console import Console

    from hmls.report.deploy import print_history

    if found:
        print_history(found, Console(highlight=False, emoji=False))
    else:
        click.echo(f"{target} was never deployed here.")


@click.command()
@click.argument("inputs", nargs=-1)
@common
def update(inputs: tuple[str, ...], folder: str, yes: bool, as_json: bool) -> None:
    """Move the locks of INPUTS to the newest, or of all."""

    def make(asked: Asked, situation: Situation) -> Plan | Refusal:
        from hmls.deploy import plan

        return plan.update(asked.root, inputs, situation)

    sys.exit(asyncio.run(carry_out(find(folder, None), make, Manner(yes, as_json))))


@click.command()
@common
def archive(folder: str, yes: bool, as_json: bool) -> None:
    """Fetch the sources of all inputs, as flake.lock has them."""

    def make(asked: Asked, situation: Situation) -> Plan | Refusal:
        from hmls.deploy import plan

        return plan.archive(asked.root, situation)

    sys.exit(asyncio.run(carry_out(find(folder, None), make, Manner(yes, as_json))))


@click.command("check-all")
@common
def check_all(folder: str, yes: bool, as_json: bool) -> None:
    """Let Nix check the flake, every home and every machine."""

    def make(asked: Asked, situation: Situation) -> Plan | Refusal:
        from hmls.deploy import plan

        return plan.check_all(asked.root, asked.every, situation)

    sys.exit(asyncio.run(carry_out(find(folder, None), make, Manner(yes, as_json))))


@click.command("init")
@click.argument("folder", default=".", type=FOLDER)
@click.option("--yes", "-y", is_flag=True, help="Answer every question with yes.")
@click.option("--json", "as_json", is_flag=True, help="Print how it ended as JSON.")
def initialise(folder: str, yes: bool, as_json: bool) -> None:
    """Install Home Manager, with a first configuration in FOLDER."""
    from hmls.deploy.file_index import FileIndex
    from hmls.deploy.repository import Facts
    from hmls.deploy.situation import Options

    root = os.path.abspath(folder)

    def make(asked: Asked, situation: Situation) -> Plan | Refusal:
        from hmls.deploy import plan

        if os.path.exists(os.path.join(root, "flake.nix")):
            said = f"There is a flake.nix in {root} already: switch to one of its homes instead."
            return plan.Refusal("bad-name", said)
        return plan.initialise(asked.root, situation)

    asked = Asked(root, None, (), Facts(FileIndex({})), Options())
    sys.exit(asyncio.run(carry_out(asked, make, Manner(yes, as_json))))


def check_target(folder: str, target: str, manner: Manner) -> int:
    """`nix flake check` and the evaluation of a target; the exit status."""

    def make(asked: Asked, situation: Situation) -> Plan | Refusal:
        from hmls.deploy import plan

        assert asked.target is not None
        return plan.check(asked.target, situation)

    return asyncio.run(carry_out(find(folder, target), make, manner))


def find(folder: str, name: str | None, *, settings: bool = False) -> Asked:
    """The flake in a folder and the target of a name. Raises click.ClickException."""
    from hmls.lang.thread import run

    return run(lambda: _find(folder, name, settings=settings))


def _find(folder: str, name: str | None, *, settings: bool) -> Asked:
    from hmls.config import read_toml
    from hmls.deploy.repository import deployable, distinct, facts_of, named, settings_of
    from hmls.deploy.situation import options_for
    from hmls.deploy.target import this_machine
    from hmls.homes.workspace import Views, Workspace
    from hmls.lang.budget import limited

    workspace = Workspace(os.environ.get("HMLS_STORE_ROOT", ""))
    workspace.set_folders([folder])
    repository = next(iter(Views(workspace).newest().repositories.values()), None)
    if repository is None:
        raise click.ClickException(f"there is no flake with homes in {folder}")
    found = None
    if name is not None:
        found = named(repository, name, this_machine().user)
        if found is None:
            names = ", ".join(target.name for target in repository.targets.items) or "none"
            raise click.ClickException(f"there is no target '{name}'; targets: {names}")
    facts = facts_of(repository, found, {})
    if found is not None and settings:
        with limited(80_000_000, lambda: None):
            facts = replace(facts, settings=settings_of(repository, found))
    toml = repository.files.text(os.path.join(repository.root, "hmls.toml")) or b""
    read = read_toml(toml.decode("utf-8", "replace"))
    for problem in read.problems:
        click.echo(f"hmls.toml: {problem}", err=True)
    target = deployable(repository, found) if found is not None else None
    host = target.host if target is not None and not target.is_home else None
    options = options_for(read.settings.deploy, host)
    return Asked(repository.root, target, tuple(distinct(repository)), facts, options)


async def carry_out(asked: Asked, make: Make, manner: Manner) -> int:
    """Make the plan and run it in this terminal; the exit status.

    Ctrl-C ends what runs, a second one at once. The end of the terminal or of the machine ends a
    build, and lets an activation go to its end.
    """
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None
    asked_to_end: list[int] = []

    def end(number: int) -> None:
        asked_to_end.append(number)
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end, number)
    try:
        return await _carry_out(asked, make, manner, lambda: signal.SIGINT in asked_to_end)
    except asyncio.CancelledError:
        return 128 + asked_to_end[-1]


async def _carry_out(
    asked: Asked, make: Make, manner: Manner, wants_end: Callable[[], bool]
) -> int:
    from hmls.deploy.here import situation_here
    from hmls.deploy.outcome import Done
    from hmls.deploy.session import deploy
    from hmls.deploy.surroundings import Surroundings
    from hmls.deploy.target import Refusal
    from hmls.deploy.tools import environment
    from hmls.report.deploy import TerminalUi, print_outcome
    from hmls.report.outcome_json import outcome_json

    situation = await situation_here(asked.options, trusted=True)
    environ = environment(situation.machine)
    made = make(asked, situation)
    if isinstance(made, Refusal):
        click.echo(made.reason, err=True)
        if manner.as_json:
            _print_json(outcome_json(made, asked.root))
        return REFUSED
    ui = TerminalUi(environ, yes=manner.yes, data=manner.as_json)
    facts = asked.facts
    around = Surroundings(
        situation,
        environ,
        facts.index,
        facts.settings,
        facts.untracked,
        facts.forced,
        wants_end,
    )
    try:
        outcome = await deploy(made, ui, around)
    finally:
        ui.pause()
    if manner.as_json:
        _print_json(outcome_json(outcome, asked.root))
    elif isinstance(outcome, Done) and outcome.preview is None and not sys.stdout.isatty():
        click.echo(outcome.result or "", nl=outcome.result is not None)
    return print_outcome(outcome, asked.root, ui.console)


def _print_json(data: Any) -> None:
    json.dump(data, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def _numbered(generations: Sequence[Generation], number: int) -> Generation | None:
    return next((each for each in generations if each.number == number), None)
