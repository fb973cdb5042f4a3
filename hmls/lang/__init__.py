"""The Nix language: a lazy evaluator with *unknown* as a value.

Reading order: `values` (what there is), `force` (how a value comes to be),
`compile` (trees to closures), `interp` (files and scopes), `builtins`, `lib`.
"""
