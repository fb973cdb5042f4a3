"""The demonstration: one part for each thing that an editor shows."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from hmls.demo.choose import Chosen, inputs_to_show, settings_to_show
from hmls.demo.client import Client, NoAnswer, start, uri_of
from hmls.demo.markdown import WholeMarkdown
from hmls.demo.texts import (
    CURSOR,
    Spot,
    common_folder,
    lines_around,
    position_at,
    read,
    relative,
    spot_of,
)

_CANDIDATES = 4
"""Settings that are looked at for each one that is shown."""
_NO_SETTING = (
    "No setting of a home is known here: the flake exposes no home whose files are in this folder, "
    "or what it exposes depends on inputs that are not in the Nix store. What the flake takes is "
    "shown instead. Why that is so: hmls check --explain {root}"
)
_NO_TIME = (
    "What the settings of a home are takes too long here to wait for it. What the flake takes is "
    "shown instead."
)
_ANY_WIDTH = 10_000
_MAX_PLACES = 8
_MAX_ITEMS = 8
_MAX_PROBLEMS = 10
_MAX_ACTIONS = 9
_LOOK_S = 120.0
_LOOKS = 4
_COLOURS = {1: "red", 2: "yellow", 3: "blue", 4: "bright_black"}
_LEVELS = {1: "error", 2: "warning", 3: "information", 4: "hint"}
_FILE_LINK = re.compile(r"\[([^\[\]]+)\]\(file:[^)\s]*\)")
"""Links to files, which editors open and a terminal has no use for."""


@dataclass(slots=True)
class Scene:
    """What all parts share."""

    client: Client
    console: Console
    folder: str
    maps: list[dict[str, Any]]
    settings: int
    reasons: set[str] = field(default_factory=set)
    """Why actions are not possible, as far as it was told in full."""
    _chosen: list[Chosen] | None = None

    @property
    def root(self) -> str:
        return str(self.maps[0]["root"])

    @property
    def map(self) -> dict[str, Any]:
        return self.maps[0]

    def chosen(self) -> list[Chosen]:
        if self._chosen is None:
            more = _CANDIDATES * self.settings
            why = _NO_SETTING.format(root=self.root)
            try:
                found = settings_to_show(self.client, self.root, self.map["targets"], more)
            except NoAnswer:
                found, why = [], _NO_TIME
            if not found:
                self.console.print(why, style="yellow")
                found = inputs_to_show(self.root, more)
            self._chosen = self._telling(found)
        return self._chosen

    def _telling(self, found: list[Chosen]) -> list[Chosen]:
        """Those that a hover says something of, as many as are wanted; any if there are none."""
        telling: list[Chosen] = []
        for each in found:
            if len(telling) == self.settings:
                break
            self.client.open(each.spot.path, read(each.spot.path))
            if _hover_text(self.client, each.spot):
                telling.append(each)
        return telling or found[: self.settings]

    def place(self, spot: Spot) -> str:
        return f"{relative(spot.path, self.root)}:{spot.start[0] + 1}"


def run_demo(folder: str, parts: tuple[str, ...], settings: int, picture: str | None) -> int:
    """Show what an editor shows of the flake in a folder; the exit status."""
    console = Console(
        highlight=False,
        emoji=False,
        record=picture is not None,
        width=100 if picture else None,
    )
    command = [sys.executable, "-m", "hmls"]
    if not picture:
        _title(console, folder)
    client = start(command, folder)
    try:
        done = _show(client, console, folder, parts or tuple(PARTS), settings, not picture)
    finally:
        client.stop()
    if picture is not None:
        console.save_svg(picture, title="hmls")
    return done


def _title(console: Console, folder: str) -> None:
    console.print(
        Text.assemble(("hmls demo", "bold"), " · ", (folder, "cyan")),
        Text("A server runs; everything below is what it answers to an editor.", "dim"),
        sep="\n",
    )


def _show(
    client: Client,
    console: Console,
    folder: str,
    parts: tuple[str, ...],
    settings: int,
    with_frame: bool,
) -> int:
    maps = client.ask("hmls/layers", {})["roots"]
    if not maps:
        console.print(
            f"There is no flake with homes in {folder}. hmls looks for a flake.nix with a folder "
            "homes/ (or nix/homes/) beside it, here, above and below."
        )
        homes = [name for name in ("homes", "nix/homes") if os.path.isdir(f"{folder}/{name}")]
        if homes:
            console.print(f"There is a folder {homes[0]}, but no flake.nix that would deploy it.")
        return 1
    scene = Scene(client, console, folder, maps, settings)
    for number, name in enumerate(parts, 1):
        title, show = PARTS[name]
        if with_frame:
            console.print()
            console.print(Rule(Text(f"{number}  {title}", "bold"), align="left", style="dim"))
        try:
            show(scene)
        except NoAnswer as error:
            console.print(f"[yellow]The server does not answer this:[/yellow] {error}")
    if with_frame:
        console.print()
        console.print(Rule(style="dim"))
        console.print(
            f"[dim]The server was ready after {client.started_in_s * 1000:.0f} ms. "
            "In your editor: docs/editors.md. Something missing or unknown: "
            f"hmls check --explain {folder}[/dim]"
        )
    return 0


def _map(scene: Scene) -> None:
    for told in scene.maps:
        _one_map(scene.console, told)


def _one_map(console: Console, told: dict[str, Any]) -> None:
    folder = common_folder([name for user in told["users"] for name in user["layers"]])
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for column in ("user", "target", "made of", "system", "output of the flake"):
        table.add_column(column, no_wrap=True)
    for user in told["users"]:
        targets = [target for target in told["targets"] if target["user"] == user["name"]]
        if not targets:
            table.add_row(Text(user["name"], "bold"), "[yellow]no target[/yellow]")
        for number, target in enumerate(targets):
            name = "" if number else user["name"]
            table.add_row(Text(name, "bold"), *_of_target(target, folder))
    if not told["users"]:
        console.print("no users are known here", style="yellow")
    elif Console(width=_ANY_WIDTH).measure(table).maximum <= console.width:
        console.print(table)
    else:
        _one_below_the_other(console, told, folder)
    hosts = [host["name"] for host in told["hosts"]]
    if hosts:
        console.print(f"[dim]hosts[/dim] {', '.join(hosts)}")
    for error in told["errors"]:
        console.print(Text.assemble(("the flake does not evaluate: ", "red"), error))
    for assumption in told["assumptions"]:
        console.print(
            Text.assemble(
                ("assumed: ", "yellow"),
                assumption["message"],
                (f" ({assumption['reason']})", "dim"),
            )
        )


def _one_below_the_other(console: Console, told: dict[str, Any], folder: str) -> None:
    """The map where the terminal is too narrow for a table: no name is cut."""
    for user in told["users"]:
        targets = [target for target in told["targets"] if target["user"] == user["name"]]
        none = Text("" if targets else "  no target", "yellow")
        console.print(Text.assemble((user["name"], "bold"), none), soft_wrap=True)
        for target in targets:
            name, layers, system, output = _of_target(target, folder)
            console.print(Text.assemble("  ", name, "  ", system), soft_wrap=True)
            for part in (layers, output):
                console.print(Text.assemble("      ", part), soft_wrap=True)


def _of_target(target: dict[str, Any], folder: str) -> tuple[Text, Text, Text, Text]:
    """Name, layers, system and output."""
    layers = [layer.removeprefix(folder) for layer in target["layers"]]
    return (
        Text(target["name"], "green" if target["kind"] == "host" else "cyan"),
        Text(" + ".join(layers)) if layers else Text("no layer of its own", "dim"),
        Text(target["system"] or "?", "dim"),
        Text(target["output"], "dim"),
    )


def _hover(scene: Scene) -> None:
    if not scene.client.can("hoverProvider"):
        raise NoAnswer("this server has no hover")
    for chosen in _chosen(scene):
        spot = chosen.spot
        scene.console.print(Text(scene.place(spot), "cyan"))
        scene.console.print(_excerpt(spot, around=1))
        text = _hover_text(scene.client, spot)
        shown = (
            WholeMarkdown(_FILE_LINK.sub(r"**\1**", text))
            if text
            else Text("nothing to say here", "dim")
        )
        scene.console.print(Panel(shown, border_style="blue", expand=False))


def _hover_text(client: Client, spot: Spot) -> str:
    """The text of a hover; a person who reads «gave up» would move the mouse again."""
    text = ""
    for _ in range(_LOOKS):
        answer = client.ask("textDocument/hover", _position(spot))
        contents = answer["contents"] if answer else None
        text = contents.get("value", "") if isinstance(contents, dict) else str(contents or "")
        if "gave up" not in text:
            break
    return text


def _definitions(scene: Scene) -> None:
    if not scene.client.can("definitionProvider"):
        raise NoAnswer("this server has no definitions")
    for chosen in _chosen(scene):
        answer = scene.client.ask("textDocument/definition", _position(chosen.spot)) or []
        spots = [spot_of(each) for each in (answer if isinstance(answer, list) else [answer])]
        scene.console.print(Text.assemble((chosen.name, "bold"), f": {_how_many(len(spots))}"))
        for spot in spots[:_MAX_PLACES]:
            scene.console.print(Padding(Text(scene.place(spot), "cyan"), (0, 0, 0, 2)))
            scene.console.print(Padding(_excerpt(spot, around=0), (0, 0, 0, 4)))
        if len(spots) > _MAX_PLACES:
            scene.console.print(f"  [dim]… and {len(spots) - _MAX_PLACES} more[/dim]")


def _how_many(definitions: int) -> str:
    match definitions:
        case 0:
            return "no definitions were found"
        case 1:
            return "one definition"
        case _:
            return f"{definitions} definitions, the winner first"


def _completions(scene: Scene) -> None:
    path = _entries(scene)[0][1]
    users = [user["name"] for user in scene.map["users"]]
    if not users:
        scene.console.print("No users are known here, so that none are offered.", style="yellow")
    kinds = {target["kind"] for target in scene.map["targets"]}
    program = "nixos-rebuild" if kinds == {"host"} else "home-manager"
    typed = [
        ("usernames", f'{{ home.username = "{CURSOR}"; }}'),
        ("hostnames", f'{{ networking.hostName = "{CURSOR}"; }}'),
        ("what a flake reference may name", f'{{ x = "{program} switch --flake .#{CURSOR}"; }}'),
        ("the layers of a user", f"{{ imports = [ ../{users[0]}@{CURSOR} ]; }}")
        if users and _are_beside_each_other(scene.map)
        else ("files and folders", f"{{ imports = [ ./{CURSOR} ]; }}"),
    ]
    for number, (what, text) in enumerate(typed):
        if number:
            scene.console.print()
        scene.console.print(Text.assemble((text, "bold"), (f"  {what}", "dim")))
        items = _complete(scene, path, text)
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(style="dim")
        for item in items[:_MAX_ITEMS]:
            table.add_row(Text(f"    {item['label']}", "green"), Text(item.get("detail") or ""))
        scene.console.print(table if items else Text("    nothing is offered", "dim"))
        rest = len(items) - _MAX_ITEMS
        if rest > 0:
            scene.console.print(f"    [dim]… and {rest} more[/dim]")
    scene.client.open(path, read(path))


def _are_beside_each_other(told: dict[str, Any]) -> bool:
    """Whether a user's layers are folders called `alice@laptop`, and not `alice/laptop`."""
    return any("@" in layer for user in told["users"][:1] for layer in user["layers"])


def _complete(scene: Scene, path: str, text: str) -> list[dict[str, Any]]:
    """The items where the cursor is in an unsaved text."""
    before, after = text.split(CURSOR)
    scene.client.open(path, before + after)
    answer = scene.client.ask(
        "textDocument/completion",
        {
            "textDocument": {"uri": uri_of(path)},
            "position": position_at(before, scene.client.encoding),
        },
    )
    items = answer["items"] if isinstance(answer, dict) else answer or []
    fitting = [item for item in items if _fits(item, before)]
    return sorted(fitting, key=lambda item: item.get("sortText") or item["label"])


def _fits(item: dict[str, Any], before: str) -> bool:
    """Whether an editor would still show an item after what was typed; texts here are ASCII."""
    where = (item.get("textEdit") or {}).get("range")
    typed = before[where["start"]["character"] :] if where else ""
    return str(item.get("filterText") or item["label"]).startswith(typed)


def _diagnostics(scene: Scene) -> None:
    scene.client.wait_for_problems(_LOOK_S)
    found = [
        (path, problem)
        for path, problems in sorted(scene.client.problems.items())
        for problem in problems
    ]
    found.sort(key=lambda each: each[1].get("severity", 1))
    for path, problem in found[:_MAX_PROBLEMS]:
        severity = problem.get("severity", 1)
        line = problem["range"]["start"]["line"] + 1
        scene.console.print(
            Text.assemble(
                (f"{relative(path, scene.root)}:{line} ", "cyan"),
                (_LEVELS[severity], _COLOURS[severity]),
                f" {problem['message']} ",
                (str(problem.get("code", "")), "dim"),
            )
        )
        for related in problem.get("relatedInformation") or ():
            spot = spot_of(related["location"])
            scene.console.print(Text(f"    {scene.place(spot)} {related['message']}", "dim"))
    if len(found) > _MAX_PROBLEMS:
        scene.console.print(f"[dim]… and {len(found) - _MAX_PROBLEMS} more[/dim]")
    if not found:
        scene.console.print("no problems")


def _actions(scene: Scene) -> None:
    entries = _entries(scene)
    if not any(layer["hasEntry"] for layer in scene.map.get("layers", ())):
        said = "No layer has a file: these are the actions of other files that make the homes."
        scene.console.print(said, style="yellow")
    for number, (layer, path) in enumerate(entries):
        if number:
            scene.console.print()
        scene.console.print(Text.assemble("in ", (layer, "cyan")))
        scene.client.open(path, read(path))
        _actions_of(scene, path)
    for path, problem in _with_fixes(scene):
        _fixes_of(scene, path, problem)


def _actions_of(scene: Scene, path: str) -> None:
    start_of_file = {"line": 0, "character": 0}
    answer = scene.client.ask(
        "textDocument/codeAction",
        {
            "textDocument": {"uri": uri_of(path)},
            "range": {"start": start_of_file, "end": start_of_file},
            "context": {"diagnostics": [], "only": ["source.deploy"]},
        },
    )
    for action in (answer or [])[:_MAX_ACTIONS]:
        data = action.get("data") or {}
        mark = "★ " if action.get("isPreferred") else "• "
        scene.console.print(Text.assemble(mark, (action["title"], "bold")), soft_wrap=True)
        for command in data.get("commands") or data.get("elsewhere") or ():
            # One line for whoever copies it; a narrow terminal folds it by itself.
            scene.console.print(Text(f"    $ {command}", "green"), soft_wrap=True)
        reason = (action.get("disabled") or {}).get("reason")
        if reason:
            short = reason.partition(". ")[0] if reason in scene.reasons else reason
            scene.reasons.add(reason)
            scene.console.print(Padding(Text(f"not from here: {short}", "yellow"), (0, 0, 0, 4)))
    if answer and len(answer) > _MAX_ACTIONS:
        scene.console.print(f"[dim]… and {len(answer) - _MAX_ACTIONS} more[/dim]")
    if not answer:
        scene.console.print("[dim]nothing is offered here[/dim]")


def _with_fixes(scene: Scene) -> list[tuple[str, dict[str, Any]]]:
    return [
        (path, problem) for path, problems in sorted(scene.client.problems.items())
        for problem in problems
    ]  # fmt: skip


def _fixes_of(scene: Scene, path: str, problem: dict[str, Any]) -> None:
    answer = scene.client.ask(
        "textDocument/codeAction",
        {
            "textDocument": {"uri": uri_of(path)},
            "range": problem["range"],
            "context": {"diagnostics": [problem], "only": ["quickfix"]},
        },
    )
    if answer:
        place = f"{relative(path, scene.root)}:{problem['range']['start']['line'] + 1}"
        scene.console.print()
        scene.console.print(Text.assemble("for ", (place, "cyan"), f": {problem['message']}"))
    for action in answer or ():
        scene.console.print(Text.assemble("• ", (action["title"], "bold")))


def _chosen(scene: Scene) -> list[Chosen]:
    chosen = scene.chosen()
    if not chosen:
        raise NoAnswer("no layer defines a setting, and flake.nix takes no inputs")
    return chosen


def _entries(scene: Scene) -> list[tuple[str, str]]:
    """A base layer and one of a host, where deploying means different things.

    Where there are no layers, a file that defines settings, and the flake itself.
    """
    found: dict[str, tuple[str, str]] = {}
    for layer in scene.map.get("layers", ()):
        if layer["hasEntry"] and layer["used"]:
            path = os.path.join(scene.root, layer["entry"])
            found.setdefault(layer["kind"], (layer["folder"], path))
    entries = [found[kind] for kind in ("base", "host") if kind in found]
    if not entries:
        paths = [each.spot.path for each in scene.chosen()[:1]]
        paths.append(os.path.join(scene.root, "flake.nix"))
        entries = [(relative(path, scene.root), path) for path in dict.fromkeys(paths)]
    return entries


def _position(spot: Spot) -> dict[str, Any]:
    """On the last character of a range: the last segment of an attribute path."""
    line, column = spot.end
    return {
        "textDocument": {"uri": uri_of(spot.path)},
        "position": {"line": line, "character": max(column - 1, 0)},
    }


def _excerpt(spot: Spot, around: int) -> Group | Syntax:
    first, lines = lines_around(read(spot.path), spot.start[0], around)
    return Syntax(
        "\n".join(lines),
        "nix",
        theme="ansi_dark",
        line_numbers=True,
        start_line=first + 1,
        highlight_lines={spot.start[0] + 1},
        background_color="default",
    )


PARTS: dict[str, tuple[str, Callable[[Scene], None]]] = {
    "map": ("Users, hosts, layers and targets", _map),
    "hover": ("Hover: what a setting is on every target", _hover),
    "definitions": ("Definition: everyone who has a say in it", _definitions),
    "completions": ("Completion: the names of people and machines", _completions),
    "diagnostics": ("Problems", _diagnostics),
    "actions": ("Code actions, and what each would run", _actions),
}
