"""Functions of lib keep what is known of sets, lists and strings that are partly unknown."""

from __future__ import annotations

import pytest

from hmls.lang.errors import Unknowable
from hmls.lang.show import show
from hmls.lang.values import Cause, Unknown, UnknownString, Value
from tests.support import evaluate, new_interp, on_evaluation_thread, shown

U = Unknown("u", Cause("test", "nobody knows"))

_IN_DOUBT = "({ a = 1; } // lib.optionalAttrs u { b = 2; })"
_NAMED = f'(lib.mapAttrs\' (n: lib.nameValuePair "x${{n}}") {_IN_DOUBT})'
_ONE_NAME = f'(lib.mapAttrs\' (n: lib.nameValuePair "x") {_IN_DOUBT})'
CASES = {
    # Sets of which some attributes are known.
    "(lib.filterAttrs (n: v: v != 2) (u // { a = 1; b = 2; })).a": "1",
    "(lib.filterAttrs (n: v: v != 2) (u // { a = 1; b = 2; })) ? b": "false",
    "(lib.filterAttrs (n: v: v == 1) { a = 1; b = u; c = 2; }).a": "1",
    "(lib.filterAttrs (n: v: v == 1) { a = 1; b = u; c = 2; }) ? c": "false",
    "(lib.filterAttrs (n: v: v == 1) { a = 1; b = u; c = 2; }) ? d": "false",
    f"{_NAMED}.xa": "1",
    f"{_NAMED} ? a": "false",
    "({ b = 5; z = 6; } // lib.filterAttrs (n: v: v == 1) { a = 1; b = u; }).z": "6",
    "(lib.recursiveUpdate u { a.b = 1; }).a.b": "1",
    "(lib.recursiveUpdate { a = u; b = 1; } { a.c = 2; }).a.c": "2",
    "(lib.recursiveUpdate { a = u; b = 1; } { a.c = 2; }).b": "1",
    "(lib.recursiveUpdate { a.b = 1; } { a = u; c = 3; }).c": "3",
    '(lib.recursiveUpdate { a = "${u}"; } { a.b = 1; })': "{ a = { b = 1; }; }",
    'lib.attrByPath [ "a" ] 1 (u // { a = 2; })': "2",
    'lib.hasAttrByPath [ "a" ] (u // { a = u; })': "true",
    'lib.getAttrFromPath [ "a" "b" ] { a = u; }': "u.b",
    '(lib.genAttrs [ "a" u "b" ] (n: "x${n}")).b': '"xb"',
    '(lib.genAttrs ([ "a" ] ++ u) (n: "x${n}")).a': '"xa"',
    '(lib.getAttrs [ "a" ] (u // { a = 1; b = 2; }))': "{ a = 1; }",
    "({ a = 1; } // lib.optionalAttrs u { b = 2; }).a": "1",
    "lib.filter (x: x == 1 || u) [ 1 2 ]": "[ 1 ] ++ if ⟨u⟩: [ 2 ]; else: [ ]",
    "({ a = 1; } // lib.optionalAttrs u { b = 2; }) ? z": "false",
    "lib.optionalAttrs u { b = 2; } // { b = 3; }": "{ b = 3; }",
    "lib.optionalAttrs u { }": "{ }",
    'lib.optionalAttrs u (throw "x")': "if ⟨u⟩: «error: x»; else: { }",
    "(lib.foldAttrs (x: acc: [ x ] ++ acc) [ ] [ { a = 1; } { a = u; b = 2; } ])": (
        "{ a = [ 1 u ]; b = [ 2 ]; }"
    ),
    "(lib.foldAttrs (x: acc: [ x ] ++ acc) [ ] [ { a = 1; } u ]) ? a": "true",
    "(lib.mapAttrsRecursive (p: v: p) { a.b = u; c = 1; }).c": '[ "c" ]',
    "(lib.overrideExisting { a = 1; b = 2; } { a = u; }).b": "2",
    "(lib.mergeAttrsList [ { a = 1; } u { c = 2; } ]).c": "2",
    "lib.mapAttrsToList (n: v: n) (u // { a = 1; })": 'u ++ [ "a" ] ++ u',
    "lib.collect lib.isInt (u // { a = 1; })": "u ++ [ 1 ] ++ u",
    "lib.cartesianProduct { a = [ u ]; b = [ 1 ]; }": "[ { a = u; b = 1; } ]",
    # Lists of which some items are known.
    "lib.optional u 1": "if ⟨u⟩: [ 1 ]; else: [ ]",
    "lib.optionals u [ 1 ]": "if ⟨u⟩: [ 1 ]; else: [ ]",
    "[ 1 ] ++ lib.optional u 2": "[ 1 ] ++ if ⟨u⟩: [ 2 ]; else: [ ]",
    "lib.forEach ([ 1 ] ++ u) (x: x + 1)": "[ 2 ] ++ u",
    "lib.flatten [ 1 u [ 2 [ ] ] ]": "[ 1 ] ++ u ++ [ 2 ]",
    "lib.unique ([ 1 1 ] ++ u)": "[ 1 ] ++ u",
    "lib.head (lib.unique [ 1 u 1 ])": "1",
    "lib.remove 2 ([ 1 2 ] ++ u)": "[ 1 ] ++ u",
    "lib.subtractLists [ 1 ] [ 1 2 ]": "[ 2 ]",
    "lib.subtractLists ([ 1 ] ++ u) [ 1 2 ]": "if ⟨u⟩: [ 2 ]; else: [ ]",
    'lib.imap1 (i: x: "${toString i}${x}") ([ "a" ] ++ u)': '[ "1a" ] ++ u',
    "lib.length (lib.imap1 (i: x: x) [ u u ])": "2",
    "lib.take 1 ([ 1 2 ] ++ u)": "[ 1 ]",
    "lib.drop 1 ([ 1 2 ] ++ u)": "[ 2 ] ++ u",
    "lib.last (u ++ [ 3 ])": "3",
    "lib.init (u ++ [ 2 3 ])": "u ++ [ 2 ]",
    "lib.reverseList ([ 1 2 ] ++ u)": "u ++ [ 2 1 ]",
    "lib.findFirst (x: x == 1) null ([ 1 ] ++ u)": "1",
    "lib.head (lib.foldr (x: acc: [ x ] ++ acc) [ ] ([ 1 2 ] ++ u))": "1",
    "lib.zipLists [ 1 ] ([ 2 ] ++ u)": "[ { fst = 1; snd = 2; } ]",
    # Strings of which some parts are known.
    'lib.optionalString u "x"': 'if ⟨u⟩: "x"; else: ""',
    'lib.concatMapStringsSep "," (x: x) [ "a" u "b" ]': '"a,${u},b"',
    'lib.concatStrings [ "a" "${u}/b" ]': '"a${u}/b"',
    'lib.hasPrefix "/home" "/home/${u}"': "true",
    'lib.hasPrefix "/other" "/home/${u}"': "false",
    'lib.hasPrefix "" "${u}"': "true",
    'lib.hasSuffix ".nix" "${u}.nix"': "true",
    'lib.hasSuffix ".sh" "${u}.nix"': "false",
    'lib.hasInfix "b" "a${u}b"': "true",
    'lib.toShellVar "x" "${u}/y"': '"x=${"${u}/y"}"',
    'lib.withFeatureAs true "x" u': '"--with-x=${u}"',
}
UNKNOWN = (
    '(lib.filterAttrs (n: v: v == 1) { a = 1; b = u; }) ? b',
    f"{_NAMED} ? xb",
    f"{_ONE_NAME}.x",
    '(lib.recursiveUpdate { a.b = 1; } u).a',
    '(lib.recursiveUpdate { a = u; } { a.c = 2; }).a.d',
    'lib.attrByPath [ "z" ] 1 (u // { a = 2; })',
    '({ b = 1; } // lib.optionalAttrs u { b = 2; }).b',
    '(lib.optionalAttrs u { b = 2; }) ? b',
    '(lib.mapAttrs\' (n: v: lib.nameValuePair "x${n}" v) (u // { a = 1; })).xa',
    '(lib.concatMapAttrs (n: v: { ${n} = v; }) (u // { a = 1; })).a',
    'lib.isDerivation u',
    'lib.isFunction u',
    'lib.getBin u',
    'lib.length (lib.unique [ 1 u 1 ])',
    'lib.take 2 ([ 1 ] ++ u)',
    'lib.last ([ 1 ] ++ u)',
    'lib.findFirst (x: x == 2) null ([ 1 ] ++ u ++ [ 2 ])',
    'lib.hasPrefix "/home/x" "/home/${u}"',
    'lib.hasInfix "c" "a${u}b"',
    'lib.makeBinPath [ u ]',
    'lib.escapeShellArg u',
    'lib.toInt "${u}"',
    'lib.version',
)  # fmt: skip


@pytest.mark.parametrize("text", CASES)
def test_known_parts_stay(text: str) -> None:
    interp = new_interp(lib=True)
    assert shown(text, interp=interp, variables={"u": U, "lib": interp.lib}) == CASES[text]


@pytest.mark.parametrize("text", UNKNOWN)
@on_evaluation_thread
def test_nothing_is_guessed(text: str) -> None:
    interp = new_interp(lib=True)
    with pytest.raises(Unknowable):
        known(evaluate(text, interp=interp, variables={"u": U, "lib": interp.lib}))


def known(value: Value) -> Value:
    if isinstance(value, Unknown):
        raise Unknowable(value)
    return value


@on_evaluation_thread
def test_what_is_made_of_a_string_is_not_that_string() -> None:
    interp = new_interp(lib=True)
    text = 'builtins.head (map lib.toUpper [ "a${u}" ])'
    value = evaluate(text, interp=interp, variables={"u": U, "lib": interp.lib})
    assert isinstance(value, Unknown)
    assert not isinstance(value, UnknownString)
    assert value.kind is None


@on_evaluation_thread
def test_an_unknown_condition_makes_no_infinite_recursion() -> None:
    """The set behind it may need the very set that it is merged into."""
    interp = new_interp(lib=True)
    text = """
        let
          all = { a = 1; } // lib.optionalAttrs u (lib.genAttrs names (name: 2));
          names = [ "b${toString all.a}" ];
        in
        builtins.seq (all ? a) names
    """
    value = evaluate(text, interp=interp, variables={"u": U, "lib": interp.lib})
    assert show(value) == '[ "b${toString all.a}" ]'
