"""What the desk thinks, hears and speaks with: loaded once, shared by every call."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import audio
from audio.hints import load_hints
from audio.pyopenjtalk_synthesiser import PyOpenJTalkSynthesiser
from audio.readings import load_readings
from audio.recogniser import Recogniser
from audio.recogniser_process import start_recogniser
from audio.remote_transcriber import connect_recogniser
from audio.transcriber import ModelMissing
from audio.voice import Voice
from faq_index import answers as faq
from faq_index import corpus as faq_corpus
from faq_index.embed import SHIPPED_MODEL, Embedder, SentenceEmbedder
from ivr.domain.languages import JAPANESE
from ivr.ports import Answers, Understanding
from ivr.settings import PREFIX, Settings
from ivr.usecases.encoder_votes import UnderstandingEmbedder
from nlu import reading as kana
from nlu import understand as nlu
from nlu.encoder import load_encoder
from nlu.gazetteer import town_readings

log = logging.getLogger(__name__)

READINGS = Path(audio.__file__).parent / "data" / "readings" / "ja.yaml"
INDEX = "index"


@dataclass(frozen=True, slots=True)
class Minds:
    """What is loaded once and shared by every call: understanding, answers, ears and voice. Holds no state of calls.

    `transcriber` is None when there is no recogniser; `deaf_because` then says why, for the people who run the desk.
    """

    understanding: Understanding
    answers: Answers
    corpora: tuple[faq_corpus.Corpus, ...]
    transcriber: Recogniser | None
    deaf_because: str | None
    voice: Voice | None

    def close(self) -> None:
        if self.transcriber is not None:
            self.transcriber.close()


def load_minds(settings: Settings) -> Minds:
    """Raises the typed errors of each part (BadDataError, IndexUnusable, BadReadings …), all with their remedy."""
    corpora = load_corpora()
    transcriber, deaf_because = _ears(settings)
    return Minds(
        understanding=load_understanding(),
        answers=open_answers(settings, corpora),
        corpora=corpora,
        transcriber=transcriber,
        deaf_because=deaf_because,
        voice=_voice(settings) if settings.voice == "own" else None,
    )


def load_understanding() -> Understanding:
    """Raises BadDataError."""
    return nlu.load()


def load_corpora() -> tuple[faq_corpus.Corpus, ...]:
    """The FAQ in every language it is there in, Japanese first. Raises DataError."""
    return faq_corpus.load_corpora()


def open_answers(settings: Settings, corpora: tuple[faq_corpus.Corpus, ...]) -> faq.Answers:
    """The FAQ index of `var`; made when there is none yet, refused (IndexUnusable) when it belongs to another FAQ."""
    folder = settings.var / INDEX
    return faq.load(folder, corpora, open_models(settings)) if folder.exists() else build_answers(settings, corpora)


def build_answers(settings: Settings, corpora: tuple[faq_corpus.Corpus, ...]) -> faq.Answers:
    """Build the FAQ index of all languages into `var` (a minute), in place of the one that was there."""
    log.info("building the FAQ index in %s", ", ".join(corpus.language for corpus in corpora))
    return faq.build(corpora, open_models(settings), kana.reading, settings.var / INDEX)


def open_models(settings: Settings) -> tuple[Embedder, ...]:
    """What votes on answers: the embedder, which searches too, and the encoder of understanding. Raises ModelError."""
    return open_embedder(settings), UnderstandingEmbedder(load_encoder())


def open_embedder(settings: Settings) -> Embedder:
    """The model that the settings name, or the shipped one. Raises ModelError."""
    return SentenceEmbedder(settings.embedder or SHIPPED_MODEL)


def _ears(settings: Settings) -> tuple[Recogniser | None, str | None]:
    """The recogniser, or why there is none: the desk still works by keys and recordings."""
    if settings.ears not in ("stream", "record"):
        return None, None
    if not settings.asr_model:
        return None, f"{PREFIX}ASR_MODEL is empty: no recogniser, callers are served by keys and recordings"
    try:
        return open_recogniser(settings), None
    except ModelMissing as error:
        return None, f"{error} Until then callers are served by keys and recordings."


def open_recogniser(settings: Settings) -> Recogniser:
    """The recogniser that the settings name, here or on a server elsewhere. Raises ModelMissing."""
    if not settings.asr_url:
        return own_recogniser(settings)
    prompts = load_hints(JAPANESE).prompts_with(tuple(town_readings())) if settings.asr_hints else None
    return connect_recogniser(
        settings.asr_url,
        model=Path(settings.asr_model).name if Path(settings.asr_model).is_absolute() else settings.asr_model,
        key=settings.asr_key.get_secret_value() if settings.asr_key else None,
        seconds=settings.asr_deadline_s,
        workers=settings.asr_workers,
        prompts=prompts,
    )


def own_recogniser(settings: Settings) -> Recogniser:
    """Processes of this machine, all ready to work. Raises ModelMissing."""
    return start_recogniser(
        settings.asr_model,
        workers=settings.asr_workers,
        seconds=settings.asr_deadline_s,
        cut_padding={"auto": None, "yes": True, "no": False}[settings.asr_cut_padding],
        hints=settings.asr_hints,
        towns=tuple(town_readings()) if settings.asr_hints else (),
    )


def _voice(settings: Settings) -> Voice:
    readings = {**town_readings(), **load_readings(READINGS)}
    return Voice(PyOpenJTalkSynthesiser(readings=readings), settings.var / "voice", settings.var / "recordings")
