"""What comes from outside of the files at hand: it is unknown, and says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.force import expect_plain_string
from hmls.lang.show import show
from hmls.lang.values import Cause, Lazy, Unknown, Value

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
    if interp.system is not None:
        found["currentSystem"] = interp.system
        found["currentTime"] = Unknown("builtins.currentTime", IMPURE, None, "int")
        found["nixPath"] = Unknown("builtins.nixPath", IMPURE, None, "list")
    return found


@register.with_interp("getEnv")
def get_env(interp: Interp, name: Lazy) -> Value:
    """Empty in pure evaluation, as in a flake."""
    variable = expect_plain_string(name)
    if interp.system is None:
        return ""
    return Unknown(f'builtins.getEnv "{variable}"', IMPURE, None, "string")


def _unknown(name: str, argument: Lazy, cause: Cause, kind: str) -> Unknown:
    shown = show(argument, 200)
    if " " in shown and not shown.startswith(("{", "[", '"')):
        shown = f"({shown})"
    return Unknown(f"{name} {shown}", cause, None, kind)


@register("fetchurl")
def fetchurl(argument: Lazy) -> Value:
    return _unknown("builtins.fetchurl", argument, FETCH, "string")


@register("fetchTarball")
def fetch_tarball(argument: Lazy) -> Value:
    return _unknown("fetchTarball", argument, FETCH, "string")


@register("fetchGit")
def fetch_git(argument: Lazy) -> Value:
    return _unknown("fetchGit", argument, FETCH, "set")


@register("fetchMercurial")
def fetch_mercurial(argument: Lazy) -> Value:
    return _unknown("fetchMercurial", argument, FETCH, "set")


@register("fetchTree")
def fetch_tree(argument: Lazy) -> Value:
    return _unknown("fetchTree", argument, FETCH, "set")


@register("getFlake")
def get_flake(argument: Lazy) -> Value:
    return _unknown("builtins.getFlake", argument, FLAKE, "set")


@register("parseFlakeRef")
def parse_flake_ref(argument: Lazy) -> Value:
    return _unknown("builtins.parseFlakeRef", argument, FLAKE, "set")


@register("flakeRefToString")
def flake_ref_to_string(argument: Lazy) -> Value:
    return _unknown("builtins.flakeRefToString", argument, FLAKE, "string")
