"""Recordings: the bytes of a sound file -> Sound, and Sound -> the 8 kHz µ-law WAV that a telephone plays."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from audio import mulaw
from audio.sound import TELEPHONE_RATE, Sound, through_telephone

__all__ = ["MOST_BYTES", "MOST_SECONDS", "NotSound", "Sound", "decode", "through_telephone", "to_telephone_wav"]

MOST_BYTES = 32 * 1024 * 1024
MOST_SECONDS = 900
"""Longer than any recording of a call or an announcement; a file may claim hours in a few kilobytes."""

_RATES = range(4000, 192_001)  # Hz
_CHANNELS = range(1, 9)  # PyAV reads past the frame's eight planes when there are more (found by damaging files)
_MULAW_FORMAT = 7  # WAVE_FORMAT_MULAW, RFC 2361


class NotSound(ValueError):
    """These bytes are no sound file that can be used. Permanent: the same bytes will fail again."""


def decode(data: bytes) -> Sound:
    """A sound file as mono Sound at its own sample rate; several channels are mixed.

    Reads WAV (PCM of any width, float, µ-law, A-law), MP3, Ogg, FLAC, MP4/M4A and WebM. No ffmpeg programme is needed.
    Raises NotSound, with the reason, for anything else: empty, text, cut off before a first sample, too big, too long.
    """
    if not data:
        raise NotSound("the file is empty")
    if len(data) > MOST_BYTES:
        raise NotSound(f"the file has {len(data)} bytes; at most {MOST_BYTES} are taken")
    container_format = _container_format(data)
    try:
        parts, rate = _read(data, container_format)
    except (av.error.FFmpegError, ValueError, IndexError) as error:
        if isinstance(error, NotSound):
            raise
        raise NotSound(f"the file begins like {container_format} but cannot be read: {error}") from error
    if not parts:
        raise NotSound("the file holds no sample")
    samples = np.concatenate(parts)
    if not np.isfinite(samples).all():
        raise NotSound("the file holds samples that are not numbers")
    return Sound(np.clip(samples, -1.0, 1.0).astype(np.float32), rate)


def to_telephone_wav(sound: Sound) -> bytes:
    """The sound as a WAV of 8 kHz mono µ-law (format 7, with its `fact` chunk): Twilio plays it without converting.

    Chunks as in Microsoft's "Multiple Channel Audio Data and WAVE Files": a compressed format has cbSize and `fact`.
    """
    line = mulaw.encode(sound.at_rate(TELEPHONE_RATE).as_int16())
    layout = struct.pack("<HHIIHHH", _MULAW_FORMAT, 1, TELEPHONE_RATE, TELEPHONE_RATE, 1, 8, 0)
    body = b"WAVE" + _chunk(b"fmt ", layout) + _chunk(b"fact", struct.pack("<I", len(line))) + _chunk(b"data", line)
    return _chunk(b"RIFF", body)


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _container_format(data: bytes) -> str:
    """The FFmpeg demuxer for these bytes, by their first ones.

    Never left to FFmpeg's own guess: among its formats are play lists that would open other files and addresses.
    """
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    if data[:3] == b"ID3" or (data[0] == 0xFF and len(data) > 1 and data[1] & 0xE6 == 0xE2):
        return "mp3"
    for start, at, name in (
        (b"OggS", 0, "ogg"),
        (b"fLaC", 0, "flac"),
        (b"ftyp", 4, "mp4"),
        (b"\x1aE\xdf\xa3", 0, "matroska"),
    ):
        if data[at : at + 4] == start:
            return name
    raise NotSound("the file is not a WAV, MP3, Ogg, FLAC, MP4 or WebM sound")


def _read(data: bytes, container_format: str) -> tuple[list[npt.NDArray[np.float32]], int]:
    """All samples (float32, one array a frame) and their rate in Hz. Raises what PyAV raises, and NotSound."""
    with av.open(io.BytesIO(data), mode="r", format=container_format, metadata_errors="ignore") as container:
        if not container.streams.audio:
            raise NotSound("the file holds no sound track")
        if not container.streams.audio[0].codec_context:
            raise NotSound("the file's sound is in a coding that nobody here can read")
        rate = container.streams.audio[0].rate
        if rate not in _RATES:
            raise NotSound(f"a sample rate of {rate} Hz is not taken; {_RATES.start} to {_RATES.stop - 1} Hz are")
        channels = container.streams.audio[0].channels
        if channels not in _CHANNELS:
            raise NotSound(f"{channels} channels are not taken; {_CHANNELS.start} to {_CHANNELS.stop - 1} are")
        parts: list[npt.NDArray[np.float32]] = []
        left = MOST_SECONDS * rate
        for part in _mono_frames(container, rate):
            left -= len(part)
            if left < 0:
                raise NotSound(f"the sound is longer than {MOST_SECONDS} seconds")
            parts.append(part)
        return parts, rate


def _mono_frames(container: av.container.InputContainer, rate: int) -> Iterator[npt.NDArray[np.float32]]:
    as_float = AudioResampler(format="flt", rate=rate)
    for frame in container.decode(audio=0):
        frame.pts = None  # a damaged time stamp must not stop the sound
        for part in as_float.resample(frame):
            yield _mixed(part)
    for part in as_float.resample(None):
        yield _mixed(part)


def _mixed(frame: AudioFrame) -> npt.NDArray[np.float32]:
    """The mean of the channels of an interleaved float frame, shape (n,). FFmpeg's own mixing of floats only adds."""
    channels = frame.layout.nb_channels
    if channels not in _CHANNELS:
        raise NotSound(f"the file changes to {channels} channels")
    mono: npt.NDArray[np.float32] = frame.to_ndarray().reshape(-1, channels).mean(axis=1, dtype=np.float32)
    return mono
