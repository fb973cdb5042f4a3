"""lib.hm.mcp: servers of the Model Context Protocol. Source: Home Manager modules/lib/mcp.nix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import update
from hmls.lang.errors import Unknowable
from hmls.lang.force import (
    MISSING,
    call,
    delayed,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_string,
    force,
    get,
    has,
    names,
    select,
)
from hmls.lang.lib.support import (
    NEEDS_PACKAGES,
    arguments,
    concat,
    function,
    option,
    pattern,
)
from hmls.lang.values import Attrs, Lazy, OpenAttrs, Thunk, Unknown, Value, type_name

if TYPE_CHECKING:
    pass

register = Registry()

_WRAPPER = pattern("pkgs", "name", "server")
_WRAP = pattern("pkgs", "name")
_TRANSFORM = pattern("server", optional=("exclude", "extraTransforms", "mkFileRef"))
_FILE_REFERENCE = function(lambda path: concat("{file:", force(path), "}"))


def _is_file_reference(value: Value) -> bool:
    if isinstance(value, Unknown):
        if value.kind in (None, "set"):
            raise Unknowable(value)
        return False
    return isinstance(value, Attrs) and has(value, "file")


def _environment(server: Attrs) -> Attrs:
    found = get(server, "env")
    return Attrs() if found is MISSING else expect_attrs(found)


@register("renderEnv")
def render_env(mk_file_ref: Lazy, env: Lazy) -> Value:
    """The variables, with references to files as a client writes them."""
    attrs = expect_attrs(env)

    def rendered(lazy: Lazy) -> Value:
        value = force(lazy)
        if not _is_file_reference(value):
            return value
        return call(force(mk_file_ref), select(value, "file"))

    items = {name: Thunk(rendered, lazy) for name, lazy in attrs.items()}
    if isinstance(attrs, OpenAttrs):
        return OpenAttrs(items, attrs.rest, absent=attrs.absent)
    return Attrs(items)


@register("mkEnvFilesWrapper", formals=_WRAPPER)
def mk_env_files_wrapper(given: Lazy) -> Value:
    args = arguments("mkEnvFilesWrapper", _WRAPPER, given)
    name = select(args, "name")
    shown = name if isinstance(name, str) else "…"
    raise Unknowable(Unknown(f"pkgs.writeShellScript mcp-{shown}-wrapper", NEEDS_PACKAGES))


@register("wrapEnvFilesCommand", formals=_WRAP)
def wrap_env_files_command(given: Lazy) -> Value:
    args = arguments("wrapEnvFilesCommand", _WRAP, given)

    def wrap(lazy: Lazy) -> Value:
        server = expect_attrs(lazy)
        env = _environment(server)
        literal = [name for name in names(env) if not _is_file_reference(force(env[name]))]
        if len(literal) == len(env):
            return server
        wrapper = delayed(lambda: mk_env_files_wrapper(update(args, Attrs({"server": server}))))
        kept = Attrs({name: env[name] for name in literal})
        return update(server, Attrs({"command": wrapper, "args": [], "env": kept}))

    return function(wrap)


def _sure(value: Value) -> Value:
    if isinstance(value, Unknown) and value.kind is None:
        raise Unknowable(value)
    return value


def _given(server: Attrs, name: str) -> Value:
    """An attribute, or null where there is none."""
    found = get(server, name)
    return None if found is MISSING else _sure(found)


@register("resolveEnabled")
def resolve_enabled(lazy: Lazy) -> Value:
    server = expect_attrs(lazy)
    enabled = _given(server, "enabled")
    if enabled is not None:
        return enabled
    disabled = _given(server, "disabled")
    return None if disabled is None else not expect_bool(disabled)


@register("addType")
def add_type(lazy: Lazy) -> Value:
    server = expect_attrs(lazy)
    if has(server, "type"):
        return server
    kind = delayed(lambda: "stdio" if _given(server, "url") is None else "http")
    return update(server, Attrs({"type": kind}))


def _url(server: Attrs) -> Value:
    url = _given(server, "url")
    return _given(server, "serverUrl") if url is None else url


@register("transformMcpServer", formals=_TRANSFORM)
def transform_mcp_server(given: Lazy) -> Value:
    """A server as a client's configuration names it, without what is empty."""
    args = arguments("transformMcpServer", _TRANSFORM, given)
    server = expect_attrs(select(args, "server"))
    added = {
        "enabled": delayed(lambda: resolve_enabled(server)),
        "url": delayed(lambda: _url(server)),
    }
    current: Value = update(server, Attrs(added))
    for transform in expect_list(option(args, "extraTransforms", [])):
        current = call(force(transform), current)
    transformed = expect_attrs(current)
    found = transformed
    if has(transformed, "env"):
        mk_file_ref = option(args, "mkFileRef", _FILE_REFERENCE)
        env = delayed(lambda: render_env(mk_file_ref, select(transformed, "env")))
        found = expect_attrs(update(transformed, Attrs({"env": env})))
    excluded = [expect_string(name) for name in expect_list(option(args, "exclude", []))]
    left_out = ("disabled", "serverUrl", *excluded)
    kept = [name for name in names(found) if name not in left_out and not _is_empty(found[name])]
    return Attrs({name: found[name] for name in kept})


def _is_empty(lazy: Lazy) -> bool:
    value = _sure(force(lazy))
    if value is None:
        return True
    match type_name(value):
        case "list":
            return not expect_list(value)
        case "set":
            return not names(expect_attrs(value))
    return False
