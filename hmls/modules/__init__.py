"""The module system: modules to options, definitions to values.

It mirrors nixpkgs lib/modules.nix, options.nix and types.nix in Python, and keeps what
those throw away: where each definition stands, which ones lost, and why.

Reading order: `definitions` (properties, priorities, orders), `types`, `collect`
(imports), `evaluation` (declarations meet definitions), `library` (as `lib` sees it).
"""
