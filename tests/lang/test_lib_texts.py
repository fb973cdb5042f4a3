"""Files made of values of which some are unknown: the known parts of their texts stay."""

from __future__ import annotations

import pytest

from hmls.lang.combine import as_set, update
from hmls.lang.errors import Unknowable
from hmls.lang.lib.home_manager import additions
from hmls.lang.show import show
from hmls.lang.values import Attrs, Cause, Unknown, UnknownString
from tests.support import evaluate, new_interp, on_evaluation_thread

MISSING = Cause("input", "not in the store")

TEXTS = {
    # packages
    "lib.getExe pkgs.ripgrep": '"${lib.getExe pkgs.ripgrep}"',
    "lib.getExe (pkgs.a.override { })": '"${lib.getExe (pkgs.a.override { })}"',
    'lib.getExe\' pkgs.ripgrep "rg"': '"${lib.getBin pkgs.ripgrep}/bin/rg"',
    "lib.getExe' pkgs.ripgrep config.name": '"${lib.getBin pkgs.ripgrep}/bin/${config.name}"',
    'let f = p: "run ${lib.getExe p} -x"; in f pkgs.a': '"run ${lib.getExe pkgs.a} -x"',
    "[ (lib.hiPrio pkgs.vim) ]": "[ (lib.hiPrio pkgs.vim) ]",
    "lib.licenses.some-license": "lib.licenses.some-license",
    "lib.licenses.mit.spdxId": '"MIT"',
    # lines
    'lib.generators.toINI { } { a = { x = "${pkgs.p}/b"; y = config.y; z = 1; }; }': (
        '"[a]\\nx=${pkgs.p}/b\\ny=${config.y}\\nz=1\\n"'
    ),
    "lib.generators.toINI { } { a = config.a; b.c = 1; }": '"[a]\\n${config.a}\\n[b]\\nc=1\\n"',
    "lib.generators.toINI { listsAsDuplicateKeys = true; } { a = { l = [ 1 config.x ]; }; }": (
        '"[a]\\nl=1\\nl=${config.x}\\n"'
    ),
    'lib.generators.toKeyValue { mkKeyValue = k: v: "${k} ${v}"; } { a = config.x; }': (
        '"a ${config.x}\\n"'
    ),
    'lib.generators.toGitINI { core.pager = "${pkgs.less}/bin/\\"less"; }': (
        '"[core]\\n\\tpager = \\"${pkgs.less}/bin/\\\\\\"less\\"\\n"'
    ),
    "lib.generators.mkValueStringDefault { } config.x": '"${config.x}"',
    # trees
    'lib.generators.toLua { multiline = false; } { a = "${pkgs.p}\\""; b = [ config.x ]; }': (
        '"{ [\\"a\\"] = \\"${pkgs.p}\\\\\\"\\", [\\"b\\"] = { ${config.x} } }"'
    ),
    'lib.generators.toJSON { } { a = "${pkgs.p}\\""; b = config.x; }': (
        '"{\\"a\\":\\"${pkgs.p}\\\\\\"\\",\\"b\\":${config.x}}"'
    ),
    'lib.generators.toPretty { multiline = false; } [ config.x "a${pkgs.p}" ]': (
        '"[ ${config.x} ${"a${pkgs.p}"} ]"'
    ),
    'lib.hm.generators.toHyprconf { attrs = { bind = [ "x ${pkgs.p}" ]; a.b = "${pkgs.q}"; }; }': (
        '"a {\\n  b=${pkgs.q}\\n}\\n\\nbind=x ${pkgs.p}\\n"'
    ),
    'lib.hm.generators.toKDL { } { a = { b = "${pkgs.p}\\""; }; c = 1; }': (
        '"a {\\n\\tb \\"${pkgs.p}\\\\\\"\\"\\n}\\nc 1\\n"'
    ),
    'lib.hm.nushell.toNushell { multiline = false; } [ 1 "${pkgs.p}" ]': (
        '"[ 1 \\"${pkgs.p}\\" ]"'
    ),
    # shells and command lines
    'lib.hm.shell.export "A" "${pkgs.p}/b"': '"export A=\\"${pkgs.p}/b\\""',
    'lib.hm.zsh.define "A" "${pkgs.p}`"': '"A=\\"${pkgs.p}\\\\`\\""',
    'lib.cli.toCommandLineGNU { } { a = "${pkgs.p}"; long = config.n; }': "config.n",
    'lib.cli.toCommandLineGNU { } { a = "${pkgs.p}/x"; b = true; }': '[ "-a${pkgs.p}/x" "-b" ]',
    # ordered entries
    'lib.hm.dag.entryAfter [ "x" ] "run ${pkgs.p}"': (
        '{ after = [ "x" ]; before = [ ]; data = "run ${pkgs.p}"; }'
    ),
    'with lib.hm.dag; topoSort { a = entryAfter [ "b" ] config.x; b = entryAnywhere 1; }': (
        '{ result = [ { data = 1; name = "b"; } { data = config.x; name = "a"; } ]; }'
    ),
    # calls by name
    "lib.callPackageWith pkgs ({ stdenv, n ? 1 }: stdenv) { }": "pkgs.stdenv",
    "(lib.callPackageWith pkgs ({ stdenv, n }: { inherit n; }) { n = 5; }).n": "5",
    # what another version of a library has
    "lib.hm.newer.thing": "lib.hm.newer.thing",
    "lib.hm.dag.newer": "lib.hm.dag.newer",
    "lib.hm.maintainers.alice": "lib.hm.maintainers.alice",
}
UNKNOWABLE = (
    "lib.generators.toINI { } ({ a.b = 1; } // config.x)",
    "lib.generators.toGitINI { a.b = config.x; }",
    "lib.hm.generators.toHyprconf { attrs.a = config.x; }",
    "lib.hm.dag.topoSort { a = config.x; b = lib.hm.dag.entryAnywhere 1; }",
    "with lib.hm.dag; topoSort { a = entryAfter [ config.x ] 1; b = entryAnywhere 1; }",
    "lib.meta.availableOn { } pkgs.p",
    "lib.systems.elaborate config.system",
    "lib.fileset.toList config.x",
    'lib.meta.getLicenseFromSpdxId "No such license"',
    "lib.makeOverridable ({ a }: pkgs.mk a) { a = 1; }",
)


def _evaluate(expression: str) -> object:
    interp = new_interp(lib=True)
    unknown = {name: Unknown(name, MISSING) for name in ("pkgs", "config")}
    return evaluate(
        expression,
        interp=interp,
        variables={
            "lib": update(as_set(interp.lib), Attrs(additions(interp, interp.lib))),
            **unknown,
        },
    )


@pytest.mark.parametrize("expression", TEXTS)
@on_evaluation_thread
def test_known_parts_stay(expression: str) -> None:
    try:
        value = _evaluate(expression)
    except Unknowable as stop:
        value = stop.unknown
    assert show(value) == TEXTS[expression]


@pytest.mark.parametrize("expression", UNKNOWABLE)
@on_evaluation_thread
def test_never_guessed(expression: str) -> None:
    with pytest.raises(Unknowable):
        _evaluate(expression)


@on_evaluation_thread
def test_a_program_is_a_string() -> None:
    value = _evaluate("lib.getExe pkgs.ripgrep")
    assert isinstance(value, UnknownString)
    assert value.cause == MISSING
