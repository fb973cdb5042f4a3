"""A file whose copy in the store a text names must be there. Source: EvalState::copyPathToStore."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hmls.lang import store
from hmls.lang.errors import NixError
from hmls.lang.values import ContextString, Env, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp


def refuse_absent(interp: Interp, text: Value) -> Value:
    """The text. Raises what Nix says where it names the copy of what is not there."""
    if text.__class__ is not ContextString:
        return text
    from hmls.lang.interp import ReadFailed

    reader = interp.reader
    for store_path in text.context:
        source = store.copied_from(store_path)
        if source is None:
            continue
        try:
            is_there = reader.kind(source) is not None
        except ReadFailed as failed:
            raise NixError(str(failed)) from None
        if not is_there:
            raise NixError(reader.missing(source))
    return text


def refuse_absent_in(env: Env, text: Value) -> Value:
    """The same for code that has the variables around it only: outermost is the interpreter."""
    if text.__class__ is not ContextString:
        return text
    outermost: Any = env
    while outermost.__class__ is list:
        outermost = outermost[0]
    return text if outermost is None else refuse_absent(outermost, text)
