"""What a deployment prints → lines for the user's log, and the problems in it.

Takes lines of `--log-format internal-json`, of Nix's plain format, and of the scripts around it,
mixed as they come. Errors are collected as they pass; nothing else is kept but the last lines of
each build and of the scripts.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from hmls.deploy import nix_json
from hmls.deploy.classify import classify, package_name
from hmls.deploy.diagnose import diagnose, remark, warn
from hmls.deploy.error_text import FRAME_START, read_error, strip_escapes
from hmls.deploy.nix_json import Event, Message, Result, Start
from hmls.deploy.problem import Index, Problem
from hmls.deploy.progress import derivation_name
from hmls.deploy.working_tree import WorkingTree

Level = Literal["error", "warning", "news", "build"]

KEPT_ERRORS = 100
KEPT_BUILD_LINES = 25
KEPT_BUILDS = 200
KEPT_TEXT_LINES = 2000

NEWS_LEVEL = 3
"""Nix's own default: messages above it are for those who debug Nix."""

WARNING = re.compile(r"^(?:trace: )?(?:evaluation )?warning: ")
SCRIPT_ERROR = re.compile(
    r"^Existing file '.*' would be clobbered"
    r"|^(?:USER|HOME|UID) is \".*\", expected \""
    r"|the following (?:user )?units failed: "
    r"|^sudo: .*(?:password|terminal) is required"
)
FOLLOWERS = re.compile(r"dependenc(?:y|ies) (?:failed|of derivation)|^build of '.*' failed")


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line to show, with its colours. `derivation` is the build that printed it, if one did."""

    text: str
    level: Level
    derivation: str = ""


@dataclass(slots=True)
class Log:
    """Reads what is printed. Feed it every line of a deployment in order."""

    _errors: list[str] = field(default_factory=list)
    _warnings: list[str] = field(default_factory=list)
    _remarks: list[str] = field(default_factory=list)
    _scripts: list[str] = field(default_factory=list)
    _block: list[str] = field(default_factory=list)
    _builds: dict[int, str] = field(default_factory=dict)
    _said: dict[str, deque[str]] = field(default_factory=dict)
    text: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT_TEXT_LINES))
    """The last lines, plain, without what builds printed."""

    def read(self, line: str, event: Event | None) -> LogLine | None:
        """Take a line, with the event that it carries if it is Nix's. None: nothing to show."""
        if event is None:
            return self._read_text(line)
        self._end_block()
        match event:
            case Message():
                return self._read_message(event)
            case Start(type=nix_json.BUILD, fields=(str(path), *_)):
                self._builds[event.id] = path
                return None
            case Result(
                type=nix_json.BUILD_LOG_LINE | nix_json.POST_BUILD_LOG_LINE, fields=(str(text), *_)
            ):
                return self._read_build(self._builds.get(event.id, ""), text)
            case _:
                return None

    @property
    def last_words(self) -> str:
        """The last line that says something, other than a warning if there is one."""
        said = [line for line in self.text if line.strip()]
        plain = [line for line in said if WARNING.match(line) is None]
        return next(iter([*plain[-1:], *said[-1:]]), "")

    def problems(self, tree: WorkingTree, index: Index, home: str) -> list[Problem]:
        """All problems so far, each once, errors first."""
        self._end_block()
        found = [
            problem for text in self._errors for problem in self._diagnose(text, tree, index, home)
        ]
        found += [
            problem
            for text in self._scripts
            for problem in diagnose(read_error(text), tree, index, home)
        ]
        if len(found) > 1:
            found = [each for each in found if not FOLLOWERS.search(each.message)] or found
        found += [problem for text in self._warnings for problem in warn(text, tree, index)]
        found += [problem for text in self._remarks for problem in remark(text, tree, index)]
        return list(dict.fromkeys(found))

    def _diagnose(self, text: str, tree: WorkingTree, index: Index, home: str) -> Iterable[Problem]:
        for problem in diagnose(read_error(text), tree, index, home):
            yield self._with_build_log(problem, index)

    def _with_build_log(self, problem: Problem, index: Index) -> Problem:
        """A failed build's own last words, which structured logs leave out of the error."""
        path = re.search(r"'([^']+\.drv)'", problem.details)
        if problem.kind != "build-failed" or path is None:
            return problem
        name = derivation_name(path[1])
        said = "\n".join(strip_escapes(line) for line in self._said.get(path[1], ()))
        places = index.mentions(name) or index.mentions(package_name(name))
        details = f"{problem.details}\n{said}" if said else problem.details
        return replace(
            problem,
            place=places[0] if places and problem.place is None else problem.place,
            details=details,
        )

    def _read_message(self, message: Message) -> LogLine | None:
        plain = strip_escapes(message.text)
        if message.level > NEWS_LEVEL:
            return None
        self.text.append(plain)
        if plain.startswith("error:") and len(self._errors) < KEPT_ERRORS:
            self._errors.append(plain)
            return LogLine(_without_trace(message.text), "error")
        if WARNING.match(plain):
            self._keep_warning(plain)
            return LogLine(message.text, "warning")
        return LogLine(message.text, "news")

    def _read_build(self, path: str, text: str) -> LogLine:
        if path not in self._said and len(self._said) >= KEPT_BUILDS:
            self._said.pop(next(iter(self._said)))
        self._said.setdefault(path, deque(maxlen=KEPT_BUILD_LINES)).append(text)
        return LogLine(text, "build", derivation_name(path))

    def _read_text(self, line: str) -> LogLine:
        """A plain line. An error goes on as long as its lines are indented or empty."""
        plain = strip_escapes(line).rstrip()
        self.text.append(plain)
        if self._block and (not plain or plain.startswith(" ")):
            self._block.append(plain)
            return LogLine(line, "error")
        self._end_block()
        if plain.startswith("error:"):
            self._block.append(plain)
            return LogLine(line, "error")
        if SCRIPT_ERROR.search(plain):
            self._scripts.append(plain)
            return LogLine(line, "error")
        if WARNING.match(plain):
            self._keep_warning(plain)
            return LogLine(line, "warning")
        return LogLine(line, "news")

    def _end_block(self) -> None:
        if self._block and len(self._errors) < KEPT_ERRORS:
            self._errors.append("\n".join(self._block))
        self._block.clear()

    def _keep_warning(self, text: str) -> None:
        """Warnings of a configuration are kept; of the others it is to be seen whose they are."""
        message = WARNING.sub("", text)
        of_evaluation = text.startswith(("trace:", "evaluation"))
        kind = classify(message).kind
        if kind == "units-failed":
            kept = self._scripts
        elif of_evaluation or kind != "evaluation-error":
            kept = self._warnings
        else:
            kept = self._remarks
        if kind not in ("dirty", "network") and len(kept) < KEPT_ERRORS:
            kept.append(message)


def _without_trace(text: str) -> str:
    """A coloured error as it would be without --show-trace, which is asked for to be read here."""
    lines = text.splitlines()
    plain = [strip_escapes(line).lstrip() for line in lines]
    first = max((place for place, line in enumerate(plain) if line.startswith("error:")), default=0)
    after = range(first + 1, len(plain))
    end = next((place for place in after if plain[place].startswith(FRAME_START)), len(lines))
    return "\n".join(lines[first:end]).strip()
