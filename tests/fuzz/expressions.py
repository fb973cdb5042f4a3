"""Random expressions as Nix text. Mostly of the type that is wanted, so that they have values.

A wrong type now and then gives errors, whose words are compared too. Attribute names are
few, so that sets meet; `a` to `h` are in the order in which Nix evaluates them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

NAMES = "abcdefgh"
Scope = tuple[tuple[str, str], ...]
"""Variables in scope: name and type."""
Make = Callable[["_Writer", int, Scope], str]


def expression(random: Random) -> str:
    """Some expression without free variables."""
    return _Writer(random).any(random.randint(2, 5), ())


@dataclass(slots=True)
class _Writer:
    random: Random

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def any(self, depth: int, scope: Scope) -> str:
        kinds = ("int", "float", "string", "bool", "list", "set", "null", "string", "list", "set")
        return self.of(self.pick(*kinds), depth, scope)

    def of(self, kind: str, depth: int, scope: Scope) -> str:
        """An expression in parentheses of a type, or of another one once in a while."""
        if self.random.random() < 0.02:
            kind = self.pick("int", "string", "bool", "list", "set", "null", "function")
        variables = [name for name, its_kind in scope if its_kind == kind]
        if variables and self.random.random() < 0.35:
            return self.random.choice(variables)
        if depth <= 0:
            return self.literal(kind)
        if self.random.random() < 0.3:
            return f"({self.random.choice(_ANY)(self, depth - 1, scope, kind)})"
        return f"({self.random.choice(_MAKERS[kind])(self, depth - 1, scope)})"

    def literal(self, kind: str) -> str:
        match kind:
            case "int":
                return str(self.random.choice((0, 1, 2, 3, 7, 10, 255, 9223372036854775807)))
            case "float":
                return self.pick("0.5", "1.0", "2.25", "1.5e3", "100000.0", "1.0e-3")
            case "string":
                return self.text()
            case "bool":
                return self.pick("true", "false")
            case "list":
                return self.pick("[ ]", "[ 1 ]", '[ "a" "b" ]', "[ 3 1 2 ]", '[ 1 "x" ]')
            case "set":
                return self.pick("{ }", "{ a = 1; }", '{ a = "x"; b = 2; }', "{ b.c = 1; }")
            case "function":
                return self.pick("(x: x)", "(x: 1)", "toString", "(x: [ x ])", "({ ... }: 2)")
        return "null"

    def text(self) -> str:
        return self.pick(
            *('""', '"a"', '"b"', '"ab"', '"a b"', '"x.y"', '"1.2.3"', '"é"', '"a\\nb"', '"$"'),
            *("''\n  a\n    b\n''", "''x''", '"${toString 1}"', '"10"', '"foo-1.2"', '"\\""'),
        )

    def name(self) -> str:
        return self.random.choice(NAMES)

    def variable(self) -> str:
        return self.random.choice("xyzuvw")


def _let(w: _Writer, depth: int, scope: Scope, kind: str) -> str:
    name, its_kind = w.variable(), w.pick("int", "string", "list", "set", "bool")
    inner = (*[pair for pair in scope if pair[0] != name], (name, its_kind))
    # Now and then the value refers to itself.
    around = inner if w.random.random() < 0.04 else tuple(p for p in scope if p[0] != name)
    return f"let {name} = {w.of(its_kind, depth, around)}; in {w.of(kind, depth, inner)}"


def _if(w: _Writer, depth: int, scope: Scope, kind: str) -> str:
    condition = w.of("bool", depth, scope)
    return f"if {condition} then {w.of(kind, depth, scope)} else {w.of(kind, depth, scope)}"


def _call(w: _Writer, depth: int, scope: Scope, kind: str) -> str:
    name, its_kind = w.variable(), w.pick("int", "string", "list", "set")
    inner = (*[pair for pair in scope if pair[0] != name], (name, its_kind))
    return f"({name}: {w.of(kind, depth, inner)}) {w.of(its_kind, depth, scope)}"


def _pattern(w: _Writer, depth: int, scope: Scope, kind: str) -> str:
    inner = (*[pair for pair in scope if pair[0] not in "xy"], ("x", "int"), ("y", "string"))
    pattern = w.pick(
        "{ x, y }", "{ x, y, ... }", f"{{ x, y ? {w.of('string', depth, inner[:-1])} }}",
        f"{{ x ? {w.of('int', depth, inner[:-2])}, y ? \"d\", ... }}@z", "z@{ x, y ? toString x }",
    )  # fmt: skip
    arguments = [f"x = {w.of('int', depth, scope)};", f"y = {w.of('string', depth, scope)};"]
    if w.random.random() < 0.15:
        arguments.append("z = 1;")
    if w.random.random() < 0.3:
        arguments.pop(w.random.randrange(len(arguments)))
    return f"({pattern}: {w.of(kind, depth, inner)}) {{ {' '.join(arguments)} }}"


def _select(w: _Writer, depth: int, scope: Scope, kind: str) -> str:
    name, value = w.name(), w.of(kind, depth, scope)
    made = f"{{ {name} = {value}; }}"
    if w.random.random() < 0.5:
        made = f"({made} // {w.of('set', depth, scope)})"
    return f"{made}.{w.pick(name, name, w.name())} or {w.of(kind, depth, scope)}"


def _with(w: _Writer, depth: int, scope: Scope, kind: str) -> str:
    name = w.variable()
    inner = (*scope, (name, kind)) if name not in dict(scope) else scope
    value = w.of(kind, depth, scope)
    return f"with {{ {name} = {value}; }}; {w.of(kind, depth, inner)}"


def _assert(w: _Writer, depth: int, scope: Scope, kind: str) -> str:
    return f"assert {w.of('bool', depth, scope)}; {w.of(kind, depth, scope)}"


def _item(w: _Writer, depth: int, scope: Scope, kind: str) -> str:
    items = " ".join(w.of(kind, depth, scope) for _ in range(w.random.randint(1, 2)))
    return f"{w.pick('builtins.head', '(x: builtins.elemAt x 0)')} [ {items} ]"


def _pipe(w: _Writer, depth: int, scope: Scope, kind: str) -> str:
    return f"{w.of('int', depth, scope)} |> (q: {w.of(kind, depth, (*scope, ('q', 'int')))})"


def _throw(w: _Writer, depth: int, scope: Scope, kind: str) -> str:
    if w.random.random() < 0.7:
        return w.of(kind, depth, scope)
    return w.pick('throw "t"', f"throw {w.of('string', depth, scope)}", 'abort "s"')


_ANY = (_let, _let, _if, _call, _pattern, _select, _with, _assert, _item, _pipe, _throw)


def _template(*texts: str) -> tuple[Make, ...]:
    """Makers that fill in what stands in angle brackets: `<int> + <int>`."""
    return tuple(_filled(text) for text in texts)


def _filled(text: str) -> Make:
    pieces = text.replace(">", "<").split("<")

    def make(w: _Writer, depth: int, scope: Scope) -> str:
        out = [pieces[0]]
        for kind, after in zip(pieces[1::2], pieces[2::2], strict=True):
            match kind:
                case "name":
                    out.append(w.name())
                case "any":
                    out.append(w.any(depth, scope))
                case "less":
                    out.append("<")
                case "more":
                    out.append(">")
                case _:
                    out.append(w.of(kind, depth, scope))
            out.append(after)
        return "".join(out)

    return make


def _attrset(w: _Writer, depth: int, scope: Scope) -> str:
    bindings: list[str] = []
    for _ in range(w.random.randint(0, 3)):
        name = w.name()
        match w.random.randint(0, 7):
            case 0:
                bindings.append(f"{name}.{w.name()} = {w.any(depth, scope)};")
            case 1:
                bindings.append(f'"{name}" = {w.any(depth, scope)};')
            case 2:
                # A name of its own would be evaluated after those that Nix has read before.
                dynamic = f'if {w.of("bool", depth, scope)} then "{name}" else "{w.name()}"'
                bindings.append(f"${{{dynamic}}} = {w.any(depth, scope)};")
            case 3:
                bindings.append(f"inherit ({w.of('set', depth, scope)}) {name};")
            case 4 if names := [name for name, _ in scope if name != "x"]:
                # Nix knows the name `x` before it reads anything, and evaluates it first.
                bindings.append(f"inherit {w.random.choice(names)};")
            case _:
                bindings.append(f"{name} = {w.any(depth, scope)};")
    return f"{{ {' '.join(bindings)} }}"


def _recursive(w: _Writer, depth: int, scope: Scope) -> str:
    inner = (*scope, ("a", "int"))
    return f"rec {{ a = {w.of('int', depth, scope)}; b = {w.any(depth, inner)}; }}"


_MAKERS: dict[str, tuple[Make, ...]] = {
    "int": _template(
        *("<int> + <int>", "<int> - <int>", "<int> * <int>", "<int> / <int>", "-<int>"),
        *("builtins.length <list>", "builtins.stringLength <string>",
          "builtins.bitAnd <int> <int>"),
        *("builtins.foldl' (m: n: m + 1) <int> <list>",
          "builtins.compareVersions <string> <string>"),
        *("builtins.ceil <float>", "builtins.floor <int>", "builtins.seq <any> <int>"),
        *("builtins.fromJSON (builtins.toJSON <int>)", "builtins.bitXor <int> <int>"),
        *("<int> - <int> * <int> + <int>", "<int> * -<int> / <int>", "__sub <int> <int>"),
        *("<set>.<name>.<name> or <int>", "<int> |<more> builtins.add <int> |<more> (q: q * 2)"),
        *("builtins.div <int> <int>", "builtins.stringLength (builtins.toXML <any>)"),
    ),
    "float": _template(
        *("<float> + <int>", "<int> * <float>", "<float> - <float>", "<float> / <float>",
          "-<float>"),
        *("builtins.add <float> <int>", "builtins.fromJSON (toString <float>)"),
        *("<float> * <float> * <float>", "<int> / <float> - <int> * <float>"),
    ),
    "string": _template(
        *("<string> + <string>", '"a${<string>}b"', '"${<string>}${<string>}"', "toString <any>"),
        *("''\n    ${<string>}\n      c\n    d''", "builtins.substring 0 <int> <string>"),
        *("builtins.substring <int> (-1) <string>", "builtins.toJSON <any>",
          "builtins.typeOf <any>"),
        *('builtins.concatStringsSep "," (map toString <list>)', "baseNameOf <string>"),
        *('builtins.replaceStrings [ "a" <string> ] [ "1" "2" ] <string>', "dirOf <string>"),
        *("builtins.hashString \"md5\" <string>", '{ __toString = s: <string>; }.__toString 1'),
        *('"${{ __toString = s: s.a + <string>; a = <string>; }}"', "builtins.toXML <any>"),
        *("''\n\t${<string>}\n    ''${x}\n   ''\\t\\${<string>}\n  ''",
          "<string>+<string>+<string>"),
        *("builtins.concatStringsSep <string> [ <string> <string> ]",
          'toString { a = 1; outPath = <string>; }'),
        *("builtins.hashString \"sha256\" <string>", "builtins.substring <int> <int> <string>"),
        *('builtins.replaceStrings [ "" <string> ] [ <string> "-" ] <string>',
          "builtins.unsafeDiscardStringContext <string>"),
        *("toString [ <any> <any> ]",
          "builtins.concatStringsSep <string> (builtins.attrNames <set>)"),
        *('"${{ outPath = <string>; }}"', 'builtins.head (builtins.split <string> "a b")'),
    ),
    "bool": _template(
        *("<int> == <int>", "<any> == <any>", "<int> <less> <int>", "<string> <less>= <string>"),
        *("<bool> && <bool>", "<bool> || <bool>", "!<bool>", "<bool> -<more> <bool>"),
        *("<any> != <any>", "<list> <less> <list>", "<float> <more> <int>", "<set> ? <name>"),
        *("<set> ? <name>.<name>", "builtins.elem <any> <list>", "builtins.isInt <any>"),
        *("builtins.all (m: <bool>) <list>", "builtins.any builtins.isString <list>"),
        *("<int> + <int> == <int> * <int> || <bool> && !<bool>",
          "<bool> -<more> <bool> -<more> <bool>"),
        *("<list> ++ <list> == <list>", "!<set> ? <name> && <set>//<set> != <set>"),
        *("<float> <less>= <int>", "builtins.elem <string> (builtins.attrNames <set>)"),
        *("{ a = <any>; } == { a = <any>; }", "[ <any> ] == [ <any> ]",
          "builtins.hasContext <any>"),
        *("builtins.hasAttr <string> <set>", "builtins.isFunction <any>", "isNull <any>"),
        *("(builtins.tryEval <any>).success", "builtins.lessThan <int> <float>"),
    ),
    "list": _template(
        *("[ <any> <any> ]", "<list> ++ <list>", "map (m: <any>) <list>", "[ <list> ]"),
        *("builtins.filter (m: <bool>) <list>",
          "builtins.genList (m: m * m) (builtins.bitAnd 3 <int>)"),
        *("builtins.attrNames <set>", "builtins.attrValues <set>", "builtins.tail <list>"),
        *("builtins.concatLists [ <list> <list> ]", "builtins.concatMap (m: [ m <any> ]) <list>"),
        *("builtins.sort builtins.lessThan <list>", "builtins.split <string> <string>"),
        *("builtins.sort (m: n: toString m <less> toString n) <list>",
          "builtins.splitVersion <string>"),
        *("builtins.catAttrs \"a\" [ <set> <set> ]",
          "(builtins.partition (m: <bool>) <list>).right"),
        *("builtins.split \"(b)|[ .-]\" <string>",
          "builtins.match \"([a-y]*)(-|x|)*([^a]+)\" <string>"),
        *("builtins.attrValues (builtins.groupBy builtins.typeOf <list>)",
          "<list>++<list>++<list>"),
        *("builtins.attrValues (builtins.zipAttrsWith (m: n: [ m ] ++ n) [ <set> <set> ])",
          "builtins.sort (m: n: <bool>) <list>", "builtins.filter builtins.isString <list>"),
        *("builtins.concatMap (m: if <bool> then [ m ] else <list>) <list>",
          "builtins.genList (m: [ m ]) (builtins.bitAnd 3 <int>)"),
        *("builtins.match \"(a)?(.*)\" <string>", "builtins.foldl' (m: n: [ n ] ++ m) [ ] <list>"),
        *("map (m: m.key) (builtins.genericClosure { startSet = [ { key = <int>; } ]; "
          "operator = m: if m.key <more> 3 || builtins.lessThan m.key (-9) then [ ] "
          "else [ { key = m.key + 1; } ]; })",),
    ),
    "set": (
        *(_attrset, _attrset, _attrset, _recursive),
        *_template(
            *("<set> // <set>", "builtins.mapAttrs (m: n: <any>) <set>",
              "removeAttrs <set> [ \"a\" ]"),
            *("builtins.listToAttrs [ { name = <string>; value = <any>; } ]",
              "<set> // { a = <any>; }"),
            *("builtins.intersectAttrs <set> <set>", "builtins.groupBy toString <list>"),
            *("builtins.tryEval <any>", "builtins.parseDrvName <string>", "let { body = <set>; }"),
            *("builtins.zipAttrsWith (m: n: n) [ <set> <set> ]",
              "builtins.functionArgs <function>"),
            *("builtins.fromJSON (builtins.toJSON <set>)",
              "builtins.partition builtins.isInt <list>"),
            "builtins.foldl' (m: n: m // { ${toString n} = m; }) <set> <list>",
            *("<set>//<set>//<set>", "<set> // rec { a = [ b ]; b = <any>; }",
              "{ inherit (<set>) a b; c = <any>; }"),
            *("let inherit (<set>) a; in { inherit a; }",
              "builtins.removeAttrs <set> (builtins.attrNames <set>)"),
            *("rec { __overrides = <set>; a = <any>; b = [ a ]; }", "{ a.b = <any>; a = <set>; }"),
            *("{ a.b = <any>; a = { c = <any>; }; a.d.e = <any>; }", "with <set>; { b = <any>; }"),
            *("builtins.mapAttrs (m: n: if builtins.isAttrs n then n else { }) <set>",
              "({ a ? <any>, b ? [ a ], ... }@args: args // { inherit a b; }) <set>"),
            *("builtins.listToAttrs (map (n: { name = toString n; value = n; }) <list>)",
              "{ __functor = s: m: { inherit (s) b; a = m; }; b = <any>; } <any>"),
        ),
    ),
    "null": _template("null", "builtins.fromJSON \"null\"", "builtins.match \"z\" <string>"),
    "function": _template(
        *("m: <any>", "{ x ? <int>, ... }: <any>", "builtins.add <int>", "m: n: <any>"),
        *("{ __functor = s: m: <any>; }", "builtins.elemAt <list>", "z@{ x, y ? 1 }: <any>"),
    ),
}  # fmt: skip
