"""The search of libstdc++'s regular expressions, step by step.

It is needed where Python's `re` takes another match: POSIX wants the longest of the
alternatives, and libstdc++ has its own mind on loops around what may be empty.
Source: libstdc++ bits/regex_automaton.h, regex_executor.tcc (the depth-first executor).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hmls.lang.builtins.regex_parse import (
    Alternatives,
    Bytes,
    End,
    Group,
    Node,
    Repeat,
    Sequence,
    Start,
)

Spans = list[tuple[int, int]]
ACCEPT, BYTE, START, END, OPEN, CLOSE, CHOICE, LOOP, NOTHING = range(9)


@dataclass(slots=True)
class State:
    """One state of the automaton. `other` is the branch that is tried first."""

    kind: int
    next: int = -1
    other: int = -1
    group: int = 0
    values: frozenset[int] = frozenset()


@dataclass(slots=True)
class Program:
    """The automaton of a pattern."""

    groups: int
    start: int = 0
    states: list[State] = field(default_factory=list)

    def add(self, state: State) -> int:
        self.states.append(state)
        return len(self.states) - 1


def program_of(root: Node, groups: int) -> Program:
    program = Program(groups)
    accept = program.add(State(ACCEPT))
    program.start = _compile(program, root, accept)
    return program


def _compile(program: Program, node: Node, following: int) -> int:
    """Add the states of a node that go on to `following`; returns the first."""
    match node:
        case Bytes(values):
            return program.add(State(BYTE, following, values=values))
        case Start():
            return program.add(State(START, following))
        case End():
            return program.add(State(END, following))
        case Group(index, inner):
            close = program.add(State(CLOSE, following, group=index))
            return program.add(State(OPEN, _compile(program, inner, close), group=index))
        case Sequence(parts):
            for part in reversed(parts):
                following = _compile(program, part, following)
            return following
        case Alternatives(options):
            starts = [_compile(program, option, following) for option in options]
            choice = starts[0]
            for start in starts[1:]:
                choice = program.add(State(CHOICE, start, choice))
            return choice
        case Repeat(inner, "?"):
            return program.add(State(LOOP, following, _compile(program, inner, following)))
        case Repeat(inner, "{", least, most):
            return _compile_interval(program, inner, least, most, following)
        case Repeat(inner, operator):
            loop = program.add(State(LOOP, following))
            start = program.states[loop].other = _compile(program, inner, loop)
            return start if operator == "+" else loop


def _compile_interval(
    program: Program, inner: Node, least: int, most: int | None, following: int
) -> int:
    if most is None:
        loop = program.add(State(LOOP, following))
        program.states[loop].other = _compile(program, inner, loop)
        start = loop
    else:
        start = following
        for _ in range(most - least):
            start = program.add(State(LOOP, following, _compile(program, inner, start)))
    for _ in range(least):
        start = _compile(program, inner, start)
    return start


def search_all(program: Program, text: bytes, *, whole: bool) -> list[Spans]:
    """The match of the whole text, or all matches as std::regex_iterator gives them."""
    if whole:
        found = _Search(program, text, 0, whole=True).at(0)
        return [] if found is None else [found]
    matches: list[Spans] = []
    match = _first(program, text, 0, continued=False)
    continued = False
    while match is not None:
        matches.append(match)
        start, end = match[0]
        if start == end:
            if end == len(text):
                break
            search = _Search(program, text, end, continued=continued, not_empty=True)
            match = search.at(end)
            if match is not None:
                continue
            end += 1
        continued = True
        match = _first(program, text, end, continued=True)
    return matches


def _first(program: Program, text: bytes, offset: int, *, continued: bool) -> Spans | None:
    search = _Search(program, text, offset, continued=continued)
    for start in range(offset, len(text) + 1):
        found = search.at(start)
        if found is not None:
            return found
    return None


class _Search:
    """One search from an offset on.

    `continued` says that there is text before, so that `^` does not match there.
    """

    def __init__(
        self,
        program: Program,
        text: bytes,
        begin: int,
        *,
        whole: bool = False,
        continued: bool = False,
        not_empty: bool = False,
    ) -> None:
        self.states = program.states
        self.first = program.start
        self.text = text
        self.begin = begin
        self.whole = whole
        self.continued = continued
        self.not_empty = not_empty
        self.blank: Spans = [(-1, -1)] * (program.groups + 1)

    def at(self, start: int) -> Spans | None:
        """The match that starts at an offset."""
        self.start = start
        self.found = False
        self.best: Spans | None = None
        self.best_end = -1
        self.opened = [-1] * len(self.blank)
        self.spans = list(self.blank)
        # For each loop, where its last round began and how many began there.
        self.rounds: dict[int, tuple[int, int]] = {}
        self.run(self.first, start)
        return self.best

    def run(self, index: int, offset: int) -> None:
        states, text = self.states, self.text
        while True:
            state = states[index]
            kind = state.kind
            if kind == BYTE:
                if offset == len(text) or text[offset] not in state.values:
                    return
                offset += 1
            elif kind == START:
                if offset != self.begin or self.continued:
                    return
            elif kind == END:
                if offset != len(text):
                    return
            elif kind == OPEN:
                before = self.opened[state.group]
                self.opened[state.group] = offset
                self.run(state.next, offset)
                self.opened[state.group] = before
                return
            elif kind == CLOSE:
                span = self.spans[state.group]
                self.spans[state.group] = (self.opened[state.group], offset)
                self.run(state.next, offset)
                self.spans[state.group] = span
                return
            elif kind == CHOICE:
                self.run(state.other, offset)
                found, self.found = self.found, False
                self.run(state.next, offset)
                self.found = self.found or found
                return
            elif kind == LOOP:
                self.again(index, state, offset)
                if self.found:
                    return
            else:
                self.accept(offset)
                return
            index = state.next

    def again(self, index: int, state: State, offset: int) -> None:
        """One more round of a loop; not more than two of them at the same place."""
        before = self.rounds.get(index, (-1, 0))
        count = before[1] if before[0] == offset else 0
        if count >= 2:
            return
        self.rounds[index] = (offset, count + 1)
        self.run(state.other, offset)
        self.rounds[index] = before

    def accept(self, offset: int) -> None:
        self.found = offset == len(self.text) if self.whole else True
        if self.not_empty and offset == self.begin:
            self.found = False
        if self.found and offset > self.best_end:
            self.best_end = offset
            self.best = [(self.start, offset), *self.spans[1:]]
