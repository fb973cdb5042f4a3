"""Bytes to trees: parsing, positions and attribute paths. Nothing here evaluates."""
