"""The desk's voice: each line as an 8 kHz µ-law WAV, from its published recording or synthesised once and kept."""

from __future__ import annotations

import hashlib
import os
import re
import struct
import tempfile
import threading
import unicodedata
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from audio.recording import NotSound, decode, to_telephone_wav
from audio.sound import TELEPHONE_RATE, Sound, at_spoken_level, without_edges
from audio.synthesiser import Synthesiser

_LAYOUT = "2"  # raise it when the same sound is written differently: every kept file is then made anew
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_KEY = re.compile(r"[0-9a-f]{32}")
_HEADER_BYTES = 58  # RIFF, fmt of 18 bytes, fact, and the head of data


class Source(Enum):
    """Where a line's sound comes from."""

    RECORDING = "recording"
    SYNTHESIS = "synthesis"


@dataclass(frozen=True, slots=True)
class Line:
    """One spoken line, on disk. `key` names its content for ever: the same key is the same bytes."""

    path: Path
    key: str
    source: Source

    @property
    def etag(self) -> str:
        """Strong entity tag (RFC 9110, 8.8.3), quotation marks included."""
        return f'"{self.key}"'

    @property
    def wav(self) -> bytes:
        return self.path.read_bytes()

    @property
    def duration_ms(self) -> int:
        return (self.path.stat().st_size - _HEADER_BYTES) * 1000 // TELEPHONE_RATE


class Voice:
    """Speaks lines. Safe with several threads and several processes on one `cache_dir`.

    `recordings`: the folder of published recordings, `<language>/<recording_name(text)>`. The file's name is the hash
    of the text it says, so a changed text finds no recording and can never play the old one.
    """

    def __init__(self, synthesiser: Synthesiser, cache_dir: Path, recordings: Path | None = None) -> None:
        self._synthesiser = synthesiser
        self._cache_dir = cache_dir
        self._recordings = recordings
        self._one_at_a_time = threading.Lock()

    def line(self, text: str, language: str) -> Line:
        """The line `text` in `language` ("ja", "en", "zh-TW" ...).

        Raises what the synthesiser raises (LanguageNotSpoken, SynthesisFailed), ValueError for no language, OSError
        when the cache cannot be written, and NotSound when the published recording is broken: that is to be repaired,
        not silently replaced by another voice.
        """
        if not _LANGUAGE.fullmatch(language):
            raise ValueError(f"not a language: {language!r}; write it like 'ja' or 'zh-TW'")
        recorded = self._recording_of(text, language)
        if recorded is not None:
            return self._recorded_line(recorded)
        key = _hash(_LAYOUT, self._synthesiser.signature, language, _same_text(text))
        path = self._path(key)
        with self._one_at_a_time:
            if not _is_whole(path):
                _write(path, _finished(self._synthesiser.speak(text, language)))
        return Line(path, key, Source.SYNTHESIS)

    def stored(self, key: str) -> bytes | None:
        """The WAV of a line made before, by its key; None if there is none. Any text may be asked for."""
        path = self._path(key) if _KEY.fullmatch(key) else None
        return path.read_bytes() if path is not None and _is_whole(path) else None

    def _recording_of(self, text: str, language: str) -> Path | None:
        if self._recordings is None:
            return None
        path = self._recordings / language / recording_name(text)
        return path if path.is_file() else None

    def _recorded_line(self, recorded: Path) -> Line:
        data = recorded.read_bytes()
        key = _hash(_LAYOUT, hashlib.sha256(data).hexdigest())
        path = self._path(key)
        with self._one_at_a_time:
            if not _is_whole(path):
                try:
                    _write(path, _finished(decode(data)))
                except NotSound as error:
                    raise NotSound(f"{recorded}: {error}; publish the recording again or remove it") from error
        return Line(path, key, Source.RECORDING)

    def _path(self, key: str) -> Path:
        return self._cache_dir / f"{key}.wav"


def recording_name(text: str) -> str:
    """The file name under which a recording of exactly this text is published (any format that `decode` reads)."""
    return _hash(_same_text(text)) + ".wav"


def _same_text(text: str) -> str:
    """Texts that differ only in Unicode form or in outer blanks are said alike."""
    return unicodedata.normalize("NFC", text).strip()


def _hash(*parts: str) -> str:
    """32 hexadecimal digits; a length before each part keeps ("ab", "c") and ("a", "bc") apart."""
    content = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def _finished(sound: Sound) -> bytes:
    """The sound as the telephone gets it: narrow first, since the level is measured on what will be heard."""
    return to_telephone_wav(without_edges(at_spoken_level(sound.at_rate(TELEPHONE_RATE))))


def _is_whole(path: Path) -> bool:
    """False for a file that is missing or was cut short (a full disk, a pulled plug)."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        return False
    return head[:4] == b"RIFF" and struct.unpack("<I", head[4:])[0] + 8 == size


def _write(path: Path, content: bytes) -> None:
    """Appears at once and whole, whoever else writes the same: the same key has the same content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".line-", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    Path(file.name).chmod(0o644)  # made readable for its maker only
    Path(file.name).replace(path)
