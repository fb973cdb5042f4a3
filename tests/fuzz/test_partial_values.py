"""What is known of a value that is partly unknown holds whatever the unknown parts are.

Expressions are evaluated with unknown variables, and then with values for them: all that
the first evaluation claims must be true of the second.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hmls.lang.compare import equal
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import force
from hmls.lang.interp import Interp
from hmls.lang.show import show
from hmls.lang.thread import run
from hmls.lang.values import (
    Attrs,
    Cause,
    Lambda,
    Lazy,
    OpenAttrs,
    OpenList,
    Primop,
    Splice,
    Unknown,
    UnknownString,
    Value,
    type_name,
)
from tests.support import evaluate, new_interp

NOBODY_KNOWS = Cause("test", "nobody knows")
VARIABLES: dict[str, tuple[Unknown, list[str]]] = {
    "u": (
        Unknown("u", NOBODY_KNOWS),
        ["1", "null", '"a"', "{ a = 1; }", "[ 1 ]", "true", "(x: x)", '{ outPath = "q"; }'],
    ),
    "us": (
        UnknownString([Unknown("us", NOBODY_KNOWS)], NOBODY_KNOWS),
        ['""', '"a"', '" /A-"'],
    ),
    "ul": (
        Unknown("ul", NOBODY_KNOWS, None, "list"),
        ["[ ]", "[ 1 ]", '[ "a" "b" ]', "[ null { a = 1; } ]"],
    ),
    "ua": (
        Unknown("ua", NOBODY_KNOWS, None, "set"),
        ["{ }", "{ a = 1; }", "{ a.b = 2; c = [ ]; }", '{ b = "x"; type = "derivation"; }'],
    ),
    "ub": (Unknown("ub", NOBODY_KNOWS, None, "bool"), ["true", "false"]),
}
TEMPLATES = """
    attrByPath [ "a" "b" ] ANY SET | hasAttrByPath [ "a" ] SET | getAttrFromPath [ "a" ] SET
    attrsets.longestValidPathPrefix STRINGS SET | setAttrByPath STRINGS ANY | getAttrs STRINGS SET
    filterAttrs (n: v: n == "a" || v == 1) SET | filterAttrsRecursive (n: v: v != 1) SET
    foldAttrs (x: acc: [ x ] ++ acc) [ ] [ SET SET ] | collect TEST SET | mapAttrs (n: v: [ v ]) SET
    mapAttrs' (n: v: nameValuePair "x" v) SET | mapAttrsToList (n: v: v) SET | attrsToList SET
    concatMapAttrs (n: v: { ${n} = v; all = n; }) SET | mapAttrsRecursive (p: v: p) SET
    mapAttrsToListRecursive (p: v: v) SET | genAttrs STRINGS (x: x) | optionalAttrs ub SET
    zipAttrsWith (n: v: v) [ SET SET ] | mergeAttrsList LIST | recursiveUpdate SET SET
    recursiveUpdateUntil (p: l: r: length p == 2) SET SET | matchAttrs SET SET
    overrideExisting SET SET | getOutput "a" ANY | attrsets.unionOfDisjoint SET SET
    updateManyAttrsByPath [ { path = [ "a" ]; update = o: [ o ]; } ] SET | isDerivation ANY
    foldr (x: acc: [ x ] ++ acc) [ ] LIST | foldl (acc: x: acc ++ [ x ]) [ ] LIST
    imap1 (i: x: [ i x ]) LIST | flatten LIST | remove ANY LIST | findFirst TEST ANY LIST
    findSingle TEST ANY ANY LIST | count TEST LIST | any TEST LIST | all TEST LIST
    optional ub ANY | optionals ub LIST | toList ANY | partition TEST LIST | elem ANY LIST
    groupBy (x: if isInt x then "i" else "o") LIST | zipLists LIST LIST | reverseList LIST
    unique LIST | subtractLists LIST LIST | intersectLists LIST LIST | mutuallyExclusive LIST LIST
    take INT LIST | drop INT LIST | takeEnd INT LIST | sublist INT INT LIST | last LIST | init LIST
    lists.commonPrefix LIST LIST | lists.hasPrefix LIST LIST | concatLists [ LIST LIST ]
    concatMap (x: [ x x ]) LIST | filter TEST LIST | head LIST | tail LIST | elemAt LIST INT
    concatStringsSep "," STRINGS | concatMapStringsSep "," (x: x) LIST | concatLines STRINGS
    hasPrefix STRING STRING | hasSuffix STRING STRING | hasInfix STRING STRING
    removePrefix STRING STRING | removeSuffix STRING STRING | splitString STRING STRING
    toUpper STRING | trim STRING | escapeShellArgs LIST | toShellVar "x" ANY
    optionalString ub STRING | makeBinPath LIST | replaceStrings STRINGS STRINGS STRING
    assertOneOf "x" ANY LIST | defaultTo ANY ANY | mapNullable (x: [ x ]) ANY | isFunction ANY
    SET // SET // SET | LIST ++ LIST | STRING + STRING | "x${ANY}y" | ANY == ANY | SET.a or ANY
    SET ? a | if ub then ANY else ANY | with SET; [ a b ] | ({ a ? 1, ... }@x: [ a x ]) SET
    attrNames SET | attrValues SET | intersectAttrs SET SET | removeAttrs SET STRINGS
    catAttrs "a" [ SET SET ] | listToAttrs [ { name = STRING; value = ANY; } ] | typeOf ANY
    tryEval ANY | toString ANY | length LIST | substring 0 INT STRING | match "a(.*)" STRING
"""
HOLES = re.compile(r"\b(?:ANY|SET|LIST|STRINGS|STRING|INT|TEST)\b")

characters = st.sampled_from(["a", "b", "A", "-", "/", ".", " ", "1", "'", "$"])
plain_strings = st.lists(characters, max_size=5).map("".join)
strings = st.one_of(
    plain_strings.map(lambda text: f'"{text}"'),
    st.just("us"),
    st.tuples(plain_strings, plain_strings).map(lambda ends: f'"{ends[0]}${{us}}{ends[1]}"'),
)
integers = st.integers(-2, 5).map(lambda number: f"({number})")
scalars = st.one_of(
    strings, integers, st.sampled_from(["null", "true", "1.5", "u", 'throw "t"']).map("({})".format)
)


def lists_of(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    known = st.lists(items, max_size=3).map(lambda parts: f"[ {' '.join(parts)} ]")
    joined = st.tuples(known, known).map(lambda sides: f"({sides[0]} ++ ul ++ {sides[1]})")
    return st.one_of(known, known, joined)


def sets_of(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    names = st.sampled_from(["a", "b", "c", "type", "outPath"])
    known = st.dictionaries(names, values, max_size=3).map(
        lambda items: "{ " + "".join(f"{name} = {value}; " for name, value in items.items()) + "}"
    )
    return st.one_of(
        known,
        known.map(lambda text: f"(ua // {text})"),
        known.map(lambda text: f"({text} // ua)"),
        st.tuples(known, known).map(lambda ab: f"({ab[0]} // lib.optionalAttrs ub {ab[1]})"),
    )


values = st.recursive(
    scalars, lambda inner: st.one_of(lists_of(inner), sets_of(inner)), max_leaves=4
)
FILLINGS: dict[str, st.SearchStrategy[str]] = {
    "ANY": values,
    "SET": sets_of(values),
    "LIST": lists_of(values),
    "STRINGS": lists_of(strings),
    "STRING": strings,
    "INT": integers,
    "TEST": st.sampled_from(["(x: x == 1)", "isString", "(x: x > 1)", "isAttrs"]),
}


@st.composite
def expressions(draw: st.DrawFn) -> str:
    template = draw(st.sampled_from(re.split(r" \| |\n", TEMPLATES.strip())))
    return "with lib; " + HOLES.sub(lambda hole: draw(FILLINGS[hole.group()]), template)


@settings(max_examples=300, deadline=None, database=None)
@given(
    expressions(),
    st.fixed_dictionaries({name: st.sampled_from(v) for name, (_, v) in VARIABLES.items()}),
)
def test_claims_hold_for_every_value(text: str, chosen: dict[str, str]) -> None:
    run(lambda: check(text, chosen))


@cache
def shared_interp() -> Interp:
    return new_interp(lib=True)


def check(text: str, chosen: Mapping[str, str]) -> None:
    interp = shared_interp()

    def outcome(variables: Mapping[str, Lazy]) -> Value | NixError | Unknowable:
        try:
            return evaluate(text, interp=interp, variables={**variables, "lib": interp.lib})
        except (NixError, Unknowable) as stop:
            return stop

    partial = outcome({name: unknown for name, (unknown, _) in VARIABLES.items()})
    full = outcome({name: evaluate(value, interp=interp) for name, value in chosen.items()})
    if isinstance(partial, Unknowable) or isinstance(full, NixError):
        return
    assert not isinstance(partial, NixError), f"{partial.message}: {text}"
    assert claims_hold(partial, full), f"{show(partial)}\nis not true of {show(full)}\n{text}"


def claims_hold(partial: Lazy, full: Lazy) -> bool:
    """Whether all that is known of a value is true of another. One that fails is anything."""
    try:
        actual = force(full)
    except NixError:
        return True
    try:
        claimed = force(partial)
    except NixError:
        return False
    match claimed:
        case UnknownString():
            parts = [re.escape(p) if isinstance(p, str) else ".*" for p in claimed.parts]
            return isinstance(actual, str) and bool(re.fullmatch("".join(parts), actual, re.DOTALL))
        case Unknown():
            return claimed.kind in (None, type_name(actual))
        case Attrs():
            return isinstance(actual, Attrs) and _set_holds(claimed, actual)
        case OpenList():
            return isinstance(actual, list) and _items_hold(claimed.items, actual)
        case list():
            return isinstance(actual, list) and _items_hold(claimed, actual)
        case Lambda() | Primop():
            return isinstance(actual, Lambda | Primop)
    return type_name(claimed) == type_name(actual) and equal(claimed, actual)


def _set_holds(claimed: Attrs, actual: Attrs) -> bool:
    for name in actual.keys() - claimed.keys():
        if not isinstance(claimed, OpenAttrs) or name in claimed.absent:
            return False
    return all(name in actual and claims_hold(claimed[name], actual[name]) for name in claimed)


def _items_hold(claimed: list[Any], actual: list[Lazy]) -> bool:
    if not claimed:
        return not actual
    first, *rest = claimed
    if isinstance(first, Splice):
        return any(_items_hold(rest, actual[index:]) for index in range(len(actual) + 1))
    return bool(actual) and claims_hold(first, actual[0]) and _items_hold(rest, actual[1:])
