"""The productions of Nix's grammar. Source: nix src/libexpr/parser.y.

A token is named as Nix's errors show it: `identifier`, `'then'`.
"""

from __future__ import annotations

from dataclasses import dataclass

END = "end of file"
_TOKENS = (
    *(END, "identifier", "string", "indented string", "integer", "floating-point literal"),
    *("path", "'~/…' path", "'<…>' path", "end of path", "URI"),
    *("'if'", "'then'", "'else'", "'assert'", "'with'", "'let'", "'in'", "'rec'", "'inherit'"),
    *("'=='", "'!='", "'<='", "'>='", "'//'", "'++'", "'&&'", "'||'", "'->'", "'or'"),
    *("'<|'", "'|>'", "'${'", "start of an indented string", "end of an indented string", "'...'"),
    *("start of REPL bindings", "'<'", "'>'", "'+'", "'-'", "'*'", "'/'", "'?'"),
    *("':'", "'@'", "';'", "'!'", "'.'", "'\"'", "'('", "')'", "'{'", "'}'", "'['", "']'"),
    *("'='", "','"),
)
TOKEN_ORDER = {token: index for index, token in enumerate(_TOKENS)}
"""Token → where it stands in a list of what was expected."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One production. `precedence` is the token whose precedence it has."""

    left: str
    right: tuple[str, ...]
    precedence: str | None


_LEVELS = (
    ("right", "'->'"),
    ("left", "'||'"),
    ("left", "'&&'"),
    ("none", "'=='", "'!='"),
    ("none", "'<'", "'>'", "'<='", "'>='"),
    ("right", "'//'"),
    ("left", "NOT"),
    ("left", "'+'", "'-'"),
    ("left", "'*'", "'/'"),
    ("right", "'++'"),
    ("none", "'?'"),
    ("none", "NEGATE"),
)
PRECEDENCE: dict[str, tuple[int, str]] = {
    token: (strength, associativity)
    for strength, (associativity, *tokens) in enumerate(_LEVELS)
    for token in tokens
}
"""Token → (how strongly it binds, `left`, `right` or `none`)."""

# Tokens whose names have blanks in them are written with underscores.
_GRAMMAR = """
start: expr
start: start_of_REPL_bindings binds1
expr: expr_function
expr_function: identifier ':' expr_function
expr_function: formal_set ':' expr_function
expr_function: formal_set '@' identifier ':' expr_function
expr_function: identifier '@' formal_set ':' expr_function
expr_function: 'assert' expr ';' expr_function
expr_function: 'with' expr ';' expr_function
expr_function: 'let' binds 'in' expr_function
expr_function: expr_if
expr_if: 'if' expr 'then' expr 'else' expr
expr_if: expr_pipe_from
expr_if: expr_pipe_into
expr_if: expr_op
expr_pipe_from: expr_op '<|' expr_pipe_from
expr_pipe_from: expr_op '<|' expr_op
expr_pipe_into: expr_pipe_into '|>' expr_op
expr_pipe_into: expr_op '|>' expr_op
expr_op: '!' expr_op %prec NOT
expr_op: '-' expr_op %prec NEGATE
expr_op: expr_op '==' expr_op
expr_op: expr_op '!=' expr_op
expr_op: expr_op '<' expr_op
expr_op: expr_op '<=' expr_op
expr_op: expr_op '>' expr_op
expr_op: expr_op '>=' expr_op
expr_op: expr_op '&&' expr_op
expr_op: expr_op '||' expr_op
expr_op: expr_op '->' expr_op
expr_op: expr_op '//' expr_op
expr_op: expr_op '?' attrpath
expr_op: expr_op '+' expr_op
expr_op: expr_op '-' expr_op
expr_op: expr_op '*' expr_op
expr_op: expr_op '/' expr_op
expr_op: expr_op '++' expr_op
expr_op: expr_app
expr_app: expr_app expr_select
expr_app: expr_select
expr_select: expr_simple '.' attrpath
expr_select: expr_simple '.' attrpath 'or' expr_select
expr_select: expr_simple 'or'
expr_select: expr_simple
expr_simple: identifier
expr_simple: integer
expr_simple: floating-point_literal
expr_simple: '"' string_parts '"'
expr_simple: start_of_an_indented_string ind_string_parts end_of_an_indented_string
expr_simple: path_start end_of_path
expr_simple: path_start string_parts_interpolated end_of_path
expr_simple: '<…>'_path
expr_simple: URI
expr_simple: '(' expr ')'
expr_simple: 'let' '{' binds '}'
expr_simple: 'rec' '{' binds '}'
expr_simple: '{' binds1 '}'
expr_simple: '{' '}'
expr_simple: '[' list ']'
string_parts: string
string_parts: string_parts_interpolated
string_parts:
string_parts_interpolated: string_parts_interpolated string
string_parts_interpolated: string_parts_interpolated '${' expr '}'
string_parts_interpolated: '${' expr '}'
string_parts_interpolated: string '${' expr '}'
path_start: path
path_start: '~/…'_path
ind_string_parts: ind_string_parts indented_string
ind_string_parts: ind_string_parts '${' expr '}'
ind_string_parts:
binds: binds1
binds:
binds1: binds1 attrpath '=' expr ';'
binds1: binds 'inherit' attrs ';'
binds1: binds 'inherit' '(' expr ')' attrs ';'
binds1: attrpath '=' expr ';'
attrs: attrs attr
attrs: attrs string_attr
attrs:
attrpath: attrpath '.' attr
attrpath: attrpath '.' string_attr
attrpath: attr
attrpath: string_attr
attr: identifier
attr: 'or'
string_attr: '"' string_parts '"'
string_attr: '${' expr '}'
list: list expr_select
list:
formal_set: '{' formals ',' '...' '}'
formal_set: '{' '...' '}'
formal_set: '{' formals ',' '}'
formal_set: '{' formals '}'
formal_set: '{' '}'
formals: formals ',' formal
formals: formal
formal: identifier
formal: identifier '?' expr
"""


def read_rules() -> list[Rule]:
    """All productions; the first one is that of the whole text with its end."""
    rules = [Rule("$accept", ("start", END), None)]
    nonterminals = {line.partition(":")[0] for line in _GRAMMAR.strip().splitlines()}
    for line in _GRAMMAR.strip().splitlines():
        left, _, rest = line.partition(":")
        symbols, _, given = rest.partition("%prec")
        right = tuple(
            symbol if symbol in nonterminals else symbol.replace("_", " ")
            for symbol in symbols.split()
        )
        tokens = [symbol for symbol in right if symbol not in nonterminals]
        precedence = given.strip() or (tokens[-1] if tokens else None)
        rules.append(Rule(left, right, precedence))
    return rules
