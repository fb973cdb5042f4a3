"""What a deployment that was broken off left behind, and what to say about it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from hmls.deploy.activation import is_activated
from hmls.deploy.lock import Record, process_identity
from hmls.deploy.outcome import way_back
from hmls.deploy.process import end_group, group_lives

LAST_WORDS = 5

State = Literal["nothing-changed", "completed", "still-running", "half-done", "unknown"]


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The state that a broken-off deployment left, and a paragraph for the user."""

    state: State
    text: str
    record: Record


async def assess(record: Record) -> Interrupted:
    """Look at what is left. Ends a build that still runs; an activation is let go to its end."""
    begun = datetime.fromtimestamp(record.started_s).strftime("%Y-%m-%d %H:%M")
    opening = f"“{record.title}”, begun {begun}, was broken off during “{record.step}”."
    lives = _still_lives(record)
    if record.changes not in ("profile", "home", "system"):
        if lives and record.group is not None:
            await end_group(record.group)
            opening += " It was still running and has been ended."
        return Interrupted("nothing-changed", f"{opening} Nothing was activated.", record)
    if lives:
        text = f"{opening} The activation is still running, as process {record.group}."
        text += " Wait for it to end."
        return Interrupted("still-running", text, record)
    return _after_activation(opening, record)


def _after_activation(opening: str, record: Record) -> Interrupted:
    if record.profile is None:
        return Interrupted("unknown", f"{opening} Whether it ended well is not known.", record)
    now = _target_of(record.profile)
    if now is None or now == record.profile_before:
        text = f"{opening} The profile was not moved: what ran before still runs."
        return Interrupted("nothing-changed", text, record)
    if is_activated(record.activated, now):
        return Interrupted("completed", f"{opening} It went on to its end: {now} runs.", record)
    said = "".join(f"\n    {line}" for line in _last_words(record))
    text = f"{opening} The profile points to {now}, which is not fully activated."
    text += " Switch again to complete it."
    if record.profile_before is not None:
        text += f" The way back: {way_back(record.profile, record.profile_before)}"
    return Interrupted("half-done", f"{text}\nIt last said:{said}" if said else text, record)


def _still_lives(record: Record) -> bool:
    if record.group is None or not group_lives(record.group):
        return False
    leader = process_identity(record.group)
    return leader is None or leader == record.identity


def _target_of(link: str | None) -> str | None:
    return os.path.realpath(link) if link is not None and os.path.lexists(link) else None


def _last_words(record: Record) -> list[str]:
    """The end of what the step printed. It may hold anything; it is shown, never run."""
    if record.output is None:
        return []
    words: list[str] = []
    for name in ("stdout", "stderr"):
        try:
            words += (
                Path(record.output, name).read_text(errors="replace").splitlines()[-LAST_WORDS:]
            )
        except OSError:
            continue
    return words
