"""Renaming of users, hosts and variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hmls.server.convert import lines_of, path_of_uri
from hmls.server.edits import unfit, workspace_edit
from hmls.server.requests import RequestFailed

if TYPE_CHECKING:
    from hmls.homes.workspace import View
    from hmls.server.app import Server

_LEFT = "Variables are renamed by the other server for Nix."


def register(server: Server) -> None:
    session = server.session

    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    async def prepare(params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
        path = path_of_uri(params.text_document.uri)
        if path is None:
            return None

        def work(view: View) -> lsp.PrepareRenamePlaceholder:
            from hmls.ide.rename import Refused, prepare_rename

            lines = lines_of(view, path)
            offset = session.converter.offset(lines, params.position)
            if session.leaves(view, path, offset):
                raise RequestFailed(_LEFT)
            found = prepare_rename(view, path, offset)
            if isinstance(found, Refused):
                raise RequestFailed(found.why)
            span = session.converter.range(lines, found.start, found.end)
            return lsp.PrepareRenamePlaceholder(span, found.name)

        return await session.ask_patiently(work, path=path)

    @server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    async def rename_symbol(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        path = path_of_uri(params.text_document.uri)
        if path is None:
            return None

        def work(view: View) -> lsp.WorkspaceEdit:
            from hmls.ide.rename import Refused, rename

            offset = session.converter.offset(lines_of(view, path), params.position)
            if session.leaves(view, path, offset):
                raise RequestFailed(_LEFT)
            edit = rename(view, path, offset, params.new_name)
            if isinstance(edit, Refused):
                raise RequestFailed(edit.why)
            against = unfit(edit, server.abilities)
            if against is not None:
                raise RequestFailed(against)
            return workspace_edit(session.converter, view, edit, server.abilities)

        return await session.ask_patiently(work, path=path)
