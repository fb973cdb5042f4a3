"""Code lenses over LSP: deployments at once, what takes evaluating when it is in view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from hmls.server.convert import lines_of, path_of_uri, uri_of_path

if TYPE_CHECKING:
    from hmls.homes.workspace import View
    from hmls.ide.code_lens import Lens
    from hmls.server.app import Server
    from hmls.syntax.text import LineIndex

_NO_COMMAND = ""
"""What a lens that only tells something runs."""


def register(server: Server) -> None:
    session = server.session

    @server.feature(lsp.TEXT_DOCUMENT_CODE_LENS)
    async def code_lens(params: lsp.CodeLensParams) -> list[lsp.CodeLens] | None:
        from hmls.server.engine import Priority

        path = path_of_uri(params.text_document.uri)
        if path is None:
            return None

        def work(view: View) -> list[lsp.CodeLens]:
            from hmls.ide.code_lens import deployment_lenses, override_lenses

            root = view.snapshot.root_of(path)
            focus = None if root is None else session.focused(root)
            lines = lines_of(view, path)
            found = deployment_lenses(view, path, focus) if session.trusted else []
            found += override_lenses(view, path)
            return [_lens(server, view, path, lines, lens) for lens in found]

        return await session.ask_patiently(work, Priority.FILE, path=path)


def _lens(server: Server, view: View, path: str, lines: LineIndex, lens: Lens) -> lsp.CodeLens:
    where = server.session.converter.range(lines, lens.start, lens.end)
    return lsp.CodeLens(where, _command(server, view, path, where, lens))


def _command(server: Server, view: View, path: str, where: lsp.Range, lens: Lens) -> lsp.Command:
    if lens.command is not None:
        arguments: list[Any] = [dict(lens.command.argument)]
        return lsp.Command(lens.title, f"hmls.{lens.command.name}", arguments=arguments)
    if not lens.places or not server.abilities.references:
        return lsp.Command(lens.title, _NO_COMMAND)
    locations = [server.session.converter.location(view, place) for place in lens.places]
    shown: list[Any] = [
        uri_of_path(path),
        _position(where.start),
        [{"uri": location.uri, "range": _range(location.range)} for location in locations],
    ]
    return lsp.Command(lens.title, "hmls.showReferences", arguments=shown)


def _range(found: lsp.Range) -> dict[str, Any]:
    """Arguments of commands go out as they are, so that they have to be plain."""
    return {"start": _position(found.start), "end": _position(found.end)}


def _position(found: lsp.Position) -> dict[str, int]:
    return {"line": found.line, "character": found.character}
