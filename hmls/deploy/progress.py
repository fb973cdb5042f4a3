"""Nix's events → numbers a person can follow: fetched MiB of MiB, built n of m, what builds now.

The sums are those of Nix's own progress bar (src/libmain/progress-bar.cc): what the activities of
a kind report is added up, and what is expected of a kind is at least what was announced of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from hmls.deploy import nix_json
from hmls.deploy.nix_json import Event, Message, Result, Start, Stop

Phase = Literal["starting", "evaluating", "fetching", "building", "copying", "activating"]
MIB = 1024 * 1024
EVALUATION = ("evaluating ", "checking ", "copying '")
"""How activities without a number of their own begin that tell where evaluation is."""


@dataclass(frozen=True, slots=True)
class Report:
    """Where a run of Nix stands. Sizes are in bytes; `running` holds names of derivations."""

    phase: Phase = "starting"
    built: int = 0
    to_build: int = 0
    failed: int = 0
    fetched_bytes: int = 0
    to_fetch_bytes: int = 0
    running: tuple[str, ...] = ()
    activity: str = ""

    @property
    def percentage(self) -> int | None:
        """0 to 100, or None while nothing is known of how much there is to do."""
        done, total = self.built * MIB, self.to_build * MIB
        done, total = done + self.fetched_bytes, total + self.to_fetch_bytes
        return min(100, 100 * done // total) if total else None

    @property
    def text(self) -> str:
        """As `built 3 of 12 · fetched 5.2 of 40.1 MiB · hello-2.12`."""
        parts = []
        if self.to_build:
            parts.append(f"built {self.built} of {self.to_build}")
        if self.failed:
            parts.append(f"{self.failed} failed")
        if self.to_fetch_bytes:
            fetched, total = self.fetched_bytes / MIB, self.to_fetch_bytes / MIB
            parts.append(f"fetched {fetched:.1f} of {total:.1f} MiB")
        if self.running:
            parts.append(self.running[-1])
        elif not parts:
            parts.append(self.activity or self.phase)
        return " · ".join(parts)


@dataclass(slots=True)
class Meter:
    """Adds events up. Feed it every event of one run of Nix in order; read `report` when wanted."""

    _kinds: dict[int, int] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)
    _activities: dict[int, str] = field(default_factory=dict)
    _progress: dict[int, tuple[int, int, int, int]] = field(default_factory=dict)
    _done: dict[int, int] = field(default_factory=dict)
    _failed: dict[int, int] = field(default_factory=dict)
    _expected: dict[int, dict[int, int]] = field(default_factory=dict)
    _phase: Phase = "starting"

    def add(self, event: Event) -> None:
        """Take one event into the sums."""
        match event:
            case Start():
                self._start(event)
            case Stop():
                self._stop(event.id)
            case Result(type=nix_json.PROGRESS):
                self._set_progress(event)
            case Result(type=nix_json.SET_EXPECTED, fields=(int(kind), int(expected))):
                self._expected.setdefault(event.id, {})[kind] = expected
            case Result() | Message():
                pass

    def activating(self, part: str) -> None:
        """An activation script says which part of it runs: those come as plain lines."""
        self._phase = "activating"
        self._activities = {0: part}

    @property
    def report(self) -> Report:
        """The sums as they stand."""
        built, to_build, failed = self._total(nix_json.BUILDS)
        fetched, to_fetch = self._fetched()
        return Report(
            phase=self._phase,
            built=built,
            to_build=to_build,
            failed=failed,
            fetched_bytes=fetched,
            to_fetch_bytes=to_fetch,
            running=tuple(self._names.values()),
            activity=next(reversed(self._activities.values()), ""),
        )

    def _start(self, event: Start) -> None:
        self._kinds[event.id] = event.type
        match event:
            case Start(type=nix_json.BUILD, fields=(str(path), *_)):
                self._names[event.id] = derivation_name(path)
                self._phase = "building"
            case Start(type=nix_json.SUBSTITUTE | nix_json.FILE_TRANSFER | nix_json.FETCH_TREE):
                self._phase = "fetching"
            case Start(type=nix_json.COPY_PATH):
                self._phase = "copying"
            case Start(text=text) if text.startswith(EVALUATION):
                self._phase = "evaluating"
            case _:
                return
        if event.text:
            self._activities[event.id] = _short(event.text)

    def _stop(self, activity: int) -> None:
        kind = self._kinds.pop(activity, 0)
        self._names.pop(activity, None)
        self._activities.pop(activity, None)
        self._expected.pop(activity, None)
        done, _, _, failed = self._progress.pop(activity, (0, 0, 0, 0))
        self._done[kind] = self._done.get(kind, 0) + done
        self._failed[kind] = self._failed.get(kind, 0) + failed

    def _set_progress(self, event: Result) -> None:
        match event.fields:
            case (int(done), int(expected), int(running), int(failed)):
                self._progress[event.id] = (done, expected, running, failed)
            case _:
                pass

    def _total(self, kind: int) -> tuple[int, int, int]:
        """Done, to do and failed of one kind of activity, over all of the run."""
        done = expected = self._done.get(kind, 0)
        failed = self._failed.get(kind, 0)
        for activity, progress in self._progress.items():
            if self._kinds.get(activity) == kind:
                done += progress[0]
                expected += progress[1]
                failed += progress[3]
        announced = sum(kinds.get(kind, 0) for kinds in self._expected.values())
        return done, max(expected, announced), failed

    def _fetched(self) -> tuple[int, int]:
        """Bytes had and wanted: downloads, or copies where a daemon does the downloading."""
        done, expected, _ = self._total(nix_json.FILE_TRANSFER)
        copied, to_copy, _ = self._total(nix_json.COPY_PATH)
        return (done, expected) if expected else (copied, to_copy)


def derivation_name(path: str) -> str:
    """`/nix/store/<hash>-hello-2.12.drv` → `hello-2.12`."""
    name = path.rsplit("/", 1)[-1].removesuffix(".drv")
    return re.sub(r"^[0-9a-z]{32}-", "", name)


def _short(text: str) -> str:
    """An activity's own words, without the hashes that nobody reads."""
    return re.sub(r"(?:/[^\s/']+)*/[0-9a-z]{32}-", "", text)
