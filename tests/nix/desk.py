"""A desk: an editor with a real server, run as the user whose home it is."""

from __future__ import annotations

import asyncio
import os
import pwd
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pytest_lsp import client_capabilities

from tests.nix.lab import Lab
from tests.protocol.editor import Client, Editor

REPOSITORY = Path(__file__).parents[2]
OWN = {"terminal": True, "documents": True, "log": True, "save": True}


def other_user() -> tuple[int, str]:
    """A user that is not root: nobody, if we are root ourselves."""
    entry = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    return entry.pw_uid, entry.pw_name


class Desk:
    """What the user of the editor is shown, and what they answer."""

    def __init__(self, lab: Lab, user: str, client: Client) -> None:
        self.lab = lab
        self.user = user
        self.client = client
        self.editor = Editor(client, lab.root)
        self.answer: Callable[[lsp.ShowMessageRequestParams], str | None] = first_answer
        self.answers_with: Any = None
        """What is answered in place of what the protocol allows."""
        self.hesitates: Callable[[], Awaitable[None]] | None = None
        """What the user waits for before an answer."""
        self.questions: list[str] = []
        self.lines: list[str] = []
        self.terminals: list[str] = []
        self.news = asyncio.Condition()
        self._listen()

    @property
    def messages(self) -> list[str]:
        return [message.message for message in self.client.messages]

    @property
    def progress(self) -> list[Any]:
        """All that was reported, of all deployments."""
        return [each for found in self.client.progress_reports.values() for each in found]

    async def run(
        self, name: str, *, token: lsp.ProgressToken | None = None, **argument: Any
    ) -> dict[str, str]:
        """Run a command to its end, with a token for its progress if one is given."""
        found: Any = await self.client.workspace_execute_command_async(
            lsp.ExecuteCommandParams(f"hmls.{name}", self.argument(**argument), token)
        )
        return found if isinstance(found, dict) else found._asdict()

    def argument(self, **more: Any) -> list[Any]:
        return [{"root": str(self.lab.root), "target": self.user, **more}]

    async def ask(self, method: str, **more: Any) -> Any:
        params = {"root": str(self.lab.root), "target": self.user, **more}
        return await self.client.protocol.send_request_async(method, params)

    async def sees(self, text: str) -> None:
        """Wait until a line of the log holds this text."""
        async with asyncio.timeout(60), self.news:
            await self.news.wait_for(lambda: any(text in line for line in self.lines))

    async def reported(self, name: str) -> list[lsp.Diagnostic]:
        """The problems that Nix found in a file, once there are any."""
        uri = self.editor.uri(name)

        def found() -> list[lsp.Diagnostic]:
            return [d for d in self.client.diagnostics.get(uri, ()) if d.source == "nix"]

        async with asyncio.timeout(60), self.client.news:
            await self.client.news.wait_for(found)
        return found()

    async def cleared(self, name: str) -> None:
        """Wait until no problem of Nix is left in a file."""
        uri = self.editor.uri(name)
        async with asyncio.timeout(60), self.client.news:
            await self.client.news.wait_for(
                lambda: not any(d.source == "nix" for d in self.client.diagnostics.get(uri, ()))
            )

    async def told(self) -> str:
        """The first message that is shown, once there is one."""
        async with self.client.news:
            await self.client.news.wait_for(lambda: self.client.messages)
        return self.messages[0]

    async def ended(self) -> None:
        """Wait until the progress that is shown has come to its end."""
        news = self.client.news
        async with asyncio.timeout(60), news:
            await news.wait_for(lambda: any(each.kind == "end" for each in self.progress))

    async def reports(self, text: str) -> None:
        """Wait until the progress that is shown says this."""
        news = self.client.news
        async with asyncio.timeout(60), news:
            await news.wait_for(lambda: any(text in (p.message or "") for p in self.progress))

    def kill(self) -> None:
        """End the server as nothing can prevent."""
        self._process().kill()

    async def terminate(self) -> int:
        """Tell the server to end, as a machine does that shuts down; its exit code."""
        process = self._process()
        process.terminate()
        return await process.wait()

    def _process(self) -> asyncio.subprocess.Process:
        server = self.client._server
        assert server is not None
        self.gone()
        return server

    def gone(self) -> None:
        """The server was shut down already, or killed: nothing more is said to it."""
        self.client.error = ConnectionError("gone")

    def _listen(self) -> None:
        @self.client.feature(lsp.WINDOW_SHOW_MESSAGE_REQUEST)
        async def question(params: lsp.ShowMessageRequestParams) -> Any:
            self.questions.append(params.message)
            if self.hesitates is not None:
                await self.hesitates()
            if self.answers_with is not None:
                return self.answers_with
            answer = self.answer(params)
            return None if answer is None else lsp.MessageActionItem(answer)

        @self.client.feature("hmls/log")
        async def line(params: Any) -> None:
            self.lines.append(params.line)
            async with self.news:
                self.news.notify_all()

        @self.client.feature("hmls/terminal")
        def terminal(params: Any) -> dict[str, bool]:
            self.terminals.append(params.command)
            return {"opened": True}


def first_answer(params: lsp.ShowMessageRequestParams) -> str | None:
    """A user who says yes."""
    return params.actions[0].title if params.actions else None


def no(_params: lsp.ShowMessageRequestParams) -> str | None:
    """A user who closes every question."""
    return None


@asynccontextmanager
async def desk(
    lab: Lab,
    profile: str = "visual_studio_code",
    own: Any = OWN,
    trusted: bool = True,
    settings: Any = None,
    progress: bool = True,
) -> AsyncIterator[Desk]:
    """A server for a lab whose files belong to a user that is not root."""
    client = Client()
    at = Desk(lab, other_user()[1], client)
    await client.start_io(*command_as_owner(lab), cwd=str(lab.folder), env=environ_of_owner(lab))
    capabilities = client_capabilities(profile)
    capabilities.experimental = {"hmls": own}
    if capabilities.window is not None and not progress:
        capabilities.window.work_done_progress = False
    result = await client.initialize_session(
        lsp.InitializeParams(
            capabilities=capabilities,
            initialization_options={"trusted": trusted, "hmls": settings or {}},
            workspace_folders=[lsp.WorkspaceFolder(lab.root.as_uri(), "repo")],
        )
    )
    at.editor.encoding = str(result.capabilities.position_encoding or "utf-16")
    try:
        yield at
    finally:
        await client.shutdown_session()
        await client.stop()


def command_as_owner(lab: Lab) -> list[str]:
    """The server's command, run as the user to whom the lab then belongs."""
    uid, _ = other_user()
    command = [sys.executable, "-m", "hmls"]
    if uid == os.geteuid():
        return command
    subprocess.run(["chown", "-R", str(uid), str(lab.folder)], check=True)
    return ["setpriv", f"--reuid={uid}", "--clear-groups", *command]


def environ_of_owner(lab: Lab) -> dict[str, str]:
    return {
        **lab.environ,
        **store_of(lab),
        "HOME": str(lab.home),
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def store_of(lab: Lab) -> dict[str, str]:
    """The environment of a store that belongs to the user."""
    names = {"NIX_STORE_DIR": "store", "NIX_STATE_DIR": "var", "NIX_LOG_DIR": "log"}
    return {variable: str(lab.folder / "own" / name) for variable, name in names.items()}


def make_lab(folder: Path, environ: dict[str, str], text: str) -> Lab:
    """A lab whose one home is that of the user who runs the server."""
    lab = Lab(folder / "lab", environ, environ["NIX_STATE_DIR"])
    _, user = other_user()
    lab.set_home(text, user)
    return lab
