"""The commands of the terminal."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from hmls import __version__, cli_deploy

if TYPE_CHECKING:
    from hmls.report.check import Format

T = TypeVar("T")
_FOLDER = click.Path(exists=True, file_okay=False, path_type=str)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hmls")
def main() -> None:
    """What a Home Manager configuration is on each machine.

    Without a command, hmls is a language server on standard input and output.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What the terminal's encoding lacks is written as an escape, and stops nothing.
            stream.reconfigure(errors="backslashreplace")


@main.command(short_help="Serve LSP on standard input and output.")
@click.option("--stdio", is_flag=True, help="Accepted for editors that give it.")
def serve(stdio: bool) -> None:  # noqa: ARG001
    """Serve LSP on standard input and output (what `hmls` alone does)."""
    from hmls.server.app import serve as run

    run()


@main.command(short_help="Users, hosts, layers and targets of a flake.")
@click.argument("folder", default=".", type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def layers(folder: str, as_json: bool) -> None:
    """Users, hosts, layers and targets of the flake in FOLDER, and what was assumed."""
    from hmls.report.layers import layers_json, print_layers

    def work() -> dict[str, Any]:
        return layers_json(_repository(folder))

    data = _evaluate(work)
    if as_json:
        _print_json(data)
    else:
        print_layers(data)


@main.command(short_help="What the settings of TARGET are, and why.")
@click.argument("target")
@click.argument("option", required=False)
@click.option("--flake", "folder", default=".", type=_FOLDER, help="The folder of the flake.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(target: str, option: str | None, folder: str, as_json: bool) -> None:
    """What the settings of TARGET are, such as `alice` or `alice@workstation`, and why.

    OPTION is one setting or a set of them: `programs.git`. Without it all are shown that the
    flake's own files define.
    """
    from hmls.lang.errors import NixError, Unknowable
    from hmls.lang.store import readable
    from hmls.report.show import print_settings, show_json, shown_settings

    def work() -> None:
        repository = _repository(folder)
        targets = repository.targets
        chosen = targets.called(target)
        if chosen is None:
            names = ", ".join(each.name for each in targets.items) or "none"
            raise click.ClickException(f"there is no target '{target}'; targets: {names}")
        try:
            found = shown_settings(repository, chosen, option)
        except NixError as error:
            message = readable(error.message)
            raise click.ClickException(f"{target} does not evaluate: {message}") from None
        except Unknowable as stop:
            raise click.ClickException(
                f"{target} is not known: {stop.unknown.cause.message}"
            ) from None
        if option is not None and not found:
            raise click.ClickException(f"{target} has no setting '{option}'")
        if as_json:
            _print_json(show_json(repository, chosen, found))
        else:
            print_settings(repository, chosen, found)

    _evaluate(work)


@main.command()
@click.argument("what", metavar="[FOLDER|TARGET]", default=".")
@click.option("--flake", "flake", default=".", type=_FOLDER, help="The flake of TARGET.")
@click.option("--yes", "-y", is_flag=True, help="For TARGET: do not ask before Nix runs.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    help="How to print the problems.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--explain", is_flag=True, help="Say what was found, assumed and not understood.")
def check(what: str, flake: str, yes: bool, output: Format, as_json: bool, explain: bool) -> None:
    """All problems of the flake in FOLDER, without Nix. Exit status 1 if there is an error.

    With the name of a target that is no folder, Nix itself checks the flake and that target.
    """
    from hmls.report.check import check_json, print_check
    from hmls.report.explain import explanation, explanation_json, print_explanation

    if not os.path.isdir(what):
        if os.sep in what or os.path.exists(what):
            raise click.BadParameter(f"'{what}' is no folder.", param_hint="FOLDER")
        manner = cli_deploy.Manner(yes, as_json or output == "json")
        sys.exit(cli_deploy.check_target(flake, what, manner))
    folder = what
    if explain:
        said = _evaluate(lambda: explanation(_repository(folder)))
        if as_json or output == "json":
            _print_json(explanation_json(said))
        else:
            print_explanation(said)
        return
    chosen: Format = "json" if as_json else output
    data = _evaluate(lambda: check_json(_view(folder), chosen))
    if chosen == "json":
        _print_json(data)
    else:
        print_check(data, chosen)
    if any(problem["severity"] == "error" for problem in data["diagnostics"]):
        sys.exit(1)


@main.command("eval", short_help="Evaluate a file or an expression, without Nix.")
@click.argument("file", required=False, type=click.Path(path_type=str))
@click.option("-E", "--expr", "expression", help="Evaluate a text in place of a file.")
@click.option(
    "-A",
    "--attr",
    "attributes",
    multiple=True,
    help='Print what is at an attribute path, such as a."b.c".0; may be repeated.',
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON; implies --strict.")
@click.option("--strict", is_flag=True, help="Evaluate what is inside lists and sets too.")
@click.option("--show-trace", is_flag=True, help="Print where an error came from.")
def eval_(
    file: str | None,
    expression: str | None,
    attributes: tuple[str, ...],
    as_json: bool,
    strict: bool,
    show_trace: bool,
) -> None:
    """Evaluate FILE or an expression, as `nix-instantiate --eval` does, without Nix.

    FILE is ./default.nix where it is not given, and standard input where it is `-`. `lib` is
    in scope for -E and standard input.
    """
    from hmls.report.evaluate import evaluate_and_print

    if file is not None and expression is not None:
        raise click.UsageError("give a FILE or -E EXPR, not both")
    sys.exit(
        _evaluate(
            lambda: evaluate_and_print(
                file or "./default.nix",
                expression,
                attributes,
                as_json=as_json,
                strict=strict,
                show_trace=show_trace,
            )
        )
    )


@main.command(short_help="What an editor shows of a flake, or of the example.")
@click.argument("folder", required=False, type=_FOLDER)
@click.option("--part", "parts", multiple=True, help="Show only this part; may be repeated.")
@click.option("--settings", default=2, show_default=True, help="How many settings to show.")
@click.option("--svg", type=click.Path(dir_okay=False), help="Save it as a picture too.")
def demo(folder: str | None, parts: tuple[str, ...], settings: int, svg: str | None) -> None:
    """What an editor shows of the flake in FOLDER, or of the example, asked of a real server."""
    from hmls.demo.client import NoAnswer
    from hmls.demo.example import example_folder
    from hmls.demo.show import PARTS, run_demo

    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        raise click.UsageError(f"there is no part {unknown[0]}; there are {', '.join(PARTS)}")
    try:
        sys.exit(run_demo(os.path.abspath(folder or example_folder()), parts, settings, svg))
    except NoAnswer as error:
        raise click.ClickException(str(error)) from error


cli_deploy.register(main)


def _evaluate(work: Callable[[], T]) -> T:
    """Run something on the evaluation thread."""
    from hmls.lang.errors import GaveUp, NixError
    from hmls.lang.thread import run

    try:
        return run(work)
    except NixError as error:
        # Deeper than the stack of this process.
        raise click.ClickException(error.message) from None
    except GaveUp as stop:
        raise click.ClickException(f"this is not known: {stop.cause.message}") from None


def _view(folder: str) -> Any:
    from hmls.homes.catalogued import Catalogued
    from hmls.homes.workspace import Views, Workspace

    workspace = Workspace(os.environ.get("HMLS_STORE_ROOT", ""))
    workspace.set_folders([folder])
    view = Views(workspace, Catalogued()).newest()
    if not view.repositories:
        raise click.ClickException(
            f"there is no flake with homes in {folder}: no flake.nix was found there or above"
        )
    return view


def _repository(folder: str) -> Any:
    return next(iter(_view(folder).repositories.values()))


def _print_json(data: Any) -> None:
    json.dump(data, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
