"""lib.hm.shell and zsh: words of scripts. Source: Home Manager modules/lib/{shell,zsh}.nix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.errors import Unknowable
from hmls.lang.force import (
    call,
    delayed,
    expect_attrs,
    expect_list,
    expect_string,
    force,
    get_lazy,
    names,
    select,
)
from hmls.lang.lib.support import (
    arguments,
    concat,
    is_string,
    join,
    library,
    map_known,
    option,
    part,
    part_of,
    pattern,
    to_text,
)
from hmls.lang.values import Attrs, Lazy, Unknown, Value, type_name

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()
zsh = Registry()

_INTEGRATION = pattern("config", optional=("baseName", "extraDescription"))
_INDENT = pattern(optional=("indent",))
_WIDTH = 78


@register("export")
def export(name: Lazy, value: Lazy) -> Value:
    return concat("export ", part(lambda: force(name)), '="', _exported(value), '"')


def _exported(lazy: Lazy) -> Value:
    value = part(lambda: force(lazy))
    if value is True or value is False:
        return "true" if value else "false"
    return to_text(value)


def _pairs(variables: Lazy) -> list[tuple[str, Value]]:
    """Name and value of all variables but those that are null."""
    attrs = expect_attrs(variables)
    found: list[tuple[str, Value]] = []
    for name in names(attrs):
        value = force(attrs[name])
        if isinstance(value, Unknown) and value.kind is None:
            raise Unknowable(value)
        if value is not None:
            found.append((name, value))
    return found


@register("exportAll")
def export_all(variables: Lazy) -> Value:
    return join("\n", [export(name, value) for name, value in _pairs(variables)])


@register("prependToVar")
def prepend_to_var(separator: Lazy, name: Lazy, values: Lazy) -> Value:
    between, variable = expect_string(separator), force(name)
    new = join(between, [part_of(force, value) for value in expect_list(values)])
    return concat(new, "${", variable, ":+", between, "}$", variable)


def _length(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))


@register("wrapLines")
def wrap_lines(items: Lazy, width: Lazy) -> Value:
    """Words on lines of at most a width, where they fit."""
    finished: list[Lazy] = []
    line = ""
    for item in expect_list(items):
        word = expect_string(item)
        longer = f"{line} {word}" if line else word
        if _length(longer) <= force(width):
            line = longer
        else:
            finished.append(line)
            line = word
    return [*finished, line] if line else finished


@register.with_interp("formatShellArrayContent")
def format_shell_array_content(interp: Interp, items: Lazy) -> Value:
    """What stands between the parentheses of an array."""
    escape = library(interp, "strings", "escapeShellArg")
    quoted: list[Lazy] = [call(escape, item) for item in expect_list(items)]
    lines = wrap_lines(quoted, _WIDTH)
    return concat("\n  ", join("\n  ", lines), "\n")


def _shell_integration(interp: Interp, name: str, given: Lazy) -> Value:
    args = arguments("mkShellIntegrationOption", _INTEGRATION, given)
    config = get_lazy(args, "config")

    def attribute() -> str:
        return f"enable{expect_string(option(args, 'baseName', name))}Integration"

    def default() -> Value:
        value = force(config)
        for name in ("home", "shell", attribute()):
            # Of an unknown config it stays known which option of it this is.
            is_unknown = isinstance(value, Unknown)
            value = value.select(name) if is_unknown else select(expect_attrs(value), name)
        return value

    def description() -> Value:
        extra = expect_string(option(args, "extraDescription", ""))
        return f"Whether to enable {name} integration." + (f"\n\n{extra}" if extra else "")

    literal = library(interp, "options", "literalMD")
    declared = Attrs(
        {
            "default": delayed(default),
            "defaultText": delayed(lambda: call(literal, f"[](#opt-home.shell.{attribute()})")),
            "example": False,
            "description": delayed(description),
            "type": delayed(lambda: library(interp, "types", "bool")),
        }
    )
    return call(library(interp, "options", "mkOption"), declared)


@register.with_interp("mkBashIntegrationOption", formals=_INTEGRATION)
def mk_bash_integration_option(interp: Interp, given: Lazy) -> Value:
    return _shell_integration(interp, "Bash", given)


@register.with_interp("mkFishIntegrationOption", formals=_INTEGRATION)
def mk_fish_integration_option(interp: Interp, given: Lazy) -> Value:
    return _shell_integration(interp, "Fish", given)


@register.with_interp("mkIonIntegrationOption", formals=_INTEGRATION)
def mk_ion_integration_option(interp: Interp, given: Lazy) -> Value:
    return _shell_integration(interp, "Ion", given)


@register.with_interp("mkNushellIntegrationOption", formals=_INTEGRATION)
def mk_nushell_integration_option(interp: Interp, given: Lazy) -> Value:
    return _shell_integration(interp, "Nushell", given)


@register.with_interp("mkZshIntegrationOption", formals=_INTEGRATION)
def mk_zsh_integration_option(interp: Interp, given: Lazy) -> Value:
    return _shell_integration(interp, "Zsh", given)


def _zsh_quote(text: str) -> str:
    return "".join(["\\" + char if char in '\\"`' else char for char in text])


@zsh.with_interp("toZshValue")
def to_zsh_value(interp: Interp, lazy: Lazy) -> Value:
    value = part(lambda: force(lazy))
    if value is True or value is False:
        return "true" if value else "false"
    if is_string(value):
        return concat('"', map_known(value, _zsh_quote), '"')
    kind = type_name(value)
    if kind == "unknown":
        return concat(value)
    if kind == "list":
        items = [to_text(item) for item in expect_list(value)]
        return concat("(", part(lambda: format_shell_array_content(interp, items)), ")")
    return concat('"', to_text(value), '"')


@zsh.with_interp("define")
def define(interp: Interp, name: Lazy, value: Lazy) -> Value:
    return concat(force(name), "=", part(lambda: to_zsh_value(interp, value)))


@zsh.with_interp("defineAll")
def define_all(interp: Interp, variables: Lazy) -> Value:
    attrs = expect_attrs(variables)
    return join("\n", [define(interp, name, attrs[name]) for name in names(attrs)])


@zsh.with_interp("export")
def zsh_export(interp: Interp, name: Lazy, value: Lazy) -> Value:
    return concat("export ", define(interp, name, value))


@zsh.with_interp("exportAll")
def zsh_export_all(interp: Interp, variables: Lazy, given: Lazy) -> Value:
    indent = expect_string(option(arguments("exportAll", _INDENT, given), "indent", ""))
    lines = [zsh_export(interp, name, value) for name, value in _pairs(variables)]
    return join(f"\n{indent}", lines)
