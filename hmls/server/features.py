"""The handlers: convert, ask, convert back. Each feature group can be switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hmls.server import commands, create_layer, documents, generations, requests, virtual

if TYPE_CHECKING:
    from hmls.server.app import Server


def register(server: Server) -> None:
    """Register what the settings leave on, before the capabilities are told to the client."""
    documents.register(server)
    commands.register(server)
    create_layer.register(server)
    virtual.register(server)
    generations.register(server)
    requests.register(server)
    features = server.session.settings.features
    if features.completion:
        from hmls.server import completion, signature

        completion.register(server)
        signature.register(server)
    if features.hover:
        from hmls.server import hover

        hover.register(server)
    if features.definition:
        from hmls.server import navigation

        navigation.register(server)
    if features.references:
        from hmls.server import references

        references.register(server)
    if features.rename:
        from hmls.server import rename

        rename.register(server)
    if features.symbols:
        from hmls.server import symbols

        symbols.register(server)
    if features.links and features.language:
        from hmls.server import links

        links.register(server)
    if features.structure and features.language:
        from hmls.server import structure

        structure.register(server)
    if features.inlay_hints:
        from hmls.server import inlay_hints

        inlay_hints.register(server)
    if features.code_lens:
        from hmls.server import code_lens

        code_lens.register(server)
    if features.code_actions:
        from hmls.server import actions

        actions.register(server)


__all__ = ["lsp", "register"]
