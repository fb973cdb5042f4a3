"""Plans, processes, progress and problems: what `nix` and its friends are asked, and what they say.

Knows nothing of LSP nor of how a repository is laid out: it takes a `Target`, gives back a `Plan`,
and `session.deploy` runs that for whoever implements `ui.Ui`.
"""
