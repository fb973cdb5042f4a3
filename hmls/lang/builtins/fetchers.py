"""What comes from outside of the files at hand: it is unknown, and says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang import coerce
from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import NixError
from hmls.lang.force import expect_plain_string, expect_string, force
from hmls.lang.show import show
from hmls.lang.values import Attrs, Cause, Lazy, OpenAttrs, Unknown, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()
FETCH = Cause("fetch", "comes from the network, and nothing is fetched")
FLAKE = Cause("flake", "comes from another flake, and none is fetched")
IMPURE = Cause("impure", "depends on the machine or the time of the evaluation")


def constants(interp: Interp) -> dict[str, Lazy]:
    """What is there in impure evaluation only, and the constants of every evaluation."""
    found: dict[str, Lazy] = {
        "langVersion": 6,
        "nixVersion": "2.34.8",
        "storeDir": "/nix/store",
        "nixPath": [],
    }
    machine = interp.machine
    if machine is not None:
        found["currentSystem"] = machine.system
        found["currentTime"] = machine.time_s
        found["nixPath"] = [
            Attrs({"prefix": prefix, "path": path}) for prefix, path in machine.search_path
        ]
    elif interp.system is not None:
        found["currentSystem"] = interp.system
        found["currentTime"] = Unknown("builtins.currentTime", IMPURE, None, "int")
        found["nixPath"] = Unknown("builtins.nixPath", IMPURE, None, "list")
    return found


@register.with_interp("getEnv")
def get_env(interp: Interp, name: Lazy) -> Value:
    """Empty in pure evaluation, as in a flake."""
    variable = expect_plain_string(name)
    if interp.machine is not None:
        return interp.machine.environment.get(variable, "")
    if interp.system is None:
        return ""
    return Unknown(f'builtins.getEnv "{variable}"', IMPURE, None, "string")


def _unknown(name: str, argument: Lazy, cause: Cause, kind: str) -> Unknown:
    shown = show(argument, 200)
    if " " in shown and not shown.startswith(("{", "[", '"')):
        shown = f"({shown})"
    return Unknown(f"{name} {shown}", cause, None, kind)


def _fetched_file(name: str, argument: Lazy) -> Unknown:
    """What is fetched by an address, or by a set with one. Source: primops/fetchTree.cc, fetch."""
    given = force(argument)
    if isinstance(given, OpenAttrs):
        pass
    elif isinstance(given, Attrs):
        for each in given:
            if each not in ("url", "sha256", "name"):
                raise NixError(f"unsupported argument '{each}' to '{name}'")
            expect_plain_string(given[each])
        if "url" not in given:
            raise NixError("'url' argument required")
    else:
        expect_string(given)
    shown_name = name if name in _PLAIN else f"builtins.{name}"
    return _unknown(shown_name, argument, FETCH, "string")


def _fetched_tree(name: str, argument: Lazy, missing: dict[str, str]) -> Unknown:
    """What is fetched by a set of attributes of which some must not be missing."""
    given = force(argument)
    if not isinstance(given, Attrs):
        coerce.coerce(given)
    elif not isinstance(given, OpenAttrs):
        for needed, message in missing.items():
            if needed not in given:
                raise NixError(message)
    return _unknown(name, argument, FETCH, "set")


_PLAIN = ("fetchTarball",)


@register("fetchurl")
def fetchurl(argument: Lazy) -> Value:
    return _fetched_file("fetchurl", argument)


@register("fetchTarball")
def fetch_tarball(argument: Lazy) -> Value:
    return _fetched_file("fetchTarball", argument)


@register("fetchGit")
def fetch_git(argument: Lazy) -> Value:
    return _fetched_tree("fetchGit", argument, {"url": "input attribute 'url' is missing"})


@register("fetchMercurial")
def fetch_mercurial(argument: Lazy) -> Value:
    return _fetched_tree("fetchMercurial", argument, {"url": "'url' argument required"})


@register("fetchTree")
def fetch_tree(argument: Lazy) -> Value:
    message = "argument 'type' is missing in call to 'fetchTree'"
    return _fetched_tree("fetchTree", argument, {"type": message})


@register("getFlake")
def get_flake(argument: Lazy) -> Value:
    expect_string(argument)
    return _unknown("builtins.getFlake", argument, FLAKE, "set")
