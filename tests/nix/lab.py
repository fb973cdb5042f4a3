"""A place to deploy in: a repository, a home, a store, and a user who answers. All is real."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hmls.deploy.here import ask
from hmls.deploy.log import LogLine
from hmls.deploy.outcome import Outcome
from hmls.deploy.plan import Options, Plan, Refusal, Situation
from hmls.deploy.preview import Document
from hmls.deploy.problem import Index, NoIndex
from hmls.deploy.progress import Report
from hmls.deploy.session import deploy
from hmls.deploy.surroundings import Surroundings
from hmls.deploy.target import Machine, Target, nix_system
from hmls.deploy.tools import Answer, Tools, environment, find_tools
from hmls.deploy.ui import NoTerminal, Question, Terminal

STANDIN = Path(__file__).parent / "standin"
SYSTEM = nix_system(platform.machine(), platform.system())


@dataclass
class Lab:
    """`root` is the flake, `home` the home of alice; both are empty but for the stand-in."""

    folder: Path
    environ: dict[str, str]
    nix_state: str
    options: Options = field(default_factory=Options)
    user: str = "alice"
    settings: dict[str, str] | None = None

    def __post_init__(self) -> None:
        self.environ = dict(self.environ)
        self.home.mkdir(parents=True)
        shutil.copytree(STANDIN, self.root)
        facts = {"home": str(self.home), "system": SYSTEM}
        self.write("facts.json", json.dumps(facts))
        self.git("init", "-q")
        self.track()

    @property
    def root(self) -> Path:
        return self.folder / "repo"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def machine(self) -> Machine:
        return Machine(
            user=self.user,
            uid=1000,
            home=str(self.home),
            hostname="workstation",
            system=SYSTEM,
            state_home=str(self.home / ".local/state"),
            nix_state=self.nix_state,
            running_system=str(self.folder / "current-system"),
        )

    @property
    def full_environ(self) -> dict[str, str]:
        return environment(self.machine, self.environ)

    def write(self, name: str, text: str) -> Path:
        """Write a file of the repository, without telling Git."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def set_home(self, text: str, user: str = "alice") -> None:
        """Write a user's home and tell Git of it."""
        self.write(f"homes/{user}/default.nix", text)
        self.track()

    def add_program(self, name: str, script: str) -> None:
        """Put a program on the PATH, before all others."""
        folder = self.folder / "bin"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
        if not self.environ["PATH"].startswith(f"{folder}:"):
            self.environ["PATH"] = f"{folder}:{self.environ['PATH']}"

    def git(self, *arguments: str) -> None:
        names = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "safe.directory=*")
        subprocess.run(["git", *names, "-C", str(self.root), *arguments], check=True)

    def track(self) -> None:
        self.git("add", "--intent-to-add", ".")

    def target(self, name: str = "alice") -> Target:
        root, output = str(self.root), ("homeConfigurations", name)
        return Target(root, "standalone", self.user, None, output, SYSTEM)

    def host(self, name: str = "workstation") -> Target:
        return Target(str(self.root), "host", "alice", name, ("nixosConfigurations", name), SYSTEM)

    async def tools(self) -> Tools:
        async def probe(argv: Sequence[str]) -> Answer:
            return await ask(argv, str(self.home), self.full_environ)

        return await find_tools(probe, self.full_environ)

    async def situation(self) -> Situation:
        return Situation(self.machine, await self.tools(), self.options)

    async def around(self, index: Index | None = None) -> Surroundings:
        return Surroundings(
            await self.situation(), self.full_environ, index or NoIndex(), self.settings
        )

    async def deploy(
        self,
        make: Callable[[Target, Situation], Plan | Refusal],
        ui: User | None = None,
        target: Target | None = None,
        index: Index | None = None,
    ) -> Outcome:
        """Make a plan and run it, as a user who says yes."""
        around = await self.around(index)
        plan = make(target or self.target(), around.situation)
        assert isinstance(plan, Plan), plan
        return await deploy(plan, ui or User(), around)

    def processes(self) -> list[str]:
        """Command lines of running processes that know of this lab."""
        marks = (str(self.folder).encode(),)
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if any(mark in line for mark in marks):
                found.append(line.replace(b"\0", b" ").decode(errors="replace"))
        return found


@dataclass
class User:
    """Answers every question, and remembers all that was shown."""

    answers: bool = True
    questions: list[Question] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    lines: list[LogLine] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    terminal: Terminal = field(default_factory=NoTerminal)
    commands: list[str] = field(default_factory=list)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def confirm(self, question: Question) -> bool:
        self.questions.append(question)
        return self.answers

    async def show(self, document: Document) -> None:
        self.documents.append(document)

    async def open_terminal(
        self, command: str, cwd: str, argvs: Sequence[tuple[str, ...]]
    ) -> Terminal:
        self.commands.append(command)
        return self.terminal

    def progress(self, title: str, report: Report) -> None:
        self.reports.append(report)

    def log(self, line: LogLine) -> None:
        self.lines.append(line)
        self._arrived.set()

    def note(self, text: str) -> None:
        self.notes.append(text)

    async def sees(self, text: str) -> None:
        """Wait until a line of the log holds this text."""
        async with asyncio.timeout(60):
            while not any(text in line.text for line in self.lines):
                self._arrived.clear()
                await self._arrived.wait()

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)
