"""Hover, and which target it puts first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from hmls.server.convert import lines_of, path_of_uri, uri_of_path

if TYPE_CHECKING:
    from hmls.homes.workspace import View
    from hmls.ide.hover import Hover
    from hmls.server.app import Server


def register(server: Server) -> None:
    session = server.session

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        path = path_of_uri(params.text_document.uri)
        if path is None:
            return None

        def work(view: View) -> tuple[lsp.Hover | None, bool]:
            """The hover, and whether it is all that there is to say."""
            from hmls.ide.hover import hover
            from hmls.ide.hover.text import without_tables

            lines = lines_of(view, path)
            offset = session.converter.offset(lines, params.position)
            if session.leaves_hover(view, path, offset):
                return None, True
            root = view.snapshot.root_of(path)
            found = hover(view, path, offset, None if root is None else session.focused(root))
            if found is None:
                return None, True
            text = markdown(view, found)
            if not session.can_tables:
                text = without_tables(text)
            content = lsp.MarkupContent(lsp.MarkupKind.Markdown, text)
            span = session.converter.range(lines, found.start, found.end)
            return lsp.Hover(content, span), not found.gave_up

        found = await session.ask_patiently(work, path=path, is_whole=lambda each: each[1])
        return None if found is None else found[0]


def markdown(view: View, found: Hover) -> str:
    """The text with its links: a `file:` URI with the line as its fragment, as editors open it."""
    parts: list[Any] = []
    for part in found.parts:
        if isinstance(part, str):
            parts.append(part)
            continue
        line = lines_of(view, part.place.path).line_of(part.place.start) + 1
        # A parenthesis would end the link.
        uri = uri_of_path(part.place.path).replace("(", "%28").replace(")", "%29")
        parts.append(f"[{part.text}]({uri}#L{line})")
    return "".join(parts).rstrip() + "\n"
