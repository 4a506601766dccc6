"""What the shipped recogniser hears of sentences spoken over a telephone line: rows for nlu.slips and places_dev.jsonl.

`python -m tests.bench.spoken_places TEXTS.jsonl OUT.jsonl VOICES [FONT.htsvoice]`: TEXTS has {"id", "text"} a line, OUT
gets {"id", "text", "voice", "said", "heard"}. VOICES: font (the package's, varied), strange (another head and rhythm),
stranger (FONT, as it is), parted by commas. Goes on where it was stopped; a second of speech takes 0.1 s of one core.
"""

from __future__ import annotations

import json
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
from pyopenjtalk.htsengine import HTSEngine

from audio.faster_whisper_transcriber import load_faster_whisper
from audio.readings import front_end
from audio.sound import TELEPHONE_RATE, Sound
from audio.training.degrade import degraded
from audio.training.speak import NotSpoken, Spoken, default_font, said_of, spoken
from audio.training.voices import Speaker, VoiceFont, new_speaker, plain_speaker
from audio.transcriber import Hint
from nlu.gazetteer import town_readings

_FONT_RATE = 48_000  # Hz


def main(texts: str, out: str, voices: str, font: str | None = None) -> None:
    """Speak and recognise every text in every voice."""
    words = front_end(town_readings())
    fonts = {"font": default_font(), "strange": default_font()} | ({"stranger": VoiceFont(Path(font))} if font else {})
    transcriber = load_faster_whisper("audio/models/mizumado-ja", language="ja", threads=1)
    done = {(row["id"], row["voice"]) for row in _rows(out)} if Path(out).exists() else set()
    with Path(out).open("a", encoding="utf-8") as heard:
        for row in _rows(texts):
            for voice in voices.split(","):
                if (row["id"], voice) in done:
                    continue
                draw = np.random.default_rng(zlib.crc32(f"{row['id']} {voice}".encode()))
                speaker = {"font": plain_speaker, "strange": new_speaker}.get(voice, lambda _: Speaker())(draw)
                try:
                    clip = _said(words, fonts[voice], speaker, row["text"])
                except NotSpoken:
                    continue
                sound = Sound(degraded(clip.samples, draw).astype(np.float32), TELEPHONE_RATE)
                text = transcriber.transcribe(sound, Hint.PLACE).text
                line = {"id": row["id"], "text": row["text"], "voice": voice, "said": clip.kana, "heard": text}
                heard.write(json.dumps(line, ensure_ascii=False) + "\n")


def _rows(path: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def _said(words: object, font: VoiceFont, speaker: Speaker, text: str) -> Spoken:
    with tempfile.NamedTemporaryFile(suffix=".htsvoice") as file:
        file.write(font.spoken_by(speaker))
        file.flush()
        engine = HTSEngine(file.name.encode())
    front = words.run_frontend(text)  # type: ignore[attr-defined]  # OpenJTalk has no types
    engine.set_speed(speaker.tempo)
    engine.add_half_tone(speaker.half_tones)
    return spoken(said_of(front), engine.synthesize(words.make_label(front)), _FONT_RATE)  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(*sys.argv[1:5])
