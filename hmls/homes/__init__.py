"""The repository: what lies where, what the flake makes of it, and the snapshot of all that."""
