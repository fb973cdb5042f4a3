"""Code actions: mending the problems at hand, deploying, making layers, moving settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from hmls.server.convert import lines_of, path_of_uri
from hmls.server.edits import unfit, workspace_edit

if TYPE_CHECKING:
    from hmls.homes.workspace import View
    from hmls.ide.actions import Action
    from hmls.ide.diagnostics import Diagnostic, Fix
    from hmls.ide.types import Command, WorkspaceEdit
    from hmls.server.app import Server
    from hmls.server.offers import Offers

_KINDS: dict[str, str] = {
    "quickfix": lsp.CodeActionKind.QuickFix,
    "refactor": lsp.CodeActionKind.Refactor,
    "refactor.move": lsp.CodeActionKind.RefactorMove,
    "source": lsp.CodeActionKind.Source,
    "deploy": "source.deploy",
}


def register(server: Server) -> None:
    session = server.session
    options = lsp.CodeActionOptions(code_action_kinds=list(_KINDS.values()))

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, options)
    async def code_action(params: lsp.CodeActionParams) -> list[lsp.CodeAction] | None:
        path = path_of_uri(params.text_document.uri)
        if path is None:
            return None
        only = params.context.only

        def work(view: View) -> list[lsp.CodeAction]:
            from hmls.ide.actions import actions_at
            from hmls.ide.diagnostics import diagnose_file

            lines = lines_of(view, path)
            start = session.converter.offset(lines, params.range.start)
            end = session.converter.offset(lines, params.range.end)
            found: list[lsp.CodeAction] = []
            if _wanted("quickfix", only):
                seen: list[tuple[str, WorkspaceEdit]] = []
                for problem in diagnose_file(view, path):
                    if not (problem.start <= end and start <= problem.end):
                        continue
                    for fix in problem.fixes:
                        # A home and a host often have the same problem in one place.
                        if fix.edit is not None:
                            told = (fix.title, fix.edit) in seen
                            if told or unfit(fix.edit, server.abilities) is not None:
                                continue
                            seen.append((fix.title, fix.edit))
                        found.append(_fix(server, view, problem, fix, params))
                found += server.reported.fixes(params)
            offered = actions_at(view, path, start, end)
            wanted = [action for action in offered if _wanted(_KINDS[action.kind], only)]
            deployments = [action for action in wanted if action.kind == "deploy"]
            shows_reasons = server.abilities.disabled_actions
            found += [
                _action(server, view, each)
                for each in wanted
                if each.kind != "deploy" and (each.disabled is None or shows_reasons)
            ]
            repository = view.repository(path)
            if deployments and repository is not None:
                found += _offers(server).code_actions(deployments, repository)
            return found

        return await session.ask_patiently(work, path=path)


def _offers(server: Server) -> Offers:
    from hmls.server.offers import Offers

    session = server.session
    return Offers(
        session.settings.deploy,
        trusted=session.trusted,
        can_disable=server.abilities.disabled_actions,
    )


def _wanted(kind: str, only: Any) -> bool:
    """Whether a kind is one of those that the client asks for, or below one."""
    return not only or any(kind == each or kind.startswith(f"{each}.") for each in only)


def _fix(
    server: Server, view: View, problem: Diagnostic, fix: Fix, params: lsp.CodeActionParams
) -> lsp.CodeAction:
    same = [d for d in params.context.diagnostics if d.code == problem.code.name]
    return lsp.CodeAction(
        fix.title,
        lsp.CodeActionKind.QuickFix,
        same or None,
        fix.is_preferred or None,
        edit=_edit(server, view, fix.edit),
        command=_command(fix.title, fix.command),
    )


def _action(server: Server, view: View, action: Action) -> lsp.CodeAction:
    return lsp.CodeAction(
        action.title,
        _KINDS[action.kind],
        is_preferred=action.is_preferred or None,
        disabled=None if action.disabled is None else lsp.CodeActionDisabled(action.disabled),
        edit=_edit(server, view, action.edit),
        command=_command(action.title, action.command),
    )


def _edit(server: Server, view: View, edit: WorkspaceEdit | None) -> lsp.WorkspaceEdit | None:
    if edit is None:
        return None
    return workspace_edit(server.session.converter, view, edit, server.abilities)


def _command(title: str, command: Command | None) -> lsp.Command | None:
    if command is None:
        return None
    return lsp.Command(title, f"hmls.{command.name}", arguments=[dict(command.argument)])
