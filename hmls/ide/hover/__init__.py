"""Hover: what the thing at a position is, as Markdown."""

from __future__ import annotations

from typing import assert_never

from hmls.homes.mentions import Mention, Names
from hmls.homes.workspace import View
from hmls.ide.hover.files import about_file, about_input
from hmls.ide.hover.functions import about_free, about_inherited, about_known
from hmls.ide.hover.names import about_argument, about_attribute, about_local, about_mention
from hmls.ide.hover.option import about_declaration, about_loose_option, beside_value
from hmls.ide.hover.package import about_free_package, about_package
from hmls.ide.hover.setting import about_setting
from hmls.ide.hover.text import Hover, Link, Parts
from hmls.ide.subject import (
    Attribute,
    FileName,
    FreeName,
    InputName,
    Local,
    OptionName,
    SettingName,
    subject_at,
)
from hmls.syntax.attrpath import ELEMENT


def hover(view: View, path: str, offset: int, focus: str | None = None) -> Hover | None:
    """What is at a byte offset. `focus` is the target whose value comes first."""
    repository, source = view.repository(path), view.source(path)
    if repository is None or source is None:
        return None
    subject = subject_at(repository, Names.of(repository), path, source, offset)
    if subject is None:
        return None
    parts: Parts | None
    match subject:
        case Mention():
            parts = about_mention(repository, subject)
            return None if parts is None else Hover(tuple(parts), subject.start, subject.end)
        case SettingName():
            is_element = ELEMENT in subject.path
            parts = None if is_element else about_setting(repository, path, subject, focus)
            if parts is None:
                parts = about_declaration(repository, path, subject)
            else:
                parts += beside_value(repository, path, subject)
        case OptionName():
            parts = about_loose_option(repository, path, subject)
        case Local(binder=binder) if binder.kind in ("formal", "argument"):
            parts = about_argument(repository, path, subject, focus)
        case Local():
            parts = about_inherited(subject) or about_local(repository, path, subject, focus)
        case Attribute():
            parts = (
                about_attribute(repository, path, subject)
                or about_known(subject)
                or about_package(repository, subject)
            )
        case InputName():
            parts = about_input(repository, subject.name)
        case FileName():
            parts = about_file(repository, subject.target)
        case FreeName():
            parts = about_free_package(repository, subject) or about_free(subject)
        case _:
            assert_never(subject)
    return Hover(tuple(parts), subject.span.start, subject.span.end) if parts else None


__all__ = ["Hover", "Link", "hover"]
