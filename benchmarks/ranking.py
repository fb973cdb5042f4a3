"""Where what a person wrote stands in the list of completions, had it been typed anew.

    python -m benchmarks.ranking ROOT... [--store FOLDER] [--samples N]

Names and values are cut out of the files of real repositories, each with what follows it in its
path, and asked for again after none to three of their letters. Lists are put in order as VS Code
does it (what was typed begins the label, or a part of it, or has its letters in it; then the
server's order) and as Neovim does (what begins with it, in the server's order).
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hmls.homes.catalogued import Catalogued
from hmls.homes.workspace import Views, Workspace
from hmls.ide.completion import Item, complete
from hmls.lang.errors import GaveUp, NixError, Unknowable
from hmls.lang.thread import run
from hmls.server.catalog import _cached, _key, _sources
from hmls.syntax.kinds import Field, Kind
from hmls.syntax.parse import Node, parse, walk

_LETTERS = (0, 1, 2, 3)
_SHOWN = 10


class Sample(NamedTuple):
    """The bytes that are cut out, and how many of them are what is asked for."""

    path: str
    kind: str
    start: int
    end: int
    word: str


class Rank(NamedTuple):
    sample: Sample
    letters: int
    code: int | None
    """Its place in VS Code's order, from 0; None where it is not offered."""
    nvim: int | None
    length: int
    first: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("roots", nargs="+", type=Path)
    parser.add_argument("--store", default="/")
    parser.add_argument("--samples", type=int, default=60)
    parser.add_argument("--worst", type=int, default=0)
    asked = parser.parse_args()
    ranks: list[Rank] = []
    for root in asked.roots:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder).resolve() / root.name
            shutil.copytree(root, copy, symlinks=True)
            here = run(lambda copy=copy: list(_ranks(str(copy), asked.store, asked.samples)))
            ranks += here
            print(f"{root.name}: {len(here) // len(_LETTERS)} samples")
    _tell(ranks)
    for rank in sorted(ranks, key=_badness, reverse=True)[: asked.worst]:
        sample = rank.sample
        path = "/".join(sample.path.split("/")[-3:])
        print(
            f"{sample.kind} {sample.word[: rank.letters]}|{sample.word[rank.letters :]} {path}",
            end=" ",
        )
        print(f"place {rank.code} and {rank.nvim} of {rank.length}: {', '.join(rank.first)}")


def _badness(rank: Rank) -> tuple[bool, int]:
    return rank.code is not None, (rank.code or 0) * (1 + rank.letters)


def _ranks(root: str, store: str, most: int) -> Iterator[Rank]:
    workspace = Workspace(store)
    workspace.set_folders([root])
    views = Views(workspace, Catalogued())
    repository = views.newest().repositories.get(root)
    if repository is None:
        return
    wanted, _ = _sources(views.newest())
    known = {_key(each): _cached(each) for each in wanted if each.is_here}
    views.knowledge = Catalogued({key: found for key, found in known.items() if found is not None})
    workspace.look_again()
    repository = views.newest().repositories[root]
    samples = [each for path in repository.index.paths for each in _samples(path)]
    random.Random(1).shuffle(samples)
    by_kind: dict[str, int] = defaultdict(int)
    version = 0
    for sample in samples:
        by_kind[sample.kind] += 1
        if by_kind[sample.kind] > most:
            continue
        text = Path(sample.path).read_bytes()
        for letters in _LETTERS:
            typed = sample.word[:letters]
            before = text[: sample.start] + typed.encode()
            version += 1
            workspace.open(sample.path, before + text[sample.end :], version)
            try:
                items = complete(views.newest(), sample.path, len(before))
            except (GaveUp, NixError, Unknowable):
                items = []
            yield _rank(sample, letters, items)
        workspace.close(sample.path)


def _rank(sample: Sample, letters: int, items: list[Item]) -> Rank:
    typed = sample.word[:letters]
    in_order = sorted(enumerate(items), key=lambda each: each[1].sort_key or f"{each[0]:05}")
    labels = [(item.filter_text or item.label, item.label) for _, item in in_order]
    scored = [
        (score, label) for text, label in labels if (score := _score(text, typed)) is not None
    ]
    code = [label for _, label in sorted(scored, key=lambda each: each[0])]
    nvim = [label for text, label in labels if text.startswith(typed)]
    return Rank(
        sample, letters, _place(code, sample), _place(nvim, sample), len(items), tuple(code[:4])
    )


def _place(labels: list[str], sample: Sample) -> int | None:
    return labels.index(sample.word) if sample.word in labels else None


def _score(text: str, typed: str) -> int | None:
    """How well what was typed fits, the best is 0; None where its letters are not in order."""
    if text.startswith(typed):
        return 0
    low, word = text.lower(), typed.lower()
    if low.startswith(word):
        return 1
    if re.search(rf"(?<![a-z0-9]){re.escape(word)}", low) or re.search(
        rf"[a-z0-9]{re.escape(word[:1].upper() + word[1:])}", text
    ):
        return 2
    if word in low:
        return 3
    letters = iter(low)
    return 4 if low[:1] == word[:1] and all(letter in letters for letter in word) else None


def _samples(path: str) -> Iterator[Sample]:
    source = parse(Path(path).read_bytes())
    for node in walk(source.root):
        match node.kind_id:
            case Kind.BINDING:
                yield from _of_path(path, "name", node, node.end_byte)
                yield from _of_value(path, node)
            case Kind.SELECT:
                yield from _of_path(path, "selected", node, node.end_byte)
            case Kind.VARIABLE:
                in_list = node.parent is not None and node.parent.kind_id == Kind.LIST
                kind = "element" if in_list else "variable"
                yield Sample(path, kind, node.start_byte, node.end_byte, _text(node))


def _of_path(path: str, kind: str, owner: Node, end: int) -> Iterator[Sample]:
    attrpath = owner.child_by_field_id(Field.ATTRPATH)
    for part in () if attrpath is None else attrpath.named_children:
        if part.type == "identifier":
            yield Sample(path, kind, part.start_byte, end, _text(part))


def _of_value(path: str, binding: Node) -> Iterator[Sample]:
    value = binding.child_by_field_id(Field.EXPRESSION)
    if value is None or len(_text(value)) > 30:
        return
    plain = re.fullmatch(r'true|false|null|"[\w.-]+"', _text(value))
    if plain is not None:
        quote = _text(value)[0] == '"'
        kind, word = ("string", _text(value)[1:-1]) if quote else ("value", _text(value))
        yield Sample(path, kind, value.start_byte + quote, value.end_byte - quote, word)


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _tell(ranks: list[Rank]) -> None:
    kinds = dict.fromkeys(rank.sample.kind for rank in ranks)
    heads = ("offered", "first", "of 3", f"of {_SHOWN}")
    print(f"{'':10} {'letters':>8} {' '.join(f'{h:>7}' for h in heads)}   Neovim: the same")
    for kind in kinds:
        for letters in _LETTERS:
            found = [r for r in ranks if r.sample.kind == kind and r.letters == letters]
            told = [_shares([r.code for r in found]), _shares([r.nvim for r in found])]
            print(f"{kind:10} {letters:8} {told[0]}   {told[1]}")


def _shares(places: list[int | None]) -> str:
    among = [sum(p is not None and p < most for p in places) for most in (10**9, 1, 3, _SHOWN)]
    return " ".join(f"{count / max(len(places), 1):7.0%}" for count in among)


if __name__ == "__main__":
    main()
