"""What a client can do, by its capabilities and by docs/protocol.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lsprotocol import types as lsp


@dataclass(frozen=True, slots=True)
class Abilities:
    """All false for a client that says nothing of itself."""

    terminal: bool = False
    documents: bool = False
    log: bool = False
    changed: bool = False
    references: bool = False
    save: bool = False
    progress: bool = False
    show_document: bool = False
    disabled_actions: bool = False
    document_changes: bool = False
    creates_files: bool = False
    renames_files: bool = False


def abilities_of(capabilities: lsp.ClientCapabilities) -> Abilities:
    own = _mapping(_mapping(capabilities.experimental).get("hmls"))
    window, document = capabilities.window, capabilities.text_document
    action = document.code_action if document is not None else None
    workspace = capabilities.workspace
    edit = workspace.workspace_edit if workspace is not None else None
    operations = () if edit is None else edit.resource_operations or ()
    # Neovim names the operations alone; they can only come in document changes.
    document_changes = bool(operations) or (edit is not None and bool(edit.document_changes))
    return Abilities(
        terminal=own.get("terminal") is True,
        documents=own.get("documents") is True,
        log=own.get("log") is True,
        changed=own.get("changed") is True,
        references=own.get("references") is True,
        save=own.get("save") is True,
        progress=window is not None and bool(window.work_done_progress),
        show_document=window is not None
        and window.show_document is not None
        and window.show_document.support,
        disabled_actions=action is not None and bool(action.disabled_support),
        document_changes=document_changes,
        creates_files=lsp.ResourceOperationKind.Create in operations,
        renames_files=lsp.ResourceOperationKind.Rename in operations,
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    """Experimental capabilities come as a mapping, or as an object with attributes."""
    if isinstance(value, Mapping):
        return value
    if hasattr(value, "_asdict"):
        found: Mapping[str, Any] = value._asdict()
        return found
    return getattr(value, "__dict__", {})
