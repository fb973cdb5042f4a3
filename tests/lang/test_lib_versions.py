"""Names of lib that are not known here: unknown, or from the source of the nixpkgs in use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hmls.lang.budget import limited
from hmls.lang.disk import DiskReader
from hmls.lang.errors import GaveUp, NixError, Unknowable
from hmls.lang.force import force
from hmls.lang.interp import Interp
from hmls.lang.lib import SubLibrary, make_lib
from hmls.lang.show import show
from hmls.lang.values import Unknown
from tests.support import evaluate, new_interp, on_evaluation_thread, write_files


def value_of(text: str, interp: Interp) -> Any:
    return evaluate(text, interp=interp, variables={"lib": interp.lib})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lib.newFunction", "lib.newFunction"),
        ("lib.strings.newFunction", "lib.strings.newFunction"),
        ("let inherit (lib) newFunction; in newFunction", "lib.newFunction"),
        ("with lib; newFunction", "lib.newFunction"),
        ("(lib // { mine = 1; }).newFunction", "lib.newFunction"),
        ("(lib.extend (final: prev: { mine = 1; })).newFunction", "lib.newFunction"),
        ("(lib.extend (final: prev: { mine = 1; })).strings.new", "lib.strings.new"),
        ("lib.maintainers.someone", "lib.maintainers.someone"),
    ],
)
@on_evaluation_thread
def test_another_name_is_unknown(text: str, expected: str) -> None:
    value = value_of(text, new_interp(lib=True))
    assert isinstance(value, Unknown)
    assert value.text == expected
    assert value.cause.kind == "lib"


@pytest.mark.parametrize(
    "text",
    ["lib ? newFunction", "lib.newFunction or 1", "builtins.attrNames lib", "lib.version == 1"],
)
@on_evaluation_thread
def test_whether_there_is_another_name_is_unknown(text: str) -> None:
    with pytest.raises(Unknowable):
        value_of(text, new_interp(lib=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("let package = 1; in with lib; package", "1"),
        ("with { package = 1; }; with lib; package", "1"),
        ("with lib; with { package = 1; }; package", "1"),
        ("with { package = 1; }; with lib // { mine = 2; }; [ package mine ]", "[ 1 2 ]"),
        ("lib ? mapAttrs", "true"),
        ("lib.mapAttrs or 1 == 1", "false"),
        ("(lib.extend (final: prev: { a = 1; })) ? __unfix__", "true"),
        ("lib ? __unfix__", "false"),
    ],
)
@on_evaluation_thread
def test_lib_hides_no_other_names(text: str, expected: str) -> None:
    assert show(value_of(text, new_interp(lib=True))) == expected


SOURCE = {
    ".version": "31.05\n",
    "default.nix": """
        let
          lib = {
            newFunction = x: lib.strings.newer "new ${x}";
            strings = import ./strings.nix { inherit lib; };
            systems.doubles.all = [ "of-this-release" ];
            trivial = { codeName = "Quokka"; oldestSupportedRelease = 3011; };
            types = import ./types.nix { inherit lib; };
            ofTypes = lib.types.known;
          };
        in
        lib
    """,
    "strings.nix": '{ lib }: { newer = x: "newer ${x}"; toUpper = throw "native"; }',
    "types.nix": 'throw "the native ones are used"',
}


def interp_with_source(folder: Path) -> Interp:
    write_files(str(folder), SOURCE)
    types = SubLibrary("types", lambda _interp, _lib: {"known": "native"}, ("known",))
    return Interp(DiskReader(), lib=lambda interp: make_lib(interp, [types], str(folder)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('lib.newFunction "x"', '"newer new x"'),
        ('lib.strings.newer "x"', '"newer x"'),
        ('lib.toUpper "x"', '"X"'),
        ('lib.strings.toUpper "x"', '"X"'),
        ('with lib; newFunction "x"', '"newer new x"'),
        ("with { package = 1; }; with lib; package", "1"),
        ("[ (lib ? newFunction) (lib ? other) (lib.strings ? newer) (lib.strings ? other) ]",
         "[ true false true false ]"),
        ("lib.other or 1", "1"),
        ("lib.newFunction or 1 == 1", "false"),
        ("lib.platforms.all", '[ "of-this-release" ]'),
        ('(lib.extend (final: prev: { mine = prev.newFunction "x"; })).mine', '"newer new x"'),
        ('(lib // { mine = 1; }).newFunction "x"', '"newer new x"'),
        ("({ newFunction = 1; a = 2; } // lib).a", "2"),
        ('({ newFunction = 1; } // lib).newFunction "x"', '"newer new x"'),
        ("[ lib.known lib.types.known lib.ofTypes ]", '[ "native" "native" "native" ]'),
        ("lib.types.other", "lib.types.other"),
        ("[ lib.trivial.release lib.trivial.codeName ]", '[ "31.05" "Quokka" ]'),
        ("lib.oldestSupportedReleaseIsAtLeast 2411", "true"),
        ("lib.oldestSupportedReleaseIsAtLeast 3105", "false"),
        ("lib.version", '"31.05${lib.trivial.versionSuffix}"'),
        (
            '(lib.extend (f: p: { trivial = p.trivial // { versionSuffix = ".x"; }; })).version',
            '"31.05.x"',
        ),
    ],
)  # fmt: skip
@on_evaluation_thread
def test_another_name_comes_from_the_source(text: str, expected: str, tmp_path: Path) -> None:
    assert show(value_of(text, interp_with_source(tmp_path))) == expected


@on_evaluation_thread
def test_a_name_that_the_source_lacks_is_an_error(tmp_path: Path) -> None:
    interp = interp_with_source(tmp_path)
    with pytest.raises(NixError, match="attribute 'other' missing"):
        value_of("lib.other", interp)
    with pytest.raises(NixError, match="attribute 'other' missing"):
        value_of("lib.strings.other", interp)
    with pytest.raises(NixError, match="undefined variable 'other'"):
        value_of("with lib; other", interp)


@on_evaluation_thread
def test_the_environment_is_that_of_a_pure_evaluation() -> None:
    assert value_of("lib.inPureEvalMode", new_interp(lib=True)) is True
    impure = new_interp(lib=True, system="x86_64-linux")
    assert value_of("lib.inPureEvalMode", impure) is False


@on_evaluation_thread
def test_warnings_are_kept() -> None:
    interp = new_interp(lib=True)
    force(value_of('lib.warn "one" (lib.warnIf true "two" (lib.fold (a: b: b) 1 [ ]))', interp))
    assert len(interp.traces) == 3
    assert [message.rpartition(" ")[2] for message in interp.traces][:2] == ["one", "two"]


@pytest.mark.parametrize(
    "text",
    [
        "lib.range 1 1000000000000",
        "lib.replicate 1000000000000 1",
        "lib.genList lib.id (-1 + 1000000000000)",
    ],
)
@on_evaluation_thread
def test_a_list_past_the_budget_is_not_made(text: str) -> None:
    interp = new_interp(lib=True)
    with pytest.raises(GaveUp), limited(1_000_000):
        value_of(text, interp)
