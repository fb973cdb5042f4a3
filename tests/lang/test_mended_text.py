"""Texts that are mended before they are parsed may end anywhere."""

from __future__ import annotations

import pytest

from hmls.syntax.parse import parse

_WHOLE = b"""{ lib, pkgs, }: # a, }
{ a = "${x |> f} \\" , }"; b = ''
  ''$ ''\\n ''' ${y { inherit z, }} , }
''; c = [ 1 (d, }: e) ] |> g; }"""


@pytest.mark.parametrize("length", range(len(_WHOLE) + 1))
def test_cut_anywhere(length: int) -> None:
    source = parse(_WHOLE[:length])
    assert len(source.mended) == length


def test_commas_and_pipes_outside_of_texts_are_mended() -> None:
    mended = parse(_WHOLE).mended
    changed = [_WHOLE[at : at + 1] for at in range(len(_WHOLE)) if mended[at] != _WHOLE[at]]
    assert changed == [b",", b"|", b",", b",", b"|"]
