"""JSON text of values whose unions carry the class name under "is": what both codecs stand on."""

from __future__ import annotations

import json
from typing import Any

from cattrs import Converter
from cattrs.preconf.json import make_converter

TAG = "is"


class Unreadable(Exception):
    """A stored row does not make sense. The message names what was read, never what stands in it: that is personal."""


class Tagged:
    """Text <-> value through `converter`."""

    def __init__(self, converter: Converter) -> None:
        self._converter = converter
        self._readable = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

    def _text(self, value: object, shape: Any) -> str:  # Any: a union is no type to mypy
        plain = self._converter.unstructure(value, shape)
        text = self._readable.encode(plain)
        # A lone surrogate (half a character from a broken request) cannot be written as UTF-8: escape it instead.
        return text if storable(text) == text else json.dumps(plain, separators=(",", ":"))

    def _value(self, text: str, shape: Any, name: str) -> Any:
        try:
            return self._converter.structure(json.loads(text), shape)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Unreadable(f"a stored {name} cannot be read ({type(error).__name__})") from None


def new_converter() -> Converter:
    """Detailed validation would put the stored words into the message, and costs time."""
    return make_converter(detailed_validation=False)


def storable(text: str) -> str:
    """`text` as both databases take it: without NUL characters, lone surrogates replaced by "?"."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
