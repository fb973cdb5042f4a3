"""Settings of all tests."""

from __future__ import annotations
