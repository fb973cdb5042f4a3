"""A user who goes on editing while Nix builds: errors stand on the lines of now, or on none."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.nix.desk import Desk, desk, make_lab, other_user
from tests.nix.lab import SYSTEM

HOME = f"homes/{other_user()[1]}/default.nix"
TEXT = f"""{{
  # 🎉
  files.a = builtins.readFile (derivation {{
    name = "@name@";
    system = "{SYSTEM}";
    builder = "/bin/sh";
    PATH = "/usr/bin:/bin";
    args = [ "-c" "echo begun @name@; while ! [ -e @gate@ ]; do sleep 0.1; done; echo > $out" ];
  }})
  + "🎉" + {{ colour = "1"; }}.color;
}}
"""
NEW_LINES = "# 🎉\n# new\n"


async def built(at: Desk, name: str, edit: str) -> str:
    """The home's text when a build of it has failed during which lines were put before it."""
    gate = at.lab.home / name
    text = TEXT.replace("@gate@", str(gate)).replace("@name@", name)
    at.lab.write(HOME, text)
    at.editor.open(HOME)
    running = asyncio.ensure_future(at.run("build"))
    await at.sees(f"begun {name}")
    edited = NEW_LINES + text
    if edit == "saved":
        at.lab.write(HOME, edited)
    at.editor.open(HOME, edited)
    await at.editor.problems(HOME, edited)
    gate.touch()
    found = await running
    assert found["outcome"] == "failed"
    assert "attribute 'color' missing" in found["message"]
    return edited


async def test_an_error_is_where_its_line_is_by_now(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    lab = make_lab(folder, nix_environ, "{ }")
    async with desk(lab) as at:
        text = await built(at, "unsaved", "unsaved")
        (problem,) = await at.reported(HOME)
        assert problem.range.start.line == 11
        fixed = await at.editor.fixed(HOME, text, problem, "Change to colour")
        assert fixed == text.replace(".color;", ".colour;")


async def test_a_file_that_is_saved_while_nix_reads_it(
    folder: Path, nix_environ: dict[str, str]
) -> None:
    """Which of its texts Nix speaks of cannot be told: no line is shown, and that is said."""
    lab = make_lab(folder, nix_environ, "{ }")
    async with desk(lab) as at:
        await built(at, "saved", "saved")
        said = f"{HOME} was edited meanwhile: run it again to see the line of its error."
        assert said in at.messages
        assert [p for p in at.editor.found(HOME) if p.source == "nix"] == []
        at.editor.open(HOME)
        assert (await at.run("build"))["outcome"] == "failed"
        (problem,) = await at.reported(HOME)
        assert problem.range.start.line == 11
