"""The ears in earnest: faster-whisper with any CTranslate2 Whisper model, from a folder or from the model hub."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from audio.invented import Draft, InventedPhrases, load_invented_phrases, what_was_said
from audio.sound import Sound
from audio.transcriber import NEVER_SAID, Hint, ModelMissing, Transcript, TranscriptionFailed, nothing_heard

_RATE = 16_000  # Hz: what Whisper's features and the Silero voice detector are made for
_PRE_ROLL_MS = 500  # half a second before and after, so that no first syllable is lost
_LONGEST_DOUBT = 3.0  # seconds; longer speech never looks doubtful to the voice detector from end to end
_SHORTEST_SOUND = 0.1  # seconds; under it there is no syllable
_NEEDED_FILES = ("config.json", "model.bin", "tokenizer.json")
_REMEDY = (
    "Set MIZUMADO_ASR_MODEL to a folder with a CTranslate2 Whisper model "
    "(config.json, model.bin, tokenizer.json, vocabulary.json) or to the name of one on the model hub."
)


class FasterWhisperTranscriber:
    """A Transcriber over one loaded model. Load one per process; calls from several threads wait for each other.

    `hotwords`: what the model is told to expect behind each hint. None by default: a small model that never saw a
    prompt in training writes the prompt instead of the speech.
    """

    def __init__(
        self,
        model: Any,
        name: str,
        *,
        language: str,
        invented: InventedPhrases,
        clip_seconds: float,
        hotwords: Mapping[Hint, str] | None = None,
    ) -> None:
        self._model = model
        self._name = name
        self._language = language
        self._invented = invented
        self._hotwords = hotwords or {}
        self._clip_seconds = clip_seconds
        self._one_at_a_time = threading.Lock()

    @property
    def name(self) -> str:
        """The model's folder name or its name on the hub."""
        return self._name

    def transcribe(self, sound: Sound, hint: Hint | None = None) -> Transcript:
        """Write down `sound` (any rate, any length).

        Raises TranscriptionFailed when the model breaks on it.
        """
        started = time.perf_counter()
        samples = sound.at_rate(_RATE).samples
        try:
            with self._one_at_a_time:
                clips = _spoken_clips(samples, self._clip_seconds)
                drafts = [self._draft(samples[clip.begin : clip.end], clip.sure, hint) for clip in clips]
        except (RuntimeError, ValueError) as error:
            raise TranscriptionFailed(f"{self._name} failed on {sound.seconds:.1f} s of sound: {error}") from error
        believed = [(text, draft) for draft in drafts if (text := what_was_said(draft, self._invented))]
        taken = time.perf_counter() - started
        if not believed:
            return nothing_heard(sound, self._language, taken)
        letters = sum(len(text) for text, _ in believed)
        return Transcript(
            text="".join(text for text, _ in believed),
            language=self._language,
            duration_ms=sound.duration_ms,
            compute_seconds=taken,
            no_speech_prob=max(draft.no_speech_prob for _, draft in believed),
            avg_logprob=sum(len(text) * draft.avg_logprob for text, draft in believed) / letters,
            heard=True,
        )

    def _draft(self, clip: npt.NDArray[np.float32], sure: bool, hint: Hint | None) -> Draft:
        """One clip (16 kHz, at most 30 s) through the model. A single temperature: one pass, so the time is bounded."""
        segments, _ = self._model.transcribe(
            clip,
            language=self._language,
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
            hotwords=self._hotwords.get(hint) if hint else None,
        )
        written = list(segments)
        return Draft(
            text="".join(segment.text for segment in written),
            seconds=len(clip) / _RATE,
            no_speech_prob=max((segment.no_speech_prob for segment in written), default=1.0),
            avg_logprob=min((segment.avg_logprob for segment in written), default=NEVER_SAID),
            compression_ratio=max((segment.compression_ratio for segment in written), default=0.0),
            surely_speech=sure,
        )


def load_faster_whisper(
    model: str,
    *,
    language: str = "ja",
    compute_type: str = "int8",
    threads: int = 1,
    device: str = "cpu",
    download: bool = True,
    hotwords: Mapping[Hint, str] | None = None,
    clip_seconds: float = 10.0,
) -> FasterWhisperTranscriber:
    """Load `model`, a folder or a hub name, once for this process (0.1 s for 5 MB, some seconds for large ones).

    A folder is never looked up anywhere else. A hub name is taken from this machine's cache, or fetched if `download`.
    `compute_type`: as CTranslate2 ("int8", "int8_float16", "float32" ...); `threads`: of one transcription;
    `clip_seconds`: speech is cut, in pauses, into clips of at most that (Whisper's window is 30; small models that
    learned from short clips lose their place in longer ones).
    Raises ModelMissing, with the setting and the remedy, when the model is absent, not whole, or not of this language.
    """
    source = _folder_or_hub_name(model)
    loaded = _load(source, download, device=device, compute_type=compute_type, cpu_threads=threads, num_workers=1)
    if language != "en" and not loaded.model.is_multilingual:
        raise ModelMissing(f"The speech model {model!r} understands English only. {_REMEDY}")
    name = source.resolve().name if isinstance(source, Path) else source
    return FasterWhisperTranscriber(
        loaded,
        name,
        language=language,
        invented=load_invented_phrases(language),
        clip_seconds=clip_seconds,
        hotwords=hotwords,
    )


def _folder_or_hub_name(model: str) -> Path | str:
    """The folder if `model` is one (then it is whole), else the hub name. Raises ModelMissing."""
    if not model.strip():
        raise ModelMissing(f"No speech model is named. {_REMEDY}")
    folder = Path(model).expanduser()
    if folder.is_dir():
        missing = [name for name in _NEEDED_FILES if not (folder / name).is_file()]
        if not list(folder.glob("vocabulary.*")):
            missing.append("vocabulary.json")
        if missing:
            raise ModelMissing(f"The speech model folder {model!r} lacks {', '.join(missing)}. {_REMEDY}")
        return folder
    if folder.is_absolute() or model.startswith((".", "~")) or model.count("/") > 1 or folder.exists():
        raise ModelMissing(f"There is no speech model folder {model!r}. {_REMEDY}")
    return model


def _load(source: Path | str, download: bool, **options: Any) -> Any:
    from faster_whisper import WhisperModel
    from huggingface_hub.errors import LocalEntryNotFoundError

    if isinstance(source, Path):
        return _opened(source.name, lambda: WhisperModel(str(source), local_files_only=True, **options))
    try:
        return _opened(source, lambda: WhisperModel(source, local_files_only=True, **options))
    except ModelMissing as error:
        if not download or not isinstance(error.__cause__, LocalEntryNotFoundError):
            raise
    return _opened(source, lambda: WhisperModel(source, **options))


def _opened(name: str, load: Callable[[], Any]) -> Any:
    """What `load` gives.

    Every way in which faster-whisper, CTranslate2 and the hub say "no" (they share no base class) becomes ModelMissing.
    """
    try:
        return load()
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelMissing(f"The speech model {name!r} cannot be loaded ({reason}). {_REMEDY}") from error


@dataclass(frozen=True, slots=True)
class _Clip:
    """A stretch in which somebody speaks, in samples at 16 kHz; `sure`: the voice detector has no doubt."""

    begin: int
    end: int
    sure: bool


def _spoken_clips(samples: npt.NDArray[np.float32], longest: float) -> list[_Clip]:
    """Where somebody speaks in `samples` (16 kHz): clips of at most `longest` seconds, short pauses kept; [] if nobody.

    Silero was tuned on wide-band speech and scores telephone sound lower (snakers4/silero-vad#606): 0.35, not 0.5. A
    lone short "yes" reaches not even that (0.1 to 0.3; tones and noise stay under 0.15), and must not be swallowed: a
    short stretch in doubt is kept as "not sure", and then its text has to convince.
    """
    if len(samples) < _SHORTEST_SOUND * _RATE:
        return []
    clips = [_Clip(begin, end, sure=True) for begin, end in _voiced(samples, longest, threshold=0.35)]
    if clips:
        return clips
    return [
        _Clip(begin, end, sure=False)
        for begin, end in _voiced(samples, longest, threshold=0.1)
        if end - begin <= _LONGEST_DOUBT * _RATE
    ]


def _voiced(samples: npt.NDArray[np.float32], longest: float, threshold: float) -> list[tuple[int, int]]:
    """Stretches above the voice detector's threshold, joined up to `longest` seconds over pauses of less than one."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(
        threshold=threshold,
        min_speech_duration_ms=60,
        max_speech_duration_s=longest - 2 * _PRE_ROLL_MS / 1000,
        min_silence_duration_ms=400,
        speech_pad_ms=_PRE_ROLL_MS,
    )
    clips: list[tuple[int, int]] = []
    for spoken in get_speech_timestamps(samples, options, sampling_rate=_RATE):
        begin, end = int(spoken["start"]), int(spoken["end"])
        if clips and begin <= clips[-1][1] and end - clips[-1][0] <= longest * _RATE:
            clips[-1] = (clips[-1][0], end)
        else:
            clips.append((begin, end))
    return clips
