"""Random sets of modules as Nix text: options of random types, definitions of all kinds.

Names are few, so that definitions meet. Values are mostly, but not always, of the type.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

Values = Callable[[Random], str]
"""Makes the text of a value of some type."""
NAMES = ("a", "b", "c")
KEYS = ("x", "y", '"z w"')


@dataclass(frozen=True, slots=True)
class Kind:
    """A type as Nix text, and what values of it look like."""

    type: str
    values: Values


@dataclass(slots=True)
class Options:
    """The options of a module set: path → kind, and the kind of what is freeform."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    free: Kind | None = None


def module_set(random: Random) -> tuple[str, dict[str, str]]:
    """An expression: what a module set gives, each observation on its own where it can be.

    `whole` in scope says that only the config as a whole is asked for. With it the files that
    some of the modules are in, name → content.
    """
    options = _options(random)
    declared = 'options.flag = mkOption { type = types.bool; default = true; }; _file = "d"; '
    declared += "options.count = mkOption { type = types.int; default = 1; }; "
    for path, kind in options.kinds.items():
        declared += f"options.{path} = {_declaration(random, kind)}; "
    if options.free is not None:
        declared += f"freeformType = types.attrsOf {options.free.type}; "
    modules = [f"({{ config, options, ... }}: {{ {declared}}})"]
    again = [path for path in options.kinds if _one_in(random, 9)]
    if again:
        twice = "".join(
            f"options.{path} = mkOption "
            f"{{ type = {_related(random, options.kinds[path].type)}; }}; "
            for path in again
        )
        modules.append(f'({{ config, options, ... }}: {{ _file = "e"; {twice}}})')
    modules += [_module(random, options, number) for number in range(random.randint(1, 3))]
    if _one_in(random, 8):
        source, target = (random.choice([*options.kinds, "old", "g.old"]) for _ in range(2))
        function = random.choice(("mkAliasOptionModule", "mkRenamedOptionModule"))
        modules.append(f"({function} {_path(source)} {_path(target)})")
        modules.append(f'{{ _file = "o"; {source} = {_INTEGERS(random)}; }}')
    if _one_in(random, 8):
        modules += _moved(random, [*options.kinds, "count"])
    if _one_in(random, 10):
        modules.append('{ disabledModules = [ { key = "k"; } ]; }')
    files: dict[str, str] = {}
    if _one_in(random, 2):
        modules = [_in_file(random, module, files) for module in modules]
    paths = " ".join(f'"{path}"' for path in (*options.kinds, "flag", "count"))
    return _EXPRESSION % ("\n  ".join(modules), paths), files


def _in_file(random: Random, module: str, files: dict[str, str]) -> str:
    """The path of a file with the module, which gets another name by it."""
    found = _FUNCTION.fullmatch(module)
    if found is None or _one_in(random, 4):
        return module
    arguments, body = found.groups()
    if "lib" not in arguments.split(", "):
        arguments += ", lib"
    scope = random.choice(_SCOPES)
    config = re.fullmatch(r"config = (\{ .*\});", body)
    if config is not None and _one_in(random, 3):
        body = config[1].removeprefix("{").removesuffix("}")
    name = f"f{len(files)}.nix"
    files[name] = f"{{ {arguments}, ... }}:\n{scope}\n{{ {body} }}\n"
    return f"./{name}"


_FUNCTION = re.compile(r'\(\{ ([^}]*), \.\.\. \}: \{ _file = "\w+"; (.*?) ?\}\)', re.DOTALL)
_SCOPES = (
    "with lib;",
    "with lib; let cfg = config; in",
    "let inherit (lib) mkIf mkMerge; in with lib;",
    "let inherit (lib) mkIf; mkMerge = contents: lib.mkMerge contents; in with lib;",
    "let twice = mkIf: mkIf; in with lib; with { inherit twice; };",
)


_EXPRESSION = """\
with lib; let
  e = evalModules { modules = [
  %s
  ]; };
  # The order in which values are forced is fixed, for it decides which error comes first.
  deep = v:
    if isAttrs v then foldl' (done: n: builtins.seq (deep v.${n}) done) null (attrNames v)
    else if isList v then foldl' (done: x: builtins.seq (deep x) done) null v
    else null;
  strict = v: builtins.seq (deep v) v;
  seen = v: let r = builtins.tryEval (strict (shown v)); in
    if r.success then r.value else "throws";
  shown = v:
    if isFunction v then "function"
    else if isAttrs v then mapAttrs (n: shown) v
    else if isList v then map shown v
    else if isPath v then toString v
    else v;
  told = path: let o = attrByPath (splitString "." path) { } e.options; in [
    path (seen o.value) (seen o.highestPrio) (seen o.files) (seen o.isDefined)
    (seen o.definitionsWithLocations) (seen o.type.description)
  ];
in
  if whole then strict (shown e.config) else map told [ %s ] ++ [ (seen e.config) ]
"""


def _moved(random: Random, paths: list[str]) -> list[str]:
    """Options that became part of another one, and what somebody still says of them."""
    target = random.choice(paths)
    olds = random.sample(("was", "g.was", "been"), random.randint(1, 2))
    read = " ".join(f"(attrByPath {_path(old)} {_INTEGERS(random)} c)" for old in olds)
    change = random.choice(("head", "x: x", "foldl' (m: n: m + n) 0", 'x: throw "moved"'))
    function = f"(c: ({change}) [ {read} ])"
    if len(olds) == 1 and _one_in(random, 2):
        module = f"(mkChangedOptionModule {_path(olds[0])} {_path(target)} {function})"
    else:
        sources = " ".join(map(_path, olds))
        module = f"(mkMergedOptionModule [ {sources} ] {_path(target)} {function})"
    said = [old for old in olds if random.randrange(3)]
    values = " ".join(f"{old} = {_wrapped(_mostly(_INTEGERS), 1)(random)};" for old in said)
    warnings = "options.warnings = mkOption { type = types.listOf types.str; default = [ ]; };"
    said_by = f'({{ config, options, ... }}: {{ _file = "old"; {values} }})'
    return [module, f"{{ {warnings} }}", said_by]


def _related(random: Random, text: str) -> str:
    """The type again, or one that may or may not fit."""
    if _one_in(random, 3):
        text = re.sub(r"types\.int\b", "types.str", text)
        return text.replace('"q" 1 ]', '"s" ]').replace("z w", "v")
    return text


def _path(path: str) -> str:
    return "[ " + " ".join(f'"{name}"' for name in path.split(".")) + " ]"


def _one_in(random: Random, count: int) -> bool:
    return random.randrange(count) == 0


def _of(*texts: str) -> Values:
    return lambda random: random.choice(texts)


def _one_of(*values: Values) -> Values:
    return lambda random: random.choice(values)(random)


_INTEGERS = _of("0", "1", "2", "3")
_STRINGS = _of('"p"', '"q"', '""', '"r\\ns"')
_BOOLEANS = _of("true", "false")
_WRONG = _of(
    *("5", '"wrong"', "null", "[ ]", "{ }", "(x: x)", '(throw "value")', "1.5", "true", "./p")
)
_CONDITIONS = (
    *("true", "false", "true", "config.flag", "(!config.flag)", "(config.count == 1)"),
    *("true", "false", "options.flag.isDefined", '(throw "if")', "1"),
)
_READS = ("config.a", "config.b", "config.g.x", "config.g.y", "config.count", "config.flag")
_PRIORITIES = (
    *("mkForce", "mkDefault", "mkDefault", "mkOptionDefault", "mkOverride 70", "mkForce"),
    *("mkVMOverride", "mkOverride 100", "mkOverride 1500"),
)
_ORDERS = ("mkBefore", "mkAfter", "mkOrder 700", "mkOrder 1000")


def _condition(random: Random) -> str:
    if _one_in(random, 12):
        return f"({random.choice(_READS)} == {_INTEGERS(random)})"
    if _one_in(random, 20):
        return f"(options.{random.choice(('a', 'b', 'g.x'))}.isDefined or false)"
    return random.choice(_CONDITIONS)


def _wrapped(values: Values, depth: int = 2) -> Values:
    """A value with properties around it, or none."""

    def make(random: Random) -> str:
        form = random.randrange(9)
        if _one_in(random, 60):
            return random.choice(_READS)
        if _one_in(random, 60):
            option = random.choice(("a", "b", "count"))
            function = random.choice(
                ("mkAliasDefinitions", "mkAliasAndWrapDefinitions (mkIf true)")
            )
            return f"({function} (options.{option} or {{ }}))"
        if _one_in(random, 40):
            return f'(mkDefinition {{ file = "made"; value = {values(random)}; }})'
        if form < 5 or depth == 0:
            return values(random)
        inner = _wrapped(values, depth - 1)
        if form == 5:
            return f"(mkIf {_condition(random)} {inner(random)})"
        if form == 6:
            return f"({random.choice(_PRIORITIES)} {inner(random)})"
        if form == 7:
            return f"({random.choice(_ORDERS)} {inner(random)})"
        return f"(mkMerge [ {' '.join(inner(random) for _ in range(random.randrange(3)))} ])"

    return make


def _mostly(values: Values) -> Values:
    return lambda random: (_WRONG if _one_in(random, 16) else values)(random)


def _list_of(items: Values) -> Values:
    return lambda random: f"[ {' '.join(items(random) for _ in range(random.randrange(4)))} ]"


def _set_of(values: Values) -> Values:
    def make(random: Random) -> str:
        keys = random.sample(KEYS, random.randrange(len(KEYS) + 1))
        return "{ " + " ".join(f"{key} = {values(random)};" for key in keys) + " }"

    return make


_SCALARS = (
    Kind("types.int", _INTEGERS),
    Kind("types.str", _STRINGS),
    Kind("types.bool", _BOOLEANS),
    Kind("types.lines", _STRINGS),
    Kind("types.commas", _STRINGS),
    Kind("types.raw", _one_of(_INTEGERS, _STRINGS)),
    Kind("types.anything", _one_of(_INTEGERS, _set_of(_wrapped(_INTEGERS)), _list_of(_INTEGERS))),
    Kind("types.attrs", _set_of(_one_of(_INTEGERS, _STRINGS))),
    Kind("types.unspecified", _one_of(_STRINGS, _list_of(_INTEGERS), _set_of(_INTEGERS))),
    Kind('(types.enum [ "p" "q" 1 ])', _one_of(_STRINGS, _INTEGERS)),
    Kind("types.ints.positive", _INTEGERS),
    Kind("(types.ints.between 1 2)", _INTEGERS),
    Kind("types.number", _of("0", "1", "1.5")),
    Kind("types.nonEmptyStr", _STRINGS),
    Kind('(types.strMatching "[pq]*")', _STRINGS),
    Kind("types.singleLineStr", _STRINGS),
    Kind("types.path", _of('"/p"', "/p", '"q"')),
    Kind("types.boolByOr", _BOOLEANS),
    Kind("types.float", _of("0.5", "1.0", "1")),
    Kind("types.ints.u8", _of("0", "255", "256", "3")),
    Kind("types.numbers.nonnegative", _of("0", "1.5", "(-1)")),
    Kind("types.envVar", _one_of(_STRINGS, _list_of(_STRINGS))),
    Kind('(types.separatedString "-")', _STRINGS),
    Kind("(types.passwdEntry types.str)", _of('"p"', '"q:r"', '"s\\n"')),
    Kind("(types.pathWith { absolute = false; })", _of('"p"', '"./q"', '"/p"', "/p")),
    Kind('(types.unique { message = "only one"; } types.int)', _INTEGERS),
    Kind(
        "(types.oneOf [ types.int types.str (types.listOf types.int) ])",
        _one_of(_INTEGERS, _STRINGS, _list_of(_INTEGERS)),
    ),
    Kind("types.optionType", _of("types.int", "types.str", "(types.listOf types.int)")),
    Kind("types.deferredModule", _of("{ }", "{ p = 1; }", "(x: { p = 2; })", "./p.nix")),
    Kind("types.json", _one_of(_INTEGERS, _set_of(_list_of(_STRINGS)), _set_of(_INTEGERS))),
)


def _kind(random: Random, depth: int = 3) -> Kind:
    if depth == 0 or _one_in(random, 3):
        return random.choice(_SCALARS)
    make: Callable[[Random, Kind, int], Kind] = random.choice(_COMPOSITES)
    return make(random, _kind(random, depth - 1), depth)


def _around(name: str, made: Callable[[Values], Values]) -> Callable[[Random, Kind, int], Kind]:
    def make(_random: Random, inner: Kind, _depth: int) -> Kind:
        return Kind(f"({name} {inner.type})", made(inner.values))

    return make


def _checked(_random: Random, inner: Kind, _depth: int) -> Kind:
    return Kind(f'(types.addCheck {inner.type} (v: v != "q" && v != 2))', inner.values)


def _coerced(_random: Random, inner: Kind, _depth: int) -> Kind:
    values = _one_of(inner.values, _list_of(inner.values), _INTEGERS)
    return Kind(f"(types.coercedTo {inner.type} (v: [ v ]) (types.listOf types.int))", values)


def _either(random: Random, left: Kind, depth: int) -> Kind:
    right = _kind(random, depth - 1)
    return Kind(f"(types.either {left.type} {right.type})", _one_of(left.values, right.values))


def _tagged(random: Random, left: Kind, depth: int) -> Kind:
    right = _kind(random, depth - 1)
    tags = f"x = mkOption {{ type = {left.type}; }}; y = {_declaration(random, right)};"

    def values(random: Random) -> str:
        if _one_in(random, 2):
            return f"{{ x = {_wrapped(left.values)(random)}; }}"
        return f"{{ y = {_wrapped(right.values)(random)}; }}"

    return Kind(f"(types.attrTag {{ {tags} }})", values)


def _ordered(_random: Random, inner: Kind, _depth: int) -> Kind:
    def single(random: Random) -> str:
        return f"{{ {random.choice(KEYS)} = {_wrapped(inner.values)(random)}; }}"

    values = _one_of(_list_of(_wrapped(single, 1)), single)
    return Kind(f"(types.attrListOf {inner.type})", values)


def _submodule(random: Random, inner: Kind, depth: int) -> Kind:
    kinds = {key: _kind(random, depth - 1) for key in random.sample(KEYS, random.randrange(4))}
    body = "options = { }; " if not kinds else ""
    for key, kind in kinds.items():
        body += f"options.{key} = {_declaration(random, kind)}; "
    values = {key: _wrapped(_mostly(kind.values)) for key, kind in kinds.items()}
    if _one_in(random, 3):
        body += f"freeformType = types.{random.choice(_SETS)} {inner.type}; "
        values["free"] = values["loose"] = _wrapped(_mostly(inner.values))
    if _one_in(random, 3):
        nested = _kind(random, depth - 1)
        body += f"options.n.x = {_declaration(random, nested)}; "
        values["n.x"] = _wrapped(_mostly(nested.values))
    for key, kind in kinds.items():
        if _one_in(random, 4):
            body += f"config.{key} = {_wrapped(kind.values)(random)}; "
    body = _local(body)
    if kinds and _one_in(random, 3):
        body += _reading(random, kinds)
    module = f"({{ name, config, options, ... }}: {{ {body} }})"
    if _one_in(random, 4):
        given = _one_of(_definitions(values), _module_definitions(values))
        return Kind(f"(types.submoduleWith {{ modules = [ {module} ]; }})", given)
    return Kind(f"(types.submodule {module})", _definitions(values))


def _reading(random: Random, kinds: dict[str, Kind]) -> str:
    """A module inside of a submodule in which one option depends on another."""
    key, other = (random.choice(list(kinds)) for _ in range(2))
    value = _wrapped(kinds[key].values, 1)(random)
    read = random.choice(
        (
            f"(mkIf (config.{other} == {_INTEGERS(random)}) {value})",
            f"(mkDefault config.{other})",
            f"(mkIf options.{other}.isDefined {value})",
            f'(mkIf (name == "x") {value})',
            f"(mkOverride options.{other}.highestPrio {value})",
        )
    )
    module = f"{{ name, config, options, ... }}: {{ config.{key} = {_local(read)}; }}"
    return f"imports = [ ({module}) ]; "


def _local(body: str) -> str:
    """A submodule's own config has no such options."""
    for name, value in (("config.flag", "true"), ("config.count", "1")):
        body = body.replace(name, value)
    for name in ("a", "b", "g.x", "g.y"):
        body = body.replace(f"config.{name}", "name")
    return body.replace("options.flag.isDefined", "(name != null)")


_SETS = ("attrsOf", "lazyAttrsOf")
_COMPOSITES = (
    _around("types.listOf", lambda values: _list_of(_wrapped(_mostly(values), 1))),
    _around("types.nonEmptyListOf", _list_of),
    _around("types.attrsOf", lambda values: _set_of(_wrapped(_mostly(values)))),
    _around("types.attrsOf", lambda values: _set_of(_wrapped(_mostly(values)))),
    _around("types.lazyAttrsOf", lambda values: _set_of(_wrapped(_mostly(values)))),
    _around(
        '(_t: types.attrsWith { elemType = _t; lazy = true; placeholder = "k"; })',
        lambda values: _set_of(_wrapped(_mostly(values))),
    ),
    _around("(_t: types.attrsWith { elemType = _t; })", lambda values: _set_of(_wrapped(values))),
    _around("types.nullOr", lambda values: _one_of(_of("null"), values, values)),
    _around("types.uniq", lambda values: values),
    _around("types.functionTo", lambda values: lambda random: f"(x: {values(random)})"),
    _checked,
    _coerced,
    _either,
    _either,
    _tagged,
    _ordered,
    _submodule,
    _submodule,
    _submodule,
)


def _definitions(values: dict[str, Values]) -> Values:
    """A set that defines some of the names, now and then one that is not there."""

    def make(random: Random) -> str:
        names = random.sample(sorted(values), random.randrange(len(values) + 1))
        text = "".join(f"{name} = {values[name](random)}; " for name in names)
        if _one_in(random, 30):
            text += "undeclared = 1; "
        return "{ " + text + "}"

    return make


def _module_definitions(values: dict[str, Values]) -> Values:
    """Definitions as modules: functions, and sets with imports, options or config."""
    plain = _definitions(values)

    def make(random: Random) -> str:
        form = random.randrange(4)
        if form == 0:
            return f"({{ config, ... }}: {plain(random)})"
        if form == 1:
            return f"{{ imports = [ {plain(random)} {plain(random)} ]; }}"
        if form == 2:
            return f"{{ options.more = mkOption {{ default = 1; }}; config = {plain(random)}; }}"
        return f"{{ config = {_wrapped(plain, 1)(random)}; }}"

    return make


def _options(random: Random) -> Options:
    paths = random.sample((*NAMES, "g.x", "g.y"), random.randint(1, 4))
    free = _kind(random) if _one_in(random, 4) else None
    return Options({path: _kind(random) for path in paths}, free)


def _declaration(random: Random, kind: Kind) -> str:
    more = ""
    if _one_in(random, 2):
        more += f" default = {_wrapped(kind.values, 1)(random)};"
    if _one_in(random, 12):
        more += " readOnly = true;"
    if _one_in(random, 12):
        more += random.choice((" apply = v: [ v ];", " apply = v: v;", ' apply = v: throw "a";'))
    if _one_in(random, 20):
        more += random.choice((" internal = true;", ' description = "d";', " visible = false;"))
    return f"mkOption {{ type = {kind.type};{more} }}"


def _module(random: Random, options: Options, number: int, depth: int = 0) -> str:
    imports = ""
    if depth < 2 and _one_in(random, 4):
        inner = [
            _module(random, options, number * 10 + index, depth + 1)
            for index in range(random.randint(1, 2))
        ]
        imports = f"imports = [ {' '.join(inner)} ]; "
    if _one_in(random, 6):
        imports += f'key = "{random.choice("kl")}"; '
    config = _config(random, options)
    arguments = "config, options, lib"
    if _one_in(random, 8):
        arguments += ", given"
        config = config.replace("config.count", "given")
        config = f"mkMerge [ {{ _module.args.given = 1; }} {config} ]"
    body = f'_file = "m{number}"; {imports}config = {config};'
    return f"({{ {arguments}, ... }}: {{ {body} }})"


def _config(random: Random, options: Options, depth: int = 0) -> str:
    """What one module defines, as a set or properties around sets."""
    form = random.randrange(10) if depth < 2 else 0
    if form == 7:
        inner = " ".join(_config(random, options, depth + 1) for _ in range(2))
        return f"(mkMerge [ {inner} ])"
    if form == 8:
        condition = random.choice(_CONDITIONS[:6])
        return f"(mkIf {condition} {_config(random, options, depth + 1)})"
    if form == 9:
        return f"({random.choice(_PRIORITIES)} {_config(random, options, depth + 1)})"
    text = ""
    for path, kind in options.kinds.items():
        if random.randrange(3):
            text += f"{path} = {_wrapped(_mostly(kind.values))(random)}; "
    if _one_in(random, 4):
        text += f"flag = {_wrapped(_BOOLEANS)(random)}; "
    if _one_in(random, 4):
        text += f"count = {_wrapped(_INTEGERS)(random)}; "
    if options.free is not None and random.randrange(3):
        text += f"free = {_wrapped(_mostly(options.free.values))(random)}; "
    if _one_in(random, 40):
        text += "undeclared = 1; "
    return "{ " + text + "}"
