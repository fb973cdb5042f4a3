"""LALR(1) tables as Bison makes them, default reductions included.

What Bison's errors list as expected depends on both: a state reduces by its most common
rule before it finds out that a token does not fit.
Source: DeRemer and Pennello, Efficient Computation of LALR(1) Look-Ahead Sets (1982);
bison src/tables.c, action_row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from hmls.lang.grammar.rules import PRECEDENCE, Rule, read_rules

Item = tuple[int, int]
"""A rule's number, and how many of its symbols were seen."""


@dataclass(slots=True)
class State:
    """What to do at a token: go to a state, reduce by a rule, or find an error."""

    shifts: dict[str, int] = field(default_factory=dict)
    gotos: dict[str, int] = field(default_factory=dict)
    reductions: dict[str, int] = field(default_factory=dict)
    errors: set[str] = field(default_factory=set)
    default: int | None = None


@dataclass(frozen=True, slots=True)
class Tables:
    rules: list[Rule]
    states: list[State]


@cache
def tables() -> Tables:
    """The tables of Nix's grammar. Making them takes about a fifth of a second, once."""
    rules = read_rules()
    automaton = _Automaton(rules)
    lookaheads = _lookaheads(automaton)
    for state, kernel in zip(automaton.states, automaton.kernels, strict=True):
        complete = sorted(
            rule for rule, seen in automaton.closure(kernel) if seen == len(rules[rule].right)
        )
        index = automaton.numbers[kernel]
        _resolve(state, {rule: lookaheads.get((index, rule), set()) for rule in complete}, rules)
    return Tables(rules, automaton.states)


class _Automaton:
    """The LR(0) automaton."""

    def __init__(self, rules: list[Rule]) -> None:
        self.rules = rules
        self.by_left: dict[str, list[int]] = {}
        for number, rule in enumerate(rules):
            self.by_left.setdefault(rule.left, []).append(number)
        start = frozenset(((0, 0),))
        self.kernels = [start]
        self.numbers = {start: 0}
        self.states = [State()]
        for index, kernel in enumerate(self.kernels):
            self._add_transitions(index, kernel)

    def _add_transitions(self, index: int, kernel: frozenset[Item]) -> None:
        moves: dict[str, set[Item]] = {}
        for rule, seen in self.closure(kernel):
            right = self.rules[rule].right
            if seen < len(right):
                moves.setdefault(right[seen], set()).add((rule, seen + 1))
        for symbol, items in moves.items():
            target = frozenset(items)
            if target not in self.numbers:
                self.numbers[target] = len(self.kernels)
                self.kernels.append(target)
                self.states.append(State())
            state = self.states[index]
            where = state.gotos if symbol in self.by_left else state.shifts
            where[symbol] = self.numbers[target]

    def closure(self, kernel: frozenset[Item]) -> list[Item]:
        items = list(kernel)
        added: set[str] = set()
        for rule, seen in items:
            right = self.rules[rule].right
            if seen < len(right) and right[seen] in self.by_left and right[seen] not in added:
                added.add(right[seen])
                items.extend((number, 0) for number in self.by_left[right[seen]])
        return items

    def nullable(self) -> set[str]:
        found: set[str] = set()
        size = -1
        while size != len(found):
            size = len(found)
            found.update(
                rule.left for rule in self.rules if all(symbol in found for symbol in rule.right)
            )
        return found


Transition = tuple[int, str]
"""A state, and a nonterminal that leads out of it."""


def _lookaheads(automaton: _Automaton) -> dict[tuple[int, int], set[str]]:
    """(state, complete rule) → the tokens at which to reduce by it."""
    states, rules, nullable = automaton.states, automaton.rules, automaton.nullable()
    transitions = [(index, name) for index, state in enumerate(states) for name in state.gotos]
    follow: dict[Transition, set[str]] = {}
    includes: dict[Transition, list[Transition]] = {}
    for index, name in transitions:
        after = states[states[index].gotos[name]]
        follow[index, name] = set(after.shifts)
        # Tokens behind what may be empty count as well.
        target = states[index].gotos[name]
        includes[index, name] = [(target, inner) for inner in after.gotos if inner in nullable]
    _propagate(follow, includes)
    includes = {transition: [] for transition in transitions}
    lookback: dict[tuple[int, int], list[Transition]] = {}
    for index, name in transitions:
        for number in automaton.by_left[name]:
            right = rules[number].right
            at = index
            for offset, symbol in enumerate(right):
                rest_is_nullable = all(later in nullable for later in right[offset + 1 :])
                if symbol in automaton.by_left and rest_is_nullable:
                    includes[at, symbol].append((index, name))
                at = (states[at].gotos if symbol in automaton.by_left else states[at].shifts)[
                    symbol
                ]
            lookback.setdefault((at, number), []).append((index, name))
    _propagate(follow, includes)
    return {
        place: set().union(*(follow[transition] for transition in transitions_back))
        for place, transitions_back in lookback.items()
    }


def _propagate(sets: dict[Transition, set[str]], edges: dict[Transition, list[Transition]]) -> None:
    """Let each set hold those that its edges lead to, until nothing changes."""
    changed = True
    while changed:
        changed = False
        for transition, targets in edges.items():
            own = sets[transition]
            size = len(own)
            for target in targets:
                own |= sets[target]
            changed = changed or len(own) != size


def _resolve(state: State, complete: dict[int, set[str]], rules: list[Rule]) -> None:
    """Settle conflicts by precedence, and choose the default reduction."""
    for number, tokens in complete.items():
        rule_precedence = PRECEDENCE.get(rules[number].precedence or "")
        for token in tokens:
            if token not in state.shifts:
                state.reductions[token] = number
                continue
            token_precedence = PRECEDENCE.get(token)
            if rule_precedence is None or token_precedence is None:
                raise AssertionError(f"conflict at {token}: {rules[number]}")
            if rule_precedence[0] > token_precedence[0] or (
                rule_precedence[0] == token_precedence[0] and token_precedence[1] == "left"
            ):
                del state.shifts[token]
                state.reductions[token] = number
            elif rule_precedence[0] == token_precedence[0] and token_precedence[1] == "none":
                del state.shifts[token]
                state.errors.add(token)
    if not complete:
        return
    counts = {number: list(state.reductions.values()).count(number) for number in complete}
    state.default = max(counts, key=lambda number: counts[number])
    state.reductions = {
        token: number for token, number in state.reductions.items() if number != state.default
    }
