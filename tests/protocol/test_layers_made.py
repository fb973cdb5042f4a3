"""New layers and moved settings as an editor sees them."""

from __future__ import annotations

from lsprotocol import types as lsp

from tests.protocol.editor import Editor

WORKSTATION = "homes/alice@workstation/default.nix"
TEXT = '{ lib, ... }: { "🎉" = 1; home.sessionVariables."🎉 $(x)"$0 = lib.mkForce "🎉"; a = 2; }'


async def test_moving_a_setting(editor: Editor) -> None:
    at = editor.open(WORKSTATION, TEXT)
    actions = await editor.actions(WORKSTATION, lsp.Range(at.position, at.position))
    editor.close(WORKSTATION)
    action = next(a for a in actions if a.title.endswith(" to base"))
    assert action.kind == lsp.CodeActionKind.RefactorMove
    assert action.edit is not None
    after = {}
    for change in action.edit.document_changes or ():
        assert isinstance(change, lsp.TextDocumentEdit)
        name = change.text_document.uri.rpartition("/homelab/")[2].replace("%40", "@")
        before = TEXT.replace("$0", "") if name == WORKSTATION else (editor.root / name).read_text()
        edits = [edit for edit in change.edits if isinstance(edit, lsp.TextEdit)]
        after[name] = editor.apply(before, edits)
    assert after[WORKSTATION] == '{ lib, ... }: { "🎉" = 1; a = 2; }'
    base = after["homes/alice/default.nix"]
    assert '      "🎉 $(x)" = lib.mkForce "🎉";\n    };' in base


async def test_new_layers_are_offered_and_made(editor: Editor) -> None:
    at = editor.open("homes/carol/default.nix", '{ "🎉" = 1$0; }')
    where = lsp.Range(at.position, at.position)
    actions = await editor.actions("homes/carol/default.nix", where)
    editor.close("homes/carol/default.nix")
    titles = [action.title for action in actions]
    assert "New host layer for carol on pi (homes/carol@pi)" in titles


async def test_the_command_makes_a_layer(editor: Editor) -> None:
    applied: list[lsp.ApplyWorkspaceEditParams] = []

    @editor.client.feature(lsp.WORKSPACE_APPLY_EDIT)
    def apply(params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
        applied.append(params)
        return lsp.ApplyWorkspaceEditResult(applied=True)

    argument = {"user": "carol", "kind": "host", "host": "pi"}
    answer = await editor.client.workspace_execute_command_async(
        lsp.ExecuteCommandParams("hmls.createLayer", [argument])
    )
    assert _said(answer) == ("done", "homes/carol@pi/default.nix is there.")
    create, text = applied[0].edit.document_changes or ()
    assert isinstance(create, lsp.CreateFile)
    assert create.uri == editor.root.as_uri() + "/homes/carol@pi/default.nix"
    assert isinstance(text, lsp.TextDocumentEdit)


async def test_the_command_says_why_not(editor: Editor) -> None:
    for user, kind, why in (
        ("alice", "base", "alice has that layer already."),
        ("../$(x)", "base", "“../$(x)” is no valid name of a user."),
    ):
        answer = await editor.client.workspace_execute_command_async(
            lsp.ExecuteCommandParams("hmls.createLayer", [{"user": user, "kind": kind}])
        )
        assert _said(answer) == ("not-run", why)


def _said(answer: object) -> tuple[str, str]:
    fields = answer if isinstance(answer, dict) else answer._asdict()  # type: ignore[attr-defined]
    return fields["outcome"], fields["message"]
