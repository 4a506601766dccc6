"""The grammar of TwiML, read off the official library: which element may hold which, with which attributes.

There is no public schema. The library's classes have one method for every child an element may have, and one parameter
for every attribute; each method is called once with marks for values, and what comes out shows their names.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

_MARK = "en-US"  # any text would do, but the library refuses a language of another shape


@dataclass(frozen=True, slots=True)
class Element:
    """What one element may have. `holds_text`: it may have text of its own."""

    children: frozenset[str]
    attributes: frozenset[str]
    holds_text: bool


@cache
def grammar() -> Mapping[str, Element]:
    """Every element of voice TwiML by name, `Response` included."""
    from twilio.twiml import TwiML, voice_response

    children: dict[str, set[str]] = {"Response": set()}
    attributes: dict[str, set[str]] = {"Response": set()}
    texts: set[str] = set()
    waiting: list[Any] = [voice_response.VoiceResponse()]
    while waiting:
        parent = waiting.pop()
        for method in _nesting_methods(type(parent), TwiML):
            child = _marked(parent, method)
            children[parent.name].add(child.name)
            attributes.setdefault(child.name, set()).update(child.attrs)
            if child.value:
                texts.add(child.name)
            if child.name not in children:
                children[child.name] = set()
                waiting.append(child)
    return {name: Element(frozenset(children[name]), frozenset(attributes[name]), name in texts) for name in children}


def _nesting_methods(element: type, base: type) -> list[Callable[..., Any]]:
    own = (value for name, value in vars(element).items() if not name.startswith("_"))
    return [value for value in own if inspect.isfunction(value) and value.__name__ not in vars(base)]


def _marked(parent: Any, method: Callable[..., Any]) -> Any:
    """The child that `method` makes when every parameter is given a mark."""
    parameters = list(inspect.signature(method).parameters.values())[1:]
    marks = {entry.name: _MARK for entry in parameters if entry.kind is not inspect.Parameter.VAR_KEYWORD}
    return method(parent, **marks)
