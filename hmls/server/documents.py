"""Open buffers, files on disk, folders and settings, as the client reports them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hmls.server.convert import path_of_uri

if TYPE_CHECKING:
    from hmls.server.app import Server


def register(server: Server) -> None:
    session, problems, catalog = server.session, server.problems, server.catalog

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: lsp.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        path = path_of_uri(document.uri)
        if path is not None:
            session.open(path, document.text, document.version)
            problems.changed(path)
            catalog.changed()

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: lsp.DidChangeTextDocumentParams) -> None:
        path = path_of_uri(params.text_document.uri)
        buffer = None if path is None else session.workspace.snapshot.buffers.get(path)
        if path is None or buffer is None:
            return
        text = session.converter.apply(buffer.text, params.content_changes)
        session.workspace.edit(path, text, params.text_document.version)
        problems.changed(path)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: lsp.DidCloseTextDocumentParams) -> None:
        path = path_of_uri(params.text_document.uri)
        if path is not None:
            session.workspace.close(path)
            problems.changed()

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: lsp.DidSaveTextDocumentParams) -> None:
        path = path_of_uri(params.text_document.uri)
        if path is not None:
            session.workspace.changed_on_disk([path], listing=False)
            problems.changed()
            catalog.changed()

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_files(params: lsp.DidChangeWatchedFilesParams) -> None:
        for kind, listing in (
            (lsp.FileChangeType.Changed, False),
            (lsp.FileChangeType.Created, True),
            (lsp.FileChangeType.Deleted, True),
        ):
            paths = [path_of_uri(change.uri) for change in params.changes if change.type == kind]
            found = [path for path in paths if path is not None]
            if found:
                session.workspace.changed_on_disk(found, listing=listing)
        session.workspace.check_git()
        problems.changed()
        catalog.changed()

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_folders(params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        def paths(folders: list[lsp.WorkspaceFolder]) -> list[str]:
            return [path for f in folders if (path := path_of_uri(f.uri)) is not None]

        session.set_folders(paths(list(params.event.added)), paths(list(params.event.removed)))
        catalog.changed()

    @server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def did_change_configuration(params: lsp.DidChangeConfigurationParams) -> None:
        data = params.settings
        if isinstance(data, dict):
            session.use_settings(data.get("hmls", data))
        problems.changed()
