"""Markdown as a terminal shows it."""

from __future__ import annotations

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Markdown, TableElement
from rich.table import Table


class _WholeTable(TableElement):
    """A table that folds what is too long for a column, where rich would cut it."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for shown in super().__rich_console__(console, options):
            if isinstance(shown, Table):
                for column in shown.columns:
                    column.overflow = "fold"
            yield shown


class WholeMarkdown(Markdown):
    """Markdown of which nothing is cut."""

    elements = {**Markdown.elements, "table_open": _WholeTable}  # noqa: RUF012


__all__ = ["WholeMarkdown"]
