"""Inputs in a store of tests, as an editor sees them; a server of its own for each test."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, client_capabilities

from tests.protocol.editor import Client, Editor
from tests.store import HOME_MANAGER, NIXPKGS, Store, lock
from tests.support import write_files
from tests.trees import FLAKE

ALICE = "homes/alice/default.nix"
HM = "nix-community/home-manager"
TYPED = "{ ... }: { a = '' 🎉 ''; programs.$0 }"


class Desk:
    """A repository, a store, and an editor that opens the one with the other."""

    def __init__(self, folder: Path, encoding: str) -> None:
        self.folder = folder
        self.capabilities = encoding
        self.store = Store(folder / "root")
        self.editor: Editor

    async def start(self, locked: str) -> Editor:
        root = self.folder / "flake"
        write_files(
            str(root),
            {
                "flake.nix": FLAKE,
                "flake.lock": locked,
                ALICE: "{ ... }: { }\n",
                "systems/desk/default.nix": "{ ... }: { }\n",
            },
        )
        config = ClientServerConfig(
            server_command=[sys.executable, "-m", "hmls"],
            client_factory=Client,
            server_env={**os.environ, "XDG_CACHE_HOME": str(self.folder / "cache"), "PATH": ""},
        )
        client = await config.start()
        assert isinstance(client, Client)
        client.editor = self.editor = Editor(client, root)
        result = await client.initialize_session(
            lsp.InitializeParams(
                capabilities=client_capabilities(self.capabilities),
                initialization_options={"storeRoot": str(self.store.root)},
                workspace_folders=[lsp.WorkspaceFolder(root.as_uri(), "flake")],
            )
        )
        self.editor.encoding = str(result.capabilities.position_encoding or "utf-16")
        return self.editor

    async def programs_until(self, expected: set[str]) -> list[lsp.CompletionItem]:
        """What is offered below `programs.`, once it is what is expected."""
        client = self.editor.client
        while True:
            items = await self.editor.complete(ALICE, TYPED)
            if expected == {item.label for item in items} or (not expected and len(items) > 100):
                return items
            async with client.news:
                await asyncio.wait_for(client.news.wait(), 120)

    async def offered_until(self, label: str, file: str, text: str) -> list[lsp.CompletionItem]:
        """What is offered at the cursor, once something is among it."""
        while True:
            items = await self.editor.complete(file, text)
            if any(item.label == label for item in items):
                return items
            async with self.editor.client.news:
                await asyncio.wait_for(self.editor.client.news.wait(), 120)


@pytest_asyncio.fixture(params=["neovim", "visual_studio_code"], ids=["utf-8", "utf-16"])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(tmp_path, request.param)
    yield made
    await made.editor.client.shutdown_session()
    await made.editor.client.stop()


async def test_home_manager_in_the_store_answers_with_no_nix_and_no_setting(desk: Desk) -> None:
    nar_hash = desk.store.put(HOME_MANAGER)
    editor = await desk.start(lock({"home-manager": (HM, nar_hash)}))
    await desk.programs_until({"gitish"})
    items = await editor.complete(ALICE, "{ ... }: { a = '' 🎉 ''; programs.gitish.$0 }")
    assert {item.label for item in items} == {"enable", "flavour", "remotes"}
    flavour = next(item for item in items if item.label == "flavour")
    resolved = await editor.client.completion_item_resolve_async(flavour)
    assert "How it tastes." in resolved.documentation.value
    at = editor.open(ALICE, "{ ... }: { a = '' 🎉 ''; programs.gitish.fla$0vour = null; }")
    found = await editor.client.text_document_hover_async(
        lsp.HoverParams(at.text_document, at.position)
    )
    assert found is not None
    assert isinstance(found.contents, lsp.MarkupContent)
    assert "declared in [modules/git.nix:4](file:///" in found.contents.value
    assert "which comes with hmls" not in found.contents.value


async def test_what_was_read_once_is_in_the_cache(desk: Desk) -> None:
    nar_hash = desk.store.put(HOME_MANAGER)
    editor = await desk.start(lock({"home-manager": (HM, nar_hash)}))
    await desk.programs_until({"gitish"})
    assert any(kind.startswith("Reading home-manager") for kind in _titles(editor.client))
    (file,) = (desk.folder / "cache/hmls/catalog").iterdir()
    assert file.name.startswith("home-manager-")
    await editor.client.shutdown_session()
    await editor.client.stop()
    editor = await desk.start(lock({"home-manager": (HM, nar_hash)}))
    await desk.programs_until({"gitish"})
    assert _titles(editor.client) == []


async def test_sources_that_vanish_leave_the_table(desk: Desk) -> None:
    nar_hash = desk.store.put(HOME_MANAGER)
    await desk.start(lock({"home-manager": (HM, nar_hash)}))
    await desk.programs_until({"gitish"})
    shutil.rmtree(desk.store.path(nar_hash))
    await desk.programs_until(set())


async def test_sources_that_are_none_leave_the_table(desk: Desk) -> None:
    nar_hash = desk.store.put({"README": "half of it", "modules/modules.nix": "{ pkgs, li"})
    editor = await desk.start(lock({"home-manager": (HM, nar_hash)}))
    async with editor.client.news:
        await asyncio.wait_for(
            editor.client.news.wait_for(lambda: bool(_failures(editor.client))), 120
        )
    assert "cannot be read" in _failures(editor.client)[0].message
    await desk.programs_until(set())


async def test_a_place_that_is_not_on_this_machine_is_none_to_go_to(desk: Desk) -> None:
    editor = await desk.start(lock({"home-manager": (HM, "sha256-" + "A" * 43 + "=")}))
    editor.open(ALICE, "{ ... }: { /* 🎉 */ programs.git.enable = true; }")
    asked = {"root": str(editor.root), "target": "alice", "prefix": ["programs", "git", "enable"]}
    found = await editor.client.protocol.send_request_async("hmls/settings", asked)
    (option,) = found.options
    assert [Path(winner.file).name for winner in option.winners] == ["default.nix"]
    (default,) = option.losers
    assert (default.layer, default.file, default.line, default.range) == ("default", *[None] * 3)


async def test_a_missing_input_is_told_of_and_can_be_fetched(desk: Desk) -> None:
    nar_hash = desk.store.put(HOME_MANAGER)
    desk.store.path(nar_hash).rename(desk.folder / "elsewhere")
    editor = await desk.start(lock({"home-manager": (HM, nar_hash)}))
    async with editor.client.news:
        await asyncio.wait_for(
            editor.client.news.wait_for(lambda: bool(editor.client.log_messages)), 120
        )
    assert "not in the Nix store: home-manager." in editor.client.log_messages[0].message
    at = editor.open("flake.nix").position
    line = FLAKE.splitlines().index(
        '  inputs.home-manager.url = "github:nix-community/home-manager";'
    )
    where = lsp.Range(lsp.Position(line, 4), lsp.Position(line, at.character + 4))
    titles = {action.title: action for action in await editor.actions("flake.nix", where)}
    action = titles["Fetch the sources of home-manager: nix flake archive"]
    assert action.command is not None
    assert action.command.command == "hmls.archive"
    (desk.folder / "elsewhere").rename(desk.store.path(nar_hash))
    await desk.programs_until({"gitish"})


@pytest.mark.parametrize(
    ("written", "code", "title", "mended"),
    [
        (
            'programs.gitish.flavor = "sweet"',
            "undeclared-option",
            "Change to programs.gitish.flavour",
            'programs.gitish.flavour = "sweet"',
        ),
        (
            "programs.gitihs.enable = true",
            "undeclared-option",
            "Change to programs.gitish",
            "programs.gitish.enable = true",
        ),
        ("programs.unlikely.enable = true", "undeclared-option", None, None),
        (
            'programs.gitish = { enable = true; flavour = "bitter"; }',
            "type-mismatch",
            None,
            None,
        ),
        (
            "programs.gitold = true",
            "renamed-option",
            "Change to programs.gitish.enable",
            "programs.gitish.enable = true",
        ),
    ],
)
async def test_problems_of_options(
    desk: Desk, written: str, code: str, title: str | None, mended: str | None
) -> None:
    nar_hash = desk.store.put(HOME_MANAGER)
    editor = await desk.start(lock({"home-manager": (HM, nar_hash)}))
    await desk.programs_until({"gitish"})
    text = f"{{ ... }}: {{ home.username = '' 🎉 ''; {written}; }}"
    await editor.problems(ALICE, text)
    found = await editor.problems_until(ALICE, code)
    problem = next(problem for problem in found if problem.code == code)
    builds = code == "renamed-option"
    assert problem.severity == lsp.DiagnosticSeverity(2 if builds else 1)
    if title is not None and mended is not None:
        fixed = await editor.fixed(ALICE, text, problem, title)
        assert fixed == text.replace(written, mended)


async def test_an_option_that_was_removed_can_be_taken_out(desk: Desk) -> None:
    nar_hash = desk.store.put(HOME_MANAGER)
    editor = await desk.start(lock({"home-manager": (HM, nar_hash)}))
    await desk.programs_until({"gitish"})
    text = "{ ... }: {\n  x = '' 🎉 '';\n  programs.gone = 1;\n}\n"
    editor.open(ALICE, text)
    where = lsp.Range(lsp.Position(2, 4), lsp.Position(2, 4))
    action = next(
        action
        for action in await editor.actions(ALICE, where)
        if action.title == "Remove programs.gone"
    )
    assert action.edit is not None
    (change,) = action.edit.document_changes or ()
    assert isinstance(change, lsp.TextDocumentEdit)
    edits = [edit for edit in change.edits if isinstance(edit, lsp.TextEdit)]
    assert editor.apply(text, edits) == "{ ... }: {\n  x = '' 🎉 '';\n}\n"


async def test_packages_and_options_of_nixos(desk: Desk) -> None:
    nar_hash = desk.store.put(NIXPKGS)
    editor = await desk.start(lock({"nixpkgs": ("NixOS/nixpkgs", nar_hash)}))
    text = "{ pkgs, ... }: { a = '' 🎉 ''; home.packages = [ pkgs.gre$0 ]; }"
    items = await desk.offered_until("grepper", ALICE, text)
    item = next(item for item in items if item.label == "grepper")
    resolved = await editor.client.completion_item_resolve_async(item)
    assert "Finds lines" in resolved.documentation.value
    system = "systems/desk/default.nix"
    text = "{ ... }: { a = '' 🎉 ''; services.lamp.$0 }"
    items = await desk.offered_until("bulbs", system, text)
    assert {item.label for item in items} == {"enable", "package", "bulbs"}
    text = "{ pkgs, ... }: { a = '' 🎉 ''; home.packages = [ pkgs.greper pkgs.paid ]; }"
    editor.open(ALICE, text)
    # What allows unfree packages is evaluated, which may take longer than the first answer.
    await editor.problems_until(ALICE, "unfree-package")
    (unknown,) = await editor.problems_until(ALICE, "unknown-package")
    fixed = await editor.fixed(ALICE, text, unknown, "Change to grepper")
    assert fixed == text.replace("greper", "grepper")


def _titles(client: Client) -> list[str]:
    return [
        report.title
        for reports in client.progress_reports.values()
        for report in reports
        if isinstance(report, lsp.WorkDoneProgressBegin)
    ]


def _failures(client: Client) -> list[lsp.LogMessageParams]:
    return [m for m in client.log_messages if m.type == lsp.MessageType.Warning]
