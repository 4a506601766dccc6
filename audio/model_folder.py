"""A speech model's folder or hub name: whether it is whole, what it was trained for, and loading it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audio.ctc_head import CTC_FILE
from audio.transcriber import ModelMissing

if TYPE_CHECKING:
    from audio.own_whisper import OwnWhisper

NOTES_FILE = "mizumado.json"
"""What our own training notes beside a model: `{"cut_padding": true}`."""

_NEEDED_FILES = ("config.json", "model.bin", "tokenizer.json")
REMEDY = (
    "Set MIZUMADO_ASR_MODEL to a folder with a CTranslate2 Whisper model "
    "(config.json, model.bin, tokenizer.json, vocabulary.json) or to the name of one on the model hub."
)


def folder_or_hub_name(model: str) -> Path | str:
    """The folder if `model` is one (then it is whole), else the hub name. Raises ModelMissing."""
    if not model.strip():
        raise ModelMissing(f"No speech model is named. {REMEDY}")
    folder = Path(model).expanduser()
    if folder.is_dir():
        missing = [name for name in _NEEDED_FILES if not (folder / name).is_file()]
        if not list(folder.glob("vocabulary.*")):
            missing.append("vocabulary.json")
        if missing:
            raise ModelMissing(f"The speech model folder {model!r} lacks {', '.join(missing)}. {REMEDY}")
        return folder
    if folder.is_absolute() or model.startswith((".", "~")) or model.count("/") > 1 or folder.exists():
        raise ModelMissing(f"There is no speech model folder {model!r}. {REMEDY}")
    return model


def load_whisper(source: Path | str, download: bool, *, cut_padding: bool | None, **options: Any) -> OwnWhisper:
    """The model of a folder, or of a hub name, from this machine's cache or fetched if `download`.

    `options`: as faster-whisper's WhisperModel; `cut_padding`: None leaves it to the folder, see `was_cut_in_training`.
    Raises ModelMissing.
    """
    loaded = _loaded(source, download, **options)
    loaded.cut_padding = was_cut_in_training(source) if cut_padding is None else cut_padding
    return loaded


def was_cut_in_training(source: Path | str) -> bool:
    """Whether a model learned from sound that is not filled up to 30 s: `"cut_padding": true` in its `mizumado.json`.

    Without that file, whether it has a CTC head: only our own training gives it one. Raises ModelMissing.
    """
    if not isinstance(source, Path):
        return False
    notes = source / NOTES_FILE
    if not notes.is_file():
        return (source / CTC_FILE).is_file()
    try:
        content = json.loads(notes.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelMissing(f"{notes} is not JSON ({error}); correct or remove it.") from error
    cut = content.get("cut_padding", False) if isinstance(content, dict) else None
    if not isinstance(cut, bool):
        raise ModelMissing(f'{notes}: "cut_padding" is true or false; correct or remove it.')
    return cut


def _loaded(source: Path | str, download: bool, **options: Any) -> OwnWhisper:
    from huggingface_hub.errors import LocalEntryNotFoundError

    from audio.own_whisper import OwnWhisper

    if isinstance(source, Path):
        return _opened(source.name, lambda: OwnWhisper(str(source), local_files_only=True, **options))
    try:
        return _opened(source, lambda: OwnWhisper(source, local_files_only=True, **options))
    except ModelMissing as error:
        if not download or not isinstance(error.__cause__, LocalEntryNotFoundError):
            raise
    return _opened(source, lambda: OwnWhisper(source, **options))


def _opened(name: str, load: Callable[[], OwnWhisper]) -> OwnWhisper:
    """What `load` gives.

    Every way in which faster-whisper, CTranslate2 and the hub say "no" (they share no base class) becomes ModelMissing.
    """
    try:
        return load()
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelMissing(f"The speech model {name!r} cannot be loaded ({reason}). {REMEDY}") from error
