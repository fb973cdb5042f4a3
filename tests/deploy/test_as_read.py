"""A place of Nix's in a file that was edited meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hmls.deploy.as_read import AsRead, place_now
from hmls.deploy.problem import BackUpInSystem, Place, Problem

READ = "a\nb 🎉\nc\nd\n"


@pytest.mark.parametrize(
    ("line", "text", "by_now"),
    [
        (2, READ, 2),
        (2, f"new\n\n{READ}", 4),
        (2, "b 🎉\nc\nd\n", 1),
        (2, READ.replace("\n", "\r\n"), 2),
        (2, READ.removesuffix("\n"), 2),
        (3, "a\nb 🎉\nx\ny\nc\nd\n", 5),
        (3, "x\nb 🎉\nx\nc\ny\n", 4),
        (2, READ.replace("🎉", "🎈"), None),
        (2, "", None),
        (9, f"new\n{READ}", 9),
    ],
)
def test_a_line_that_moved(line: int, text: str, by_now: int | None) -> None:
    found = place_now(Place("/a", line, 3), READ.encode(), text.encode())
    assert (None if found is None else (found.line, found.column)) == (
        None if by_now is None else (by_now, 3)
    )


def test_a_byte_that_is_no_text_is_no_edit() -> None:
    edited = "a\n\ufffd\n".encode()
    assert place_now(Place("/a", 2, 1), b"a\n\xff\n", edited) == Place("/a", 2, 1)


def test_a_file_that_was_saved_while_it_was_read(tmp_path: Path) -> None:
    file = tmp_path / "a.nix"
    file.write_text(f"new\n{READ}")
    os.utime(file, (100, 100))
    path = str(file)
    before, after = AsRead({path: READ.encode()}, 101), AsRead({path: READ.encode()}, 99)
    assert before.text(path) == file.read_bytes()
    assert after.text(path) is None
    assert AsRead({path: file.read_bytes()}, 99).text(path) == file.read_bytes()
    assert before.text(str(tmp_path / "gone.nix")) is None


def test_what_else_a_problem_names_moves_too(tmp_path: Path) -> None:
    file = tmp_path / "a.nix"
    file.write_text(READ)
    os.utime(file, (100, 100))
    path = str(file)
    problem = Problem(
        "conflict", "x", Place(path, 3, 1),
        related=((Place(path, 1, 1), "here"), (Place(path, 2, 1), "changed")),
        remedies=(BackUpInSystem(Place(path, 4, 1)),),
    )  # fmt: skip
    texts = {path: "new\na\n🎉 b\nc\nd\n".encode()}
    found = AsRead({}, 101).in_texts(problem, texts)
    assert found is not None
    assert found.place == Place(path, 4, 1)
    assert found.related == ((Place(path, 2, 1), "here"),)
    assert found.remedies == (BackUpInSystem(Place(path, 5, 1)),)
    assert AsRead({}, 101).in_texts(problem, {path: b""}) is None
