"""Sound files: what is read, what is refused, and the exact WAV that the telephone is given."""

from __future__ import annotations

import contextlib
import io
import struct
import wave

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio import mulaw, recording
from audio.recording import NotSound, decode, to_telephone_wav
from audio.sound import Sound


def pcm_wav(sound: Sound, channels: int = 1, width: int = 2) -> bytes:
    """The sound by the standard library's writer, each channel the same."""
    samples = np.repeat(sound.as_int16(), channels)
    content = samples.tobytes() if width == 2 else ((samples >> 8) + 128).astype(np.uint8).tobytes()
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(sound.rate)
        writer.writeframes(content)
    return file.getvalue()


def by_ffmpeg(sound: Sound, container: str, codec: str) -> bytes:
    """The sound as FFmpeg's libraries write it."""
    file = io.BytesIO()
    with av.open(file, mode="w", format=container) as output:
        stream = output.add_stream(codec, rate=sound.rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(sound.as_int16().reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = sound.rate, 0
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            output.mux(packet)
    return file.getvalue()


def chunks(wav: bytes) -> dict[bytes, bytes]:
    """The chunks of a RIFF file, read by hand."""
    assert (wav[:4], wav[8:12], struct.unpack("<I", wav[4:8])[0]) == (b"RIFF", b"WAVE", len(wav) - 8)
    found, at = {}, 12
    while at < len(wav):
        name, size = struct.unpack("<4sI", wav[at : at + 8])
        found[name] = wav[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return found


def likeness(one: Sound, other: Sound) -> float:
    length = min(len(one.samples), len(other.samples))
    return float(np.corrcoef(one.samples[:length], other.samples[:length])[0, 1])


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_pcm_wav_is_read_at_its_own_rate_and_mixed_to_mono(tone: Sound, rate: int, channels: int) -> None:
    given_sound = tone.at_rate(rate)
    read = decode(pcm_wav(given_sound, channels))
    assert (read.rate, len(read.samples)) == (rate, len(given_sound.samples))
    assert np.abs(read.samples - given_sound.samples).max() < 2e-4


@pytest.mark.parametrize("codec", ["pcm_mulaw", "pcm_alaw", "pcm_u8", "pcm_s24le", "pcm_f32le"])
def test_a_wav_is_read_in_every_usual_coding(tone: Sound, codec: str) -> None:
    file = io.BytesIO()
    sample_format = {"pcm_u8": "u8", "pcm_s24le": "s32", "pcm_f32le": "flt"}.get(codec, "s16")
    with av.open(file, mode="w", format="wav") as output:
        stream = output.add_stream(codec, rate=tone.rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone.as_int16().reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = tone.rate
        for converted in av.AudioResampler(format=sample_format, layout="mono", rate=tone.rate).resample(frame):
            output.mux(stream.encode(converted))
        output.mux(stream.encode(None))
    assert likeness(decode(file.getvalue()), tone) > 0.99


@pytest.mark.parametrize(
    ("container", "codec"),
    [
        ("mp3", "libmp3lame"),
        ("flac", "flac"),
        ("matroska", "pcm_s16le"),
        ("mp4", "aac"),
        ("ogg", "libopus"),
        ("webm", "libopus"),
    ],
)
def test_other_formats_are_read_without_an_ffmpeg_programme(tone: Sound, container: str, codec: str) -> None:
    read = decode(by_ffmpeg(tone, container, codec))
    assert read.rate == (48000 if codec == "libopus" else tone.rate)  # Opus has one rate
    assert read.seconds == pytest.approx(tone.seconds, abs=0.3)


def test_a_telephone_wav_is_format_7_with_its_fact_chunk(tone: Sound) -> None:
    parts = chunks(to_telephone_wav(tone.at_rate(48000)))
    format_tag, channels, rate, bytes_a_second, block, bits, extra = struct.unpack("<HHIIHHH", parts[b"fmt "])
    assert (format_tag, channels, rate, bytes_a_second, block, bits, extra) == (7, 1, 8000, 8000, 1, 8, 0)
    assert list(parts) == [b"fmt ", b"fact", b"data"]
    assert struct.unpack("<I", parts[b"fact"]) == (len(parts[b"data"]),) == (4000,)


def test_a_telephone_wav_holds_exactly_the_line_s_bytes(tone: Sound) -> None:
    wav = to_telephone_wav(tone)
    assert chunks(wav)[b"data"] == mulaw.encode(tone.as_int16())
    assert decode(wav).as_int16().tolist() == mulaw.decode(mulaw.encode(tone.as_int16())).tolist()


def test_the_standard_library_sees_that_a_telephone_wav_is_not_pcm(tone: Sound) -> None:
    with pytest.raises(wave.Error, match="7"):
        wave.Wave_read(io.BytesIO(to_telephone_wav(tone)))


def test_an_odd_number_of_samples_is_padded_as_riff_demands() -> None:
    wav = to_telephone_wav(Sound(np.zeros(3, dtype=np.float32), 8000))
    assert len(wav) % 2 == 0
    assert len(chunks(wav)[b"data"]) == 3


def test_a_streamed_wav_that_never_knew_its_length_is_read(tone: Sound) -> None:
    wav = bytearray(pcm_wav(tone))
    wav[4:8] = wav[40:44] = b"\xff\xff\xff\xff"
    assert decode(bytes(wav)).seconds == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        ("水が出ています".encode(), "not a WAV"),
        (b"<html>not found</html>", "not a WAV"),
        (b"#EXTM3U\n#EXTINF:1,\n/etc/hostname\n", "not a WAV"),
        (b"ffconcat version 1.0\nfile /etc/hostname\n", "not a WAV"),
        (b"RIFF\x00\x00\x00\x00WAVE", "cannot be read"),
        (b"RIFF", "not a WAV"),
        (b"\xff", "not a WAV"),
        (b"ID3" + bytes(64), "cannot be read"),
        (b"OggS" + bytes(64), "cannot be read"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(64), "no sound track|cannot be read"),
    ],
)
def test_what_is_no_sound_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(NotSound, match=reason):
        decode(data)


def test_a_wav_without_a_sample_is_refused(tone: Sound) -> None:
    with pytest.raises(NotSound):
        decode(pcm_wav(tone)[:44])


def test_a_file_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(NotSound, match="bytes"):
        decode(b"RIFF" + bytes(recording.MOST_BYTES))


def test_a_sound_too_long_is_refused_though_its_file_is_small() -> None:
    with pytest.raises(NotSound, match="longer than 900 seconds"):
        decode(to_telephone_wav(Sound(np.zeros(901 * 8000, dtype=np.float32), 8000)))


def test_an_impossible_sample_rate_is_refused(tone: Sound) -> None:
    wav = bytearray(pcm_wav(tone))
    wav[24:28] = struct.pack("<I", 100)
    with pytest.raises(NotSound, match="100 Hz"):
        decode(bytes(wav))


@pytest.mark.parametrize("channels", [0, 9, 52, 65535])
def test_an_impossible_number_of_channels_is_refused(channels: int, tone: Sound) -> None:
    wav = bytearray(to_telephone_wav(tone))
    wav[22:24] = struct.pack("<H", channels)
    with pytest.raises(NotSound):
        decode(bytes(wav))


def test_a_wav_in_an_unknown_coding_is_refused(tone: Sound) -> None:
    wav = bytearray(pcm_wav(tone))
    wav[20:22] = b"\x34\x12"
    with pytest.raises(NotSound, match="coding"):
        decode(bytes(wav))


def test_samples_that_are_not_numbers_are_refused() -> None:
    layout = struct.pack("<HHIIHH", 3, 1, 8000, 32000, 4, 32)
    content = np.array([0.0, np.nan, np.inf], dtype=np.float32).tobytes()
    body = b"WAVEfmt " + struct.pack("<I", len(layout)) + layout + b"data" + struct.pack("<I", len(content)) + content
    with pytest.raises(NotSound, match="not numbers"):
        decode(b"RIFF" + struct.pack("<I", len(body)) + body)


@settings(max_examples=60, deadline=None)
@given(damage=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=12), cut=st.integers(1, 800))
def test_a_damaged_file_gives_a_sound_or_a_refusal_never_another_error(damage: list[tuple[int, int]], cut: int) -> None:
    wav = bytearray(to_telephone_wav(Sound(np.linspace(-0.5, 0.5, 700, dtype=np.float32), 8000))[:cut])
    for at, value in damage:
        if at < len(wav):
            wav[at] = value
    with contextlib.suppress(NotSound):
        decode(bytes(wav))
