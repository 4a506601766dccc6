"""The ears in earnest: faster-whisper with any CTranslate2 Whisper model, from a folder or from the model hub."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from audio.ctc_head import CtcHead, load_ctc_head
from audio.hints import load_hints
from audio.invented import Draft, InventedPhrases, load_invented_phrases, what_was_said
from audio.model_folder import REMEDY, folder_or_hub_name, load_whisper
from audio.sound import Sound
from audio.spoken_clips import RATE, spoken_clips
from audio.transcriber import NEVER_SAID, Hint, ModelMissing, Transcript, TranscriptionFailed, nothing_heard


class FasterWhisperTranscriber:
    """A Transcriber over one loaded model. Load one per process; calls from several threads wait for each other.

    `prompts`: the words that the model is told to expect, by what was asked. None by default: a small model that never
    saw a prompt in training writes the prompt instead of the speech. `ctc`: the model's CTC head, if it has one; then
    what was asked decides between readings of the sound, and only where the sound leaves it open.
    """

    def __init__(
        self,
        model: Any,
        name: str,
        *,
        language: str,
        invented: InventedPhrases,
        clip_seconds: float,
        prompts: Mapping[Hint, str] | None = None,
        ctc: CtcHead | None = None,
    ) -> None:
        self._model = model
        self._name = name
        self._language = language
        self._invented = invented
        self._prompts = prompts or {}
        self._ctc = ctc
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
        samples = sound.at_rate(RATE).samples
        try:
            with self._one_at_a_time:
                clips = spoken_clips(samples, self._clip_seconds)
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

    def warm_up(self) -> None:
        """Go the whole way once, with noise: what is made at first use would take a second of the first caller's time.

        Raises ModelMissing when the model cannot do even that.
        """
        noise = Sound((0.01 * np.random.default_rng(1).standard_normal(8000)).astype(np.float32), 8000)
        try:
            self.transcribe(noise)
            self._draft(noise.at_rate(RATE).samples, sure=False, hint=None)
        except (RuntimeError, ValueError, TranscriptionFailed) as error:
            raise ModelMissing(
                f"The speech model {self._name!r} loads but cannot be used ({error}). {REMEDY}"
            ) from error

    def _draft(self, clip: npt.NDArray[np.float32], sure: bool, hint: Hint | None) -> Draft:
        """One clip (16 kHz, at most 30 s) through the model. A single temperature: one pass, so the time is bounded."""
        segments, _ = self._model.transcribe(
            clip,
            language=self._language,
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
            hotwords=self._prompts.get(hint) if hint else None,
        )
        written = list(segments)
        draft = Draft(
            text="".join(segment.text for segment in written),
            seconds=len(clip) / RATE,
            no_speech_prob=max((segment.no_speech_prob for segment in written), default=1.0),
            avg_logprob=min((segment.avg_logprob for segment in written), default=NEVER_SAID),
            compression_ratio=max((segment.compression_ratio for segment in written), default=0.0),
            surely_speech=sure,
        )
        answer = self._ctc.answer(np.array(self._model.encoded)[0], hint) if self._ctc and written else None
        if answer is None:
            return draft
        return replace(draft, text=answer.text, avg_logprob=-answer.lost / len(answer.text), compression_ratio=0.0)


def load_faster_whisper(
    model: str,
    *,
    language: str = "ja",
    compute_type: str = "int8",
    threads: int = 1,
    device: str = "cpu",
    download: bool = True,
    clip_seconds: float = 10.0,
    cut_padding: bool | None = None,
    hints: bool = False,
    towns: Sequence[str] = (),
) -> FasterWhisperTranscriber:
    """Load `model`, a folder or a hub name, once for this process (0.1 s for 5 MB, some seconds for large ones).

    A folder is never looked up anywhere else. A hub name is taken from this machine's cache, or fetched if `download`.
    `compute_type`: as CTranslate2 ("int8", "int8_float16", "float32" ...); `threads`: of one transcription;
    `clip_seconds`: speech is cut, in pauses, into clips of at most that (Whisper's window is 30; small models that
    learned from short clips lose their place in longer ones).
    `cut_padding`: give the encoder the sound alone and not 30 s; None does so for models that were trained so;
    `hints`: tell the model what was asked by a prompt (for full-size models), `towns` for a place, the likeliest first.
    Raises ModelMissing, with the setting and the remedy, when the model is absent, not whole, or not of this language.
    """
    source = folder_or_hub_name(model)
    options = {"device": device, "compute_type": compute_type, "cpu_threads": threads, "num_workers": 1}
    loaded = load_whisper(source, download, cut_padding=cut_padding, **options)
    if language != "en" and not loaded.model.is_multilingual:
        raise ModelMissing(f"The speech model {model!r} understands English only. {REMEDY}")
    expected = load_hints(language)
    ctc = load_ctc_head(source, expected.grammars) if isinstance(source, Path) and device == "cpu" else None
    transcriber = FasterWhisperTranscriber(
        loaded,
        source.resolve().name if isinstance(source, Path) else source,
        language=language,
        invented=load_invented_phrases(language),
        clip_seconds=clip_seconds,
        prompts=expected.prompts_with(towns) if hints else None,
        ctc=ctc,
    )
    transcriber.warm_up()
    return transcriber
