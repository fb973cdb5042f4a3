"""The command `hmls.createLayer`: the files of a new layer, made by the editor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast, get_args

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams

from hmls.server.edits import workspace_edit

if TYPE_CHECKING:
    from hmls.homes.layout import LayerKind
    from hmls.homes.workspace import View
    from hmls.ide.new_layer import Impossible, NewLayer
    from hmls.server.app import Server


def register(server: Server) -> None:
    @server.command("hmls.createLayer")
    async def create_layer(*arguments: Any) -> dict[str, str]:
        from hmls.server.asked import argument_of

        argument = argument_of(arguments)
        root = _root(server, argument)
        session = server.session

        from hmls.server.engine import Priority

        def work(view: View) -> tuple[str, lsp.WorkspaceEdit | None, str]:
            from hmls.ide.new_layer import Impossible, layer_text
            from hmls.ide.types import CreateFile, WorkspaceEdit

            made = _layer(view, root, argument)
            if isinstance(made, Impossible):
                return made.why, None, ""
            text = layer_text(view.repositories[root], made)
            edit = WorkspaceEdit((CreateFile(made.entry, text),))
            where = view.repositories[root].files.relative(made.entry)
            changes = workspace_edit(session.converter, view, edit, server.abilities)
            return f"{where} is there.", changes, made.entry

        message, edit, entry = await session.ask(work, Priority.BACKGROUND)
        if edit is None:
            return {"outcome": "not-run", "message": message}
        answer = await server.workspace_apply_edit_async(
            lsp.ApplyWorkspaceEditParams(edit, f"New layer {entry}")
        )
        if not answer.applied:
            why = answer.failure_reason or "The editor did not make the files."
            return {"outcome": "failed", "message": why}
        return {"outcome": "done", "message": message}


def _layer(view: View, root: str, argument: Mapping[str, Any]) -> NewLayer | Impossible:
    from hmls.homes.layout import LayerKind
    from hmls.ide.new_layer import new_layer

    user, kind, host = (argument.get(name) for name in ("user", "kind", "host"))
    if not isinstance(user, str) or kind not in get_args(LayerKind):
        raise JsonRpcInvalidParams("`user` must be a name, `kind` base, global, host or droid")
    if host is not None and not isinstance(host, str):
        raise JsonRpcInvalidParams("`host` must be a name")
    return new_layer(view.repositories[root], user, cast("LayerKind", kind), host)


def _root(server: Server, argument: Mapping[str, Any]) -> str:
    root, roots = argument.get("root"), server.session.workspace.snapshot.roots
    if root is None and len(roots) == 1:
        return roots[0]
    if not isinstance(root, str) or root not in roots:
        raise JsonRpcInvalidParams(f"`root` must be one of {list(roots)}")
    return root
