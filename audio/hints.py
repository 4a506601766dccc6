"""What the running question makes likely, as data: words for models that take a prompt, grammars for a CTC head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from audio.ctc_grammar import Grammar
from audio.transcriber import Hint

_MOST_TOWNS = 40  # Whisper's prompt has room for some 200 tokens


class BadHints(ValueError):
    """The file of hints is wrong. The message names the file, the key and what to do."""


@dataclass(frozen=True, slots=True)
class Hints:
    """Either may lack a hint: then that question makes nothing likely."""

    prompts: Mapping[Hint, str]
    grammars: Mapping[Hint, Grammar]

    def prompts_with(self, towns: Sequence[str]) -> Mapping[Hint, str]:
        """All prompts; that for a place names the first of the towns."""
        return {**self.prompts, Hint.PLACE: "、".join(towns[:_MOST_TOWNS])} if towns else self.prompts


def load_hints(language: str) -> Hints:
    """The content of `audio/data/hints/<language>.yaml`; empty when there is no such file. Raises BadHints."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    source = files("audio") / "data" / "hints" / f"{language}.yaml"
    if not source.is_file():
        return Hints({}, {})
    try:
        content = YAML(typ="safe", pure=True).load(source.read_text(encoding="utf-8"))
    except YAMLError as error:
        raise BadHints(f"{source}: not a YAML file with each key once; correct it: {error}") from error
    prompts, grammars = {}, {}
    for name, part in content.items():
        if name not in set(Hint):
            raise BadHints(f"{source}: key {name!r}: no such hint; use one of {', '.join(Hint)}")
        if part.get("prompt"):
            prompts[Hint(name)] = str(part["prompt"])
        if "grammar" in part:
            grammars[Hint(name)] = _grammar(part["grammar"], f"{source}: key '{name}.grammar'")
    return Hints(prompts, grammars)


def _grammar(part: Mapping[str, Any], where: str) -> Grammar:
    try:
        classes = part["classes"]
        grammar = Grammar(
            words={name: tuple(one["words"]) for name, one in classes.items()},
            then={name: tuple(one["then"]) for name, one in classes.items()},
            begins=tuple(part["begins"]),
            ends=tuple(part["ends"]),
            least=dict(part.get("least", {})),
            most_lost=float(part["most_lost"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise BadHints(f"{where}: needs begins, ends, most_lost and classes with words and then ({error})") from error
    named = {
        *grammar.begins,
        *grammar.ends,
        *grammar.least,
        *(name for after in grammar.then.values() for name in after),
    }
    if unknown := named - set(grammar.words):
        raise BadHints(f"{where}: no class {', '.join(sorted(unknown))}; add it or correct the name")
    return grammar
