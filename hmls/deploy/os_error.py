"""What an operating system refused, in words and without its number."""

from __future__ import annotations


def in_words(problem: OSError | ValueError) -> str:
    """As `No space left on device: /home/alice/.local/state/hmls`, with no full stop behind it."""
    if not isinstance(problem, OSError) or not problem.strerror:
        return str(problem)
    name = problem.filename2 or problem.filename
    return problem.strerror if name is None else f"{problem.strerror}: {_text(name)}"


def _text(name: str | bytes | int) -> str:
    return name.decode(errors="replace") if isinstance(name, bytes) else str(name)
