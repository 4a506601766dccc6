"""Reading YAML that people wrote: duplicate keys refused, every complaint names file, key and remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

Model = TypeVar("Model", bound=BaseModel)


class BadScript(Exception):
    """The data in `prompts/` cannot be used. The message is for the person who edits it."""

    def __init__(self, file: Path, key: str, problem: str, remedy: str) -> None:
        where = f"{file}: {key}" if key else str(file)
        super().__init__(f"{where}: {problem}. {remedy}.")
        self.file, self.key, self.problem, self.remedy = file, key, problem, remedy


class Strict(BaseModel):
    """Unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_yaml(path: Path) -> Any:
    """The document as plain Python values. Raises BadScript."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadScript(path, "", "the file is missing", "Restore it from the factory settings") from None
    except UnicodeDecodeError as error:
        raise BadScript(path, f"byte {error.start}", "is not UTF-8", "Save the file as UTF-8") from None
    try:
        return YAML(typ="safe").load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark is not None else ""
        problem = " ".join(str(getattr(error, "problem", None) or error).split())
        raise BadScript(path, where, problem, "Correct the YAML there; a key may stand only once") from None


def read_model(path: Path, model: type[Model]) -> Model:
    """The document checked against `model`. Raises BadScript."""
    return checked(path, model, read_yaml(path))


def checked(path: Path, model: type[Model], data: Any, prefix: str = "") -> Model:
    """`data` as `model`. Raises BadScript naming the first key that is wrong."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in (prefix, *first["loc"]) if part != "")
        problem = first["msg"].removeprefix("Value error, ").rstrip(".")
        remedy = "Remove the key or spell it as documented" if first["type"] == "extra_forbidden" else "Correct it"
        raise BadScript(path, key, problem, remedy) from None
