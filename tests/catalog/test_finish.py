"""Residuals with what a configuration says: an unknown operand makes an unknown value."""

from __future__ import annotations

import pytest

from hmls.catalog.finish import Scope, finish
from hmls.catalog.residual import Residual
from hmls.lang.errors import Unknowable
from hmls.lang.force import force
from hmls.lang.values import Attrs, Cause, Unknown, UnknownChoice
from hmls.modules.definitions import may_be_property
from tests.support import new_interp, on_evaluation_thread

_PACKAGE = Cause("package", "nixpkgs is not evaluated here")
_PACKAGES = Unknown("pkgs", _PACKAGE)


def _value(found: Residual) -> object:
    interp = new_interp(lib=True)
    roots = {"pkgs": _PACKAGES, "config": Attrs({"none": None})}
    try:
        return force(finish(found, Scope(interp, interp.lib, roots, lambda _name: None, _PACKAGE)))
    except Unknowable as stop:
        return stop.unknown


@pytest.mark.parametrize("operator", ["==", "!="])
@on_evaluation_thread
def test_a_package_may_be_null(operator: str) -> None:
    """`pkgs.glibcLocales` is null on macOS, and `if … then pkgs.a else null` may be anywhere."""
    plain = ["ref", "pkgs", "glibcLocales"]
    chosen = ["if", ["==", ["ref", "pkgs", "a", "version"], "1"], None, plain]
    for package in (plain, chosen):
        assert isinstance(_value([operator, package, None]), Unknown)
        assert isinstance(_value([operator, None, package]), Unknown)
    assert _value([operator, ["ref", "config", "none"], None]) is (operator == "==")


@pytest.mark.parametrize(
    ("side", "may_be"),
    [
        ({"A": "1"}, False),
        ("text", False),
        (["mkOverride", 50, "text"], True),
        (["?", "«error: no»"], True),
        (["ref", "pkgs", "a"], False),
    ],
)
@on_evaluation_thread
def test_one_of_two_is_a_property_if_a_side_is(side: Residual, *, may_be: bool) -> None:
    condition = ["==", ["ref", "pkgs", "a", "version"], "1"]
    for sides in ((side, None), (None, side)):
        choice = _value(["if", condition, *sides])
        assert isinstance(choice, UnknownChoice)
        assert may_be_property(choice) is may_be
