"""The parser's run over the tokens, up to the first error.

Source: bison data/skeletons/lalr1.cc (syntax errors); nix src/libexpr/parser.y.
"""

from __future__ import annotations

from hmls.lang.grammar.lalr import State, tables
from hmls.lang.grammar.lexer import LexicalError, Token, tokens
from hmls.lang.grammar.rules import END, TOKEN_ORDER
from hmls.syntax.parse import SyntaxProblem

_MOST_EXPECTED = 4
"""Bison lists what it expected only if it is no more than this."""


def first_error(text: bytes) -> SyntaxProblem | None:
    """The error that Nix's parser finds first, in its words; None for a text that it takes."""
    made = tables()
    rules, states = made.rules, made.states
    stack = [0]
    stream = tokens(text)
    try:
        token = next(stream)
        while True:
            state = states[stack[-1]]
            target = state.shifts.get(token.kind)
            if target is not None:
                if token.kind == END:
                    return None
                stack.append(target)
                token = next(stream)
                continue
            number = state.reductions.get(token.kind, state.default)
            if number is None or token.kind in state.errors:
                return _syntax_error(state, token)
            rule = rules[number]
            if rule.right:
                del stack[-len(rule.right) :]
            stack.append(states[stack[-1]].gotos[rule.left])
    except LexicalError as error:
        return SyntaxProblem(error.start, error.end, error.message)


def _syntax_error(state: State, token: Token) -> SyntaxProblem:
    expected = [*state.shifts, *state.reductions]
    message = f"syntax error, unexpected {token.kind}"
    if 0 < len(expected) <= _MOST_EXPECTED:
        message += f", expecting {' or '.join(sorted(expected, key=TOKEN_ORDER.__getitem__))}"
    return SyntaxProblem(token.start, token.end, message)
