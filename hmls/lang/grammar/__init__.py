"""Nix's own grammar, for one purpose: to say of a wrong text exactly what Nix says of it.

The trees that everything else works on are tree-sitter's, which goes on after an error and
parses again where a text changed. Where it finds an error, this package reads the text a
second time as Nix's lexer and parser do.
"""

from hmls.lang.grammar.parse import first_error

__all__ = ["first_error"]
