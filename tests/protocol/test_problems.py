"""Problems and their quick fixes as an editor sees them."""

from __future__ import annotations

from tests.protocol.editor import Editor

ALICE = "homes/alice/default.nix"


async def test_missing_import_and_its_fix(editor: Editor) -> None:
    text = '{ "🎉" = 1; imports = [ ../../modules/home/shh.nix ]; }'
    problems = await editor.problems(ALICE, text)
    assert [(p.code, editor.text_at(text, p.range)) for p in problems] == [
        ("missing-import", "../../modules/home/shh.nix")
    ]
    fixed = await editor.fixed(ALICE, text, problems[0], "Change to ../../modules/home/ssh.nix")
    assert "imports = [ ../../modules/home/ssh.nix ]" in fixed


async def test_problems_go_when_they_are_mended(editor: Editor) -> None:
    assert [p.code for p in await editor.problems(ALICE, "{ a = ; }")] == ["syntax-error"]
    assert await editor.problems(ALICE, "{ a = 1; }") == []
