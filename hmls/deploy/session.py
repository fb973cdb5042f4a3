"""Runs a plan: asks, shows, runs, and says how it ended. Shared by the server and the terminal."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hmls.deploy.activation import (
    USER_UNIT,
    failed_units,
    has_failed,
    is_activated,
    moved,
    of_system,
    profile_number,
    profile_target,
    read_journal,
    unit_of_home,
    user_units,
)
from hmls.deploy.deployed import write_deployed, write_last
from hmls.deploy.flake_lock import lock_changes, read_lock
from hmls.deploy.free_space import full_disks
from hmls.deploy.generations import home_profile
from hmls.deploy.interrupted import Interrupted, assess
from hmls.deploy.lock import Busy, Lock, Record, process_identity, read_record, take
from hmls.deploy.log import Log, LogLine
from hmls.deploy.look import look
from hmls.deploy.os_error import in_words
from hmls.deploy.outcome import (
    Done,
    Failed,
    HandedOver,
    NotRun,
    Outcome,
    sentence,
    state_of_system,
    way_back,
)
from hmls.deploy.plan_host import scratch_folder, unattended
from hmls.deploy.preview import Document
from hmls.deploy.problem import Problem, first_error
from hmls.deploy.runner import OUTLIVES_US, Ran, result_path, run_step
from hmls.deploy.step import (
    FromStep,
    Plan,
    Preview,
    Step,
    arguments,
    display,
    resolve,
    resolve_argument,
)
from hmls.deploy.surroundings import Surroundings
from hmls.deploy.ui import Exited, NoTerminal, Opened, Question, Ui
from hmls.deploy.working_tree import working_tree


async def deploy(plan: Plan, ui: Ui, around: Surroundings) -> Outcome:
    """Run a plan to its end.

    One plan of a flake runs at a time; a second is not run. Cancelling ends what runs, tells `ui`
    what state that leaves, and raises CancelledError.
    """
    try:
        lock = take(around.state_folder, plan.flake_root)
    except OSError as problem:
        return NotRun("not-writable", f"Nothing was run: {in_words(problem)}.")
    if isinstance(lock, Busy):
        return NotRun("busy", _busy(lock))
    try:
        left = await _left(plan.flake_root, around)
        if left is not None and left.state == "still-running":
            return NotRun("interrupted", left.text)
        if left is not None:
            ui.note(left.text)
        lock.forget()
        return await _Deployment(plan, ui, around, lock).run()
    finally:
        lock.free()


async def interrupted(flake_root: str, around: Surroundings) -> Interrupted | None:
    """What an earlier deployment of the flake left, if it was broken off; told once.

    For the start of a server. Ends a build that still runs without anyone.
    """
    try:
        lock = take(around.state_folder, flake_root)
    except OSError:
        return None
    if isinstance(lock, Busy):
        return None
    try:
        left = await _left(flake_root, around)
        if left is None or left.state != "still-running":
            lock.forget()
        return left
    finally:
        lock.free()


async def _left(flake_root: str, around: Surroundings) -> Interrupted | None:
    record = read_record(around.state_folder, flake_root)
    return None if record is None else await assess(record)


def _busy(busy: Busy) -> str:
    if busy.record is None:
        return "Another deployment of this flake is running. Wait for it to end."
    begun = time.strftime("%H:%M", time.localtime(busy.record.started_s))
    return f"“{busy.record.title}” is running since {begun}. Wait for it to end, or cancel it."


@dataclass(slots=True)
class _Deployment:
    """A plan under way: what its steps have brought so far."""

    plan: Plan
    ui: Ui
    around: Surroundings
    lock: Lock
    begun_s: float = field(default_factory=time.time)
    results: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    document: Document | None = None
    confirmed: bool = False
    typed: str = ""
    """The command that could ask for a password, had the client a terminal."""
    waited_s: float = 0.0
    """How long questions waited for their answer: no part of how long it took."""
    profile_before: str | None = None
    ran_before: str | None = None
    """The store path of the system that ran, where one is activated here."""

    @property
    def _profile(self) -> str | None:
        """The profile link. Where that of a home lies the first activation may decide."""
        own = home_profile(self.around.situation.machine)
        planned = self.plan.profile
        is_home = planned is not None and os.path.basename(planned) == os.path.basename(own)
        return own if is_home else planned

    async def run(self) -> Outcome:
        self.profile_before = profile_target(self._profile)
        self.ran_before = profile_target(self.plan.activated)
        if not await self._may_start():
            return NotRun("declined", f"{self.plan.title}: nothing was run.")
        step: Step | Preview | None = None
        try:
            for place, step in enumerate(self.plan.steps):
                ended = await self._take(step, self.plan.steps[place:])
                if ended is not None:
                    self._clean_up()
                    return ended
        except asyncio.CancelledError:
            if self._outlived_us(step):
                raise  # The record stays: the next start looks at what became of it.
            self.ui.note(self._cancelled(step))
            self._clean_up()
            raise
        except BaseException:
            # Also a defect of ours leaves no record of a deployment that no longer runs.
            self._clean_up()
            raise
        self._clean_up()
        return self._end()

    def _outlived_us(self, step: Step | Preview | None) -> bool:
        activates = isinstance(step, Step) and step.changes in OUTLIVES_US
        return activates and not self.around.wants_end()

    async def _take(self, step: Step | Preview, rest: Sequence[Step | Preview]) -> Outcome | None:
        """One step; an outcome if the plan ends here."""
        if isinstance(step, Preview):
            if missing := self._missing_specialisation(step):
                return self._failure(step, None, missing)
            self.document = await look(step, self.plan, self.results, self.around)
            await self.ui.show(self.document)
            return None
        resolved = resolve(step, self.results)
        if step.needs_confirmation and not await self._confirm(rest):
            was = "activated" if self.results else "run"
            return NotRun("declined", f"{self.plan.title}: nothing was {was}.")
        if step.changes in OUTLIVES_US:
            self._remember()
        if step.needs_terminal:
            return await self._run_in_terminal(resolved, rest)
        return await self._run(resolved)

    def _missing_specialisation(self, step: Preview) -> str:
        """Why what is to be previewed, and activated after that, is not there; else nothing."""
        if not isinstance(step.new, FromStep) or not step.new.suffix:
            return ""
        if os.path.exists(resolve_argument(step.new, self.results)):
            return ""
        name = os.path.basename(step.new.suffix)
        try:
            there = sorted(os.listdir(f"{self.results[step.new.step]}/specialisation"))
        except OSError:
            there = []
        known = f"there are {', '.join(there)}" if there else "it has none"
        return f"What was built has no specialisation “{name}”: {known}."

    async def _may_start(self) -> bool:
        """Ask before anything runs; a plan that asks before its first process asks once."""
        steps = [step for step in self.plan.steps if isinstance(step, Step)]
        if not steps or steps[0].needs_confirmation:
            return True
        notes = [*self.plan.notes, *self._untracked()]
        commands = tuple(display(step) for step in steps)
        return await self._ask(Question("start", self.plan.title, commands, tuple(notes)))

    async def _ask(self, question: Question) -> bool:
        asked_s = time.time()  # A machine may sleep meanwhile, which another clock does not count.
        try:
            return await self.ui.confirm(question)
        finally:
            self.waited_s += time.time() - asked_s

    @property
    def _seconds(self) -> float:
        return time.time() - self.begun_s - self.waited_s

    async def _confirm(self, rest: Sequence[Step | Preview]) -> bool:
        if self.confirmed:
            return True
        steps = [resolve(step, self.results) for step in rest if isinstance(step, Step)]
        notes = list(self.plan.notes)
        if self.document is not None:
            notes.append(f"{self.document.summary.capitalize()}.")
            notes += [each.text for each in self.document.collisions]
        commands = tuple(display(step) for step in steps)
        question = Question("activate", self.plan.title, commands, tuple(notes))
        self.confirmed = await self._ask(question)
        return self.confirmed

    def _untracked(self) -> list[str]:
        return [
            f"Git does not track {name}: the flake does not see it."
            for name in self.around.untracked
        ]

    async def _run_in_terminal(self, step: Step, rest: Sequence[Step | Preview]) -> Outcome | None:
        """Where a password may be asked for: the client's terminal, else without asking."""
        steps = [resolve(each, self.results) for each in rest if isinstance(each, Step)]
        command = " && ".join(display(each) for each in steps)
        argvs = [arguments(each) for each in steps]
        match await self.ui.open_terminal(command, step.cwd, argvs):
            case Opened():
                self._remember_last()
                return HandedOver(command)
            case Exited(code=0):
                return self._end()
            case Exited(code=code):
                await self._read_homes(step)
                ended = f"It ended with code {code}."
                return self._failure(step, code, first_error(self.problems) or ended)
            case NoTerminal():
                self.typed = command
                return await self._run(unattended(step))

    async def _run(self, step: Step) -> Outcome | None:
        try:
            self._make_folders(step)
        except OSError as problem:
            return self._failure(step, None, f"A folder could not be made: {in_words(problem)}.")
        try:
            self._record(step, None)
        except OSError as problem:
            if step.changes in OUTLIVES_US:
                reason = f"Nothing was activated, as this could not be noted: {in_words(problem)}."
                return self._failure(step, None, reason)
            self.ui.note(f"What runs could not be noted: {in_words(problem)}.")
        locked = read_lock(self.plan.flake_root)
        ran = await run_step(
            step,
            self._numbered(step),
            self.around.environ,
            self.ui,
            self._output(),
            lambda pid: self._started(step, pid),
            self.around.wants_end,
        )
        home_failed = await self._read(step, ran)
        if ran.went_well and home_failed:
            return self._failure(
                step, ran.code, f"The home was not activated. {self._why(step, ran)}"
            )
        if ran.went_well and step.changes == "lock":
            await self._show_moved(locked)
        if ran.went_well:
            return self._keep_result(step, ran)
        if self.plan.keep_going:
            self.failed.append(step.title)
            return None
        return self._failure(step, ran.code, ran.reason or self._why(step, ran))

    def _numbered(self, step: Step) -> str:
        """A title for the progress: `Build alice (2 of 3)`."""
        names = [each.name for each in self.plan.steps if isinstance(each, Step)]
        if len(names) == 1:
            return step.title
        return f"{step.title} ({names.index(step.name) + 1} of {len(names)})"

    def _make_folders(self, step: Step) -> None:
        """Folders that a step expects: ours to build in, and that of profiles before the first."""
        if step.cwd == scratch_folder(self.around.situation):
            os.makedirs(step.cwd, exist_ok=True)
        if step.changes == "profile" and self.plan.profile is not None:
            os.makedirs(os.path.dirname(self.plan.profile), exist_ok=True)

    async def _show_moved(self, before: dict[str, str]) -> None:
        moved_inputs = lock_changes(before, read_lock(self.plan.flake_root))
        self.document = Document(self.plan.title, inputs=moved_inputs)
        await self.ui.show(self.document)

    async def _read(self, step: Step, ran: Ran) -> bool:
        """Read what was said, in the journal too; whether a home failed that nobody tells of."""
        self._found(ran.log)
        target = self.plan.target
        if step.changes != "system" or self.plan.profile is None or target is None:
            return False
        units = [*failed_units(ran.log), *user_units(self.results.get("build"), target.user)]
        journal = await read_journal(
            sorted(set(units)), target.user, self.begun_s, step.cwd, self.around
        )
        self._found(journal)
        return has_failed(journal)

    async def _read_homes(self, step: Step) -> None:
        """A terminal of the user's does not tell what failed there; the home's journal may."""
        target = self.plan.target
        if target is not None and target.kind == "host" and self.plan.profile is not None:
            units = [unit_of_home(target.user), USER_UNIT]
            self._found(await read_journal(units, target.user, self.begun_s, step.cwd, self.around))

    def _found(self, log: Log) -> None:
        tree = working_tree(self.plan.flake_root)
        found = log.problems(tree, self.around.index, self.around.situation.machine.home)
        target = self.plan.target
        if target is not None and not target.is_home:
            found = [of_system(each, self.around.index, target.host) for each in found]
        known = {(each.kind, each.message, each.place) for each in self.problems}
        self.problems += [
            each for each in found if (each.kind, each.message, each.place) not in known
        ]

    def _keep_result(self, step: Step, ran: Ran) -> Outcome | None:
        """What a build printed; older versions of nixos-rebuild print nothing and leave a link."""
        if step.name != "build":
            return None
        path = result_path(ran.stdout)
        link = os.path.join(step.cwd, "result")
        if path is None and step.cwd == scratch_folder(self.around.situation):
            path = os.path.realpath(link) if os.path.islink(link) else None
        if path is None:
            return self._failure(step, ran.code, "It printed no store path.")
        self.results[step.name] = path
        return None

    def _why(self, step: Step, ran: Ran) -> str:
        if any(problem.kind == "password" for problem in self.problems):
            return f"sudo asks for a password. Run it in a terminal: {self.typed or display(step)}"
        if error := first_error(self.problems):
            return error
        last = ran.log.last_words
        ended = f"It ended with code {ran.code}."
        return f"{ended} It last said: {last}" if last else ended

    def _failure(self, step: Step | Preview, code: int | None, reason: str) -> Failed:
        full = full_disks(self.around.situation.machine, self.around.environ)
        changed = moved(self._profile, self.profile_before)
        return Failed(
            title=self.plan.title,
            step=step.title,
            seconds=self._seconds,
            code=code,
            reason=f"{sentence(reason)} {full}" if full else reason,
            problems=tuple(self.problems),
            moved=changed,
            activated=changed is not None and is_activated(self.plan.activated, changed.after),
            unmoved=self._unmoved(step),
        )

    def _unmoved(self, step: Step | Preview) -> str:
        """What a failure leaves where the profile was not moved; empty where that is not known."""
        if self.plan.changes not in OUTLIVES_US:
            return ""
        if isinstance(step, Preview) or step.changes not in OUTLIVES_US:
            return "Nothing was activated."
        if self._profile == home_profile(self.around.situation.machine):
            return "The profile was not moved: what ran before still runs."
        runs = profile_target(self.plan.activated)
        return state_of_system(runs, self.ran_before, self._profile)

    def _end(self) -> Outcome:
        seconds = self._seconds
        if self.failed:
            reason = f"{len(self.failed)} of {len(self.plan.steps)} failed."
            title, step = self.plan.title, ", ".join(self.failed)
            return Failed(title, step, seconds, None, reason, tuple(self.problems))
        self._remember_last()
        return Done(
            title=self.plan.title,
            seconds=seconds,
            result=self.results.get("build"),
            generation=self._generation,
            moved=moved(self._profile, self.profile_before),
            preview=self.document,
            warnings=tuple(self.problems),
        )

    @property
    def _generation(self) -> int | None:
        """The number of what is deployed; none if the profile points to something else."""
        points_to, result = profile_target(self._profile), self.results.get("build")
        is_other = points_to == self.profile_before and points_to != (result or points_to)
        return None if is_other else profile_number(self._profile)

    def _remember(self) -> None:
        """Keep the settings of what was built and is about to be activated.

        Before it is: a terminal of the user's, or a failure behind it, would leave them unknown. A
        rollback knows none.
        """
        target, settings = self.plan.target, self.around.settings
        built = self.results.get("build")
        if target is None or settings is None or built is None:
            return
        previewed = self.document.new if self.document is not None else None
        try:
            for path in {built, previewed or built}:
                write_deployed(self.around.state_folder, target, path, settings)
        except OSError as problem:
            self.ui.note(f"What is deployed could not be noted: {in_words(problem)}.")

    def _remember_last(self) -> None:
        """Keep what the next preview is compared with where what runs cannot be seen."""
        target, document = self.plan.target, self.document
        if target is None or document is None or document.new is None or not document.unseen:
            return
        if self.plan.changes not in OUTLIVES_US:
            return
        try:
            write_last(self.around.state_folder, target, document.new)
        except OSError as problem:
            self.ui.note(f"What was deployed could not be noted: {in_words(problem)}.")

    def _cancelled(self, step: Step | Preview | None) -> str:
        during = f" during “{step.title}”" if step is not None else ""
        said = f"{self.plan.title} was cancelled{during}."
        if not isinstance(step, Step) or step.changes not in OUTLIVES_US:
            return f"{said} Nothing was activated."
        changed = moved(self._profile, self.profile_before)
        if changed is None:
            return f"{said} The profile was not moved: what ran before still runs."
        said += f" The profile points to {changed.after}, which is not fully activated."
        if changed.before is None:
            return said
        return f"{said} The way back: {way_back(changed.profile, changed.before)}"

    def _record(self, step: Step, group: int | None) -> None:
        self.lock.record(
            Record(
                title=self.plan.title,
                step=step.title,
                changes=step.changes,
                command=display(step),
                started_s=self.begun_s,
                group=group,
                identity=process_identity(group) if group is not None else None,
                profile=self._profile,
                profile_before=self.profile_before,
                activated=self.plan.activated,
                output=str(self._output()),
            )
        )

    def _started(self, step: Step, pid: int) -> None:
        try:
            self._record(step, pid)
        except OSError as problem:
            self.ui.log(LogLine(f"What runs could not be noted: {in_words(problem)}.", "warning"))

    def _output(self) -> Path:
        return Path(self.around.output_folder(self.plan.flake_root))

    def _clean_up(self) -> None:
        self.lock.forget()
        shutil.rmtree(self._output(), ignore_errors=True)
