"""Flake references as sets and as text, where the form is one of the common ones.

Others are unknown, and errors are left to Nix. Source: nix src/libflake/flakeref.cc;
src/libfetchers/{indirect,github,git,path,tarball}.cc.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import NixError
from hmls.lang.force import expect_attrs, expect_plain_string, force
from hmls.lang.show import show
from hmls.lang.values import Attrs, Cause, Lazy, Unknown, Value, type_phrase

register = Registry()
FORM = Cause("flake", "is a form of flake reference that is not understood here")
_REVISION = re.compile(r"[0-9a-f]{40}")
_ID = r"[a-zA-Z][a-zA-Z0-9_-]*"
_INDIRECT = re.compile(
    rf"(?:flake:)?({_ID})"
    r"(?:/([a-zA-Z0-9@][a-zA-Z0-9_.@-]*)(?:/([0-9a-f]{40}))?)?"
)
_SHORT = re.compile(r"[^:]*(?:/|$)")
_FORGE = re.compile(r"(github|gitlab|sourcehut):([~\w.%-]+)/([\w.-]+)(?:/([\w./-]*\w))?")
_GIT = re.compile(r"git\+((?:https?|ssh|file)://[\w@:./~-]+)|(git://[\w@:./~-]+)")
_TARBALL = re.compile(r"(?:tarball\+)?(https?://[\w@:./~-]+)")
_PATH = re.compile(r"(?:path:)?(/[\w./~-]*)")
_QUERY = re.compile(r"[a-z]+=[\w./~-]+(?:&[a-z]+=[\w./~-]+)*")
_QUERY_NAMES = {
    "indirect": ("dir",),
    "github": ("dir", "host"),
    "gitlab": ("dir", "host"),
    "sourcehut": ("dir", "host"),
    "git": ("dir", "ref"),
    "tarball": (),
    "path": (),
}
"""What may stand after the question mark and is kept as it is."""
_FORGES = ("github", "gitlab", "sourcehut")


@register("parseFlakeRef")
def parse_flake_ref(argument: Lazy) -> Value:
    text = expect_plain_string(argument)
    base, mark, query = text.partition("?")
    found = _parsed(base)
    if base.startswith("/") or _SHORT.match(base):
        # Without a scheme a query is part of a path.
        found = None if mark else found
    if found is not None and (not mark or _QUERY.fullmatch(query)):
        for pair in filter(None, query.split("&")):
            name, _, value = pair.partition("=")
            if name == "ref" and found["type"] in _FORGES and not {"ref", "rev"} & found.keys():
                if _REVISION.fullmatch(value):
                    break
            elif name not in _QUERY_NAMES[found["type"]]:
                break
            if name in found:
                break
            found[name] = value
        else:
            return Attrs(dict(sorted(found.items())))
    return Unknown(f"builtins.parseFlakeRef {show(text)}", FORM, None, "set")


def _parsed(base: str) -> dict[str, str] | None:
    """The attributes of a reference without its query."""
    if (match := _INDIRECT.fullmatch(base)) is not None:
        name, second, third = match.groups()
        return {"type": "indirect", "id": name, **_revision(second), **_revision(third)}
    if (match := _FORGE.fullmatch(base)) is not None:
        kind, owner, repo, rest = match.groups()
        return {"type": kind, "owner": unquote(owner), "repo": repo, **_revision(rest)}
    if (match := _GIT.fullmatch(base)) is not None:
        return {"type": "git", "url": match.group(1) or match.group(2)}
    if (match := _TARBALL.fullmatch(base)) is not None:
        return {"type": "tarball", "url": match.group(1)}
    if (match := _PATH.fullmatch(base)) is not None:
        return {"type": "path", "path": match.group(1)}
    return None


def _revision(text: str | None) -> dict[str, str]:
    if not text:
        return {}
    return {"rev" if _REVISION.fullmatch(text) else "ref": text}


@register("flakeRefToString")
def flake_ref_to_string(argument: Lazy) -> Value:
    attrs = expect_attrs(argument)
    found: dict[str, str] = {}
    for name in sorted(attrs):
        value = force(attrs[name])
        if isinstance(value, Unknown):
            return _unknown_text(argument)
        if not isinstance(value, str | int):
            raise NixError(
                "flake reference attribute sets may only contain integers, Booleans, and "
                f"strings, but attribute '{name}' is {type_phrase(value)}"
            )
        if not isinstance(value, str):
            return _unknown_text(argument)
        found[name] = str(value)
    if "type" not in found:
        raise NixError("'type' attribute to specify input scheme is required but not provided")
    text = _text(found)
    return _unknown_text(argument) if text is None else text


def _unknown_text(argument: Lazy) -> Unknown:
    return Unknown(f"builtins.flakeRefToString {show(argument, 200)}", FORM, None, "string")


def _text(found: Mapping[str, str]) -> str | None:
    """The reference, or None for what is not one of the common forms."""
    kind = found["type"]
    rest = {name: value for name, value in found.items() if name != "type"}
    version = [rest.pop(name) for name in ("ref", "rev") if name in rest]
    if kind == "indirect" and "id" in rest:
        base = "/".join(("flake:" + rest.pop("id"), *version))
    elif kind in _FORGES and {"owner", "repo"} <= rest.keys() and len(version) < 2:
        owner, repo = rest.pop("owner"), rest.pop("repo")
        base = "/".join(
            (f"{kind}:{quote(owner, safe='~')}", repo, *(quote(v, safe="") for v in version))
        )
    elif kind == "path" and "path" in rest and not version:
        base = "path:" + quote(rest.pop("path"), safe="/~@:")
    else:
        return None
    if rest.keys() - set(_QUERY_NAMES[kind]) or not all(map(_plain, (base[6:], *rest.values()))):
        return None
    return base + ("?" if rest else "") + "&".join(f"{n}={v}" for n, v in sorted(rest.items()))


def _plain(text: str) -> bool:
    return re.fullmatch(r"[\w./~:%@-]+", text, re.ASCII) is not None
