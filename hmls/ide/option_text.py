"""What is told of an option wherever one is described: in hovers and in completion."""

from __future__ import annotations

from collections.abc import Iterator

from hmls.catalog.documents import MARKDOWN
from hmls.catalog.lookup import Found, MovedOption
from hmls.catalog.table import Table
from hmls.homes.offered import is_own
from hmls.ide.markup import plain_markdown
from hmls.lang.values import quote_attribute
from hmls.syntax.attrpath import ELEMENT

_MAX_CODE = 900
_MAX_INLINE = 72


def dotted(path: tuple[str, ...]) -> str:
    """A path of options as Nix code."""
    return ".".join(name if name == ELEMENT else quote_attribute(name) for name in path)


def about_option(found: Found, table: Table) -> Iterator[str]:
    """Paragraphs of Markdown: the description, the default, an example, and flags."""
    if found.description:
        yield plain_markdown(found.description)
    if found.read_only:
        yield "**read-only**: only its own module may set it"
    if found.default is not None:
        yield _code("Default", found.default)
    if found.example:
        yield _code("Example", found.example)
    if not is_own(table) and not table.exact:
        yield f"*as in {table.label}, which comes with hmls*"


def about_moved(moved: MovedOption) -> str:
    """A paragraph on an option that is no more."""
    if moved.target is not None:
        told = f"**Deprecated**: use `{dotted(moved.target)}`"
    else:
        told = "**Removed**"
    return f"{told}\n\n{plain_markdown(moved.note)}" if moved.note else told


def _code(title: str, text: str) -> str:
    if text.startswith(MARKDOWN):
        return f"{title}: {plain_markdown(text.removeprefix(MARKDOWN).strip())}"
    text = text.strip()
    if "\n" not in text and len(text) <= _MAX_INLINE and "`" not in text:
        return f"{title}: `{text}`"
    if len(text) > _MAX_CODE:
        text = text[:_MAX_CODE] + "…"
    fence = "````" if "```" in text else "```"
    return f"{title}:\n{fence}nix\n{text}\n{fence}"
