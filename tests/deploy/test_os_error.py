"""What an operating system refused, as it is told."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from hmls.deploy.os_error import in_words


def test_no_number_is_shown(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as found:
        (tmp_path / "none").read_bytes()
    assert in_words(found.value) == f"No such file or directory: {tmp_path}/none"
    assert in_words(OSError(errno.ENOSPC, "No space left on device")) == "No space left on device"
    assert in_words(ValueError("embedded null byte")) == "embedded null byte"
