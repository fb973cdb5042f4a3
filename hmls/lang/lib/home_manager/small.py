"""lib.hm.assertions, darwin and git. Source: Home Manager modules/lib."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.force import (
    delayed,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_string,
    force,
    select,
)
from hmls.lang.lib.support import concat, equal_to
from hmls.lang.values import Attrs, Lazy, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

assertions = Registry()
darwin = Registry()
git = Registry()

_INTERVALS: dict[str, tuple[dict[str, int], ...]] = {
    "hourly": ({"Minute": 0},),
    "daily": ({"Hour": 0, "Minute": 0},),
    "weekly": ({"Weekday": 1, "Hour": 0, "Minute": 0},),
    "monthly": ({"Day": 1, "Hour": 0, "Minute": 0},),
    "semiannually": tuple({"Month": m, "Day": 1, "Hour": 0, "Minute": 0} for m in (1, 7)),
    "annually": ({"Month": 1, "Day": 1, "Hour": 0, "Minute": 0},),
}
_SHOWN = ", ".join(_INTERVALS)


def _host_platform(pkgs: Lazy) -> Attrs:
    stdenv = expect_attrs(select(expect_attrs(pkgs), "stdenv"))
    return expect_attrs(select(stdenv, "hostPlatform"))


@assertions("assertPlatform")
def assert_platform(module: Lazy, pkgs: Lazy, platforms: Lazy) -> Value:
    def holds() -> Value:
        system = select(_host_platform(pkgs), "system")
        return any(equal_to(system, expect_string(item)) for item in expect_list(platforms))

    def message() -> Value:
        lines = [f"  - {name}" for name in sorted(map(expect_string, expect_list(platforms)))]
        name = coerce.interpolate(force(module))
        return (
            f"The module {name} does not support your platform. It only supports\n\n"
            + "\n".join(lines)
        )

    return Attrs({"assertion": delayed(holds), "message": delayed(message)})


@darwin("mkCalendarInterval")
def mk_calendar_interval(frequency: Lazy) -> Value:
    """The times of launchd for a word such as `daily`, or null."""
    times = _INTERVALS.get(expect_string(frequency))
    return None if times is None else [Attrs(time) for time in times]


@darwin("assertInterval")
def assert_interval(option: Lazy, interval: Lazy, pkgs: Lazy) -> Value:
    def holds() -> Value:
        if not expect_bool(select(_host_platform(pkgs), "isDarwin")):
            return True
        return any(equal_to(force(interval), name) for name in _INTERVALS)

    message = delayed(lambda: concat("On Darwin, ", force(option), f" must be one of: {_SHOWN}."))
    return Attrs({"assertion": delayed(holds), "message": message})


def darwin_constants(_interp: Interp) -> dict[str, Lazy]:
    return {
        "intervalDocumentation": (
            f"On Darwin, it must be one of: {_SHOWN}, which are implemented as defined in "
            "{manpage}`systemd.time(7)`.\n"
        )
    }


@git("diffPagerConfig")
def diff_pager_config(command: Lazy) -> Value:
    return Attrs({"pager": Attrs({"diff": command, "log": command, "show": command})})
