"""The jobs work over every store there is."""

from __future__ import annotations

from tests.contracts.conftest import store

__all__ = ["store"]
