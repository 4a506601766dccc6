"""Reads the data files of understanding, and refuses bad ones with file, key and remedy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

DATA_DIR = Path(__file__).parent / "data"


class BadDataError(ValueError):
    """A data file cannot be used. The message names the file, the key and what to do."""

    def __init__(self, path: Path, key: str, remedy: str) -> None:
        super().__init__(f"{path.parent.name}/{path.name}: {key}: {remedy}")


class _UniqueKeyLoader(yaml.SafeLoader):
    """PyYAML keeps the last of two equal keys in silence, and reads yes and no as truth values: here they are words."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            if key_node.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"duplicate key {key_node.value!r}", node.start_mark
                )
            seen.add(key_node.value)
        return super().construct_mapping(node, deep)


_UniqueKeyLoader.yaml_implicit_resolvers = {
    first: [(tag, shape) for tag, shape in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_mapping(path: Path) -> dict[str, Any]:
    """Returns the top-level mapping of a YAML file. Raises BadDataError."""
    try:
        value = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)  # noqa: S506 (a SafeLoader)
    except OSError as error:
        raise BadDataError(path, "file", f"cannot be read ({error.strerror}); restore it") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadDataError(path, "syntax", f"not valid YAML, correct it ({error})") from error
    if not isinstance(value, dict):
        raise BadDataError(path, "top level", "must be a mapping of key: value")
    return value


def strings(path: Path, mapping: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Returns the list of strings under `key`. Raises BadDataError when it is missing or holds something else."""
    value = mapping.get(key)
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise BadDataError(path, key, "must be a list of non-empty strings (quote digits)")
    return tuple(value)


_VOWELS = re.compile(r"[アイウエオ](?![^\[]*\])")


def sound_pattern(path: Path, key: str, alternatives: tuple[str, ...]) -> re.Pattern[str]:
    """Like `pattern`, for canonical readings: a vowel may also stand there as ー (キイテ → キーテ)."""
    return pattern(path, key, tuple(_VOWELS.sub(r"[\g<0>ー]", alternative) for alternative in alternatives))


def pattern(path: Path, key: str, alternatives: tuple[str, ...]) -> re.Pattern[str]:
    """Joins alternatives into one regular expression. Raises BadDataError when one of them does not compile."""
    for alternative in alternatives:
        try:
            re.compile(alternative)
        except re.error as error:
            raise BadDataError(path, key, f"{alternative!r} is no regular expression: {error}") from error
    return re.compile("|".join(f"(?:{alternative})" for alternative in alternatives) or r"(?!)")
