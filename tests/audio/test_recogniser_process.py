"""The recogniser's worker as a process: what crosses, what its death costs, how it is renewed, how small it stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from audio.recogniser import Recogniser
from audio.recogniser_process import ProcessWorker
from audio.recogniser_worker import Recipe
from audio.sound import Sound, silence
from audio.transcriber import Hint, ModelMissing, TranscriptionFailed
from tests.audio import stub_transcribers as stub

ROOT = Path(__file__).parents[2]
PLAIN = 100  # ms of sound that the stub only reports


def recipe(function: str = "make", **options: object) -> Recipe:
    return Recipe("tests.audio.stub_transcribers", function, options)


def ms(milliseconds: int) -> Sound:
    return silence(milliseconds / 1000)


@pytest.fixture
def started() -> Iterator[Callable[..., Recogniser]]:
    """Makes recognisers of these workers, closed at the end."""
    made: list[Recogniser] = []

    def start(*workers: ProcessWorker, seconds: float = 30.0) -> Recogniser:
        made.append(Recogniser(workers, seconds=seconds, places=8, reserved=2, hanging_s=0.2))
        return made[-1]

    yield start
    for recogniser in made:
        recogniser.close()


def process_of(recogniser: Recogniser) -> int:
    return int(recogniser.transcribe(ms(PLAIN)).text.split()[-1])


def ended(process: int) -> bool:
    """Within ten seconds. A dead process whose parent has not waited for it counts as ended."""
    for _ in range(2000):
        status = Path(f"/proc/{process}/stat")
        with suppress(FileNotFoundError, ProcessLookupError):
            if status.read_text().rpartition(")")[2].split()[0] != "Z":
                time.sleep(0.005)
                continue
        return True
    return False


def test_sound_and_hint_cross_to_the_worker_and_the_transcript_comes_back(started: Callable[..., Recogniser]) -> None:
    recogniser = started(ProcessWorker(recipe()))
    loud = Sound(np.full(1600, 0.5, np.float32), 16_000)
    transcript = recogniser.transcribe(loud, Hint.NUMBER)
    hint, length, process = transcript.text.split()
    assert (hint, length, transcript.duration_ms, transcript.heard) == ("number", "100", 100, True)
    assert int(process) != os.getpid()
    assert not recogniser.transcribe(ms(PLAIN)).heard
    assert recogniser.name == "stub"


def test_each_worker_is_a_process_of_its_own(started: Callable[..., Recogniser], tmp_path: Path) -> None:
    gate = tmp_path / "open"
    recogniser = started(*(ProcessWorker(recipe(gate=str(gate))) for _ in range(2)))
    jobs = [recogniser.submit(ms(stub.WAIT)) for _ in range(2)]
    gate.touch()
    assert len({job.result(10).text for job in jobs}) == 2


@pytest.mark.parametrize(
    ("function", "words"),
    [("refuse", r"Set MIZUMADO_ASR_MODEL"), ("crash", r"exit status 3"), ("nowhere", r"AttributeError")],
)
def test_a_worker_that_cannot_start_says_why(function: str, words: str) -> None:
    with pytest.raises(ModelMissing, match=words):
        Recogniser([ProcessWorker(recipe(function))], seconds=5)


def test_a_failure_in_the_worker_is_typed_and_only_its_kind_is_told(started: Callable[..., Recogniser]) -> None:
    recogniser = started(ProcessWorker(recipe()))
    with pytest.raises(TranscriptionFailed, match="this sound cannot be read"):
        recogniser.transcribe(ms(stub.FAIL))
    with pytest.raises(TranscriptionFailed, match=r"failed: RuntimeError$"):
        recogniser.transcribe(ms(stub.BREAK))
    assert recogniser.transcribe(ms(PLAIN)).duration_ms == PLAIN


def test_a_worker_killed_over_a_sound_loses_that_job_only(
    started: Callable[..., Recogniser], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    worker = ProcessWorker(recipe(gate=str(tmp_path / "never")))
    recogniser = started(worker)
    running, waiting = recogniser.submit(ms(stub.WAIT)), recogniser.submit(ms(PLAIN))
    while not running.running():
        time.sleep(0.001)
    before = worker.process_id
    assert before is not None
    os.kill(before, signal.SIGKILL)
    with pytest.raises(TranscriptionFailed, match="died over this sound"):
        running.result(10)
    assert int(waiting.result(10).text.split()[-1]) != before
    assert recogniser.alive
    assert "exit status -9" in caplog.text


def test_a_sound_that_kills_its_worker_is_not_tried_again(started: Callable[..., Recogniser]) -> None:
    recogniser = started(ProcessWorker(recipe()))
    with pytest.raises(TranscriptionFailed, match="died"):
        recogniser.transcribe(ms(stub.DIE))
    assert recogniser.transcribe(ms(PLAIN)).duration_ms == PLAIN


def test_a_worker_killed_while_idle_loses_nothing(started: Callable[..., Recogniser]) -> None:
    recogniser = started(ProcessWorker(recipe()))
    before = process_of(recogniser)
    os.kill(before, signal.SIGKILL)
    while Path(f"/proc/{before}").exists():  # the recogniser itself finds it dead, once a second
        time.sleep(0.005)
    assert process_of(recogniser) != before


def test_a_worker_that_hangs_is_ended_and_the_next_job_works(started: Callable[..., Recogniser]) -> None:
    recogniser = started(ProcessWorker(recipe()))
    before = process_of(recogniser)
    with pytest.raises(TranscriptionFailed, match="longer than"):
        recogniser.transcribe_within(ms(stub.HANG), 0.05)
    assert process_of(recogniser) != before
    assert ended(before)


def test_a_worker_that_stands_still_before_it_took_the_sound_is_ended_too(started: Callable[..., Recogniser]) -> None:
    recogniser = started(ProcessWorker(recipe()))
    before = process_of(recogniser)
    os.kill(before, signal.SIGSTOP)
    with pytest.raises(TranscriptionFailed, match="longer than"):
        recogniser.transcribe_within(silence(60.0), 0.05)  # more than the pipe holds
    assert process_of(recogniser) != before


def test_a_worker_is_renewed_after_its_jobs_while_it_goes_on_working(started: Callable[..., Recogniser]) -> None:
    recogniser = started(ProcessWorker(recipe(), most_jobs=2))
    seen = [process_of(recogniser)]
    while len(set(seen)) < 3:
        seen.append(process_of(recogniser))
        assert len(seen) < 20_000
    assert len(seen) > 4
    assert ended(seen[0])


def test_a_worker_that_grows_is_renewed(started: Callable[..., Recogniser]) -> None:
    recogniser = started(ProcessWorker(recipe(), most_growth=0))
    before = process_of(recogniser)
    for _ in range(4):
        recogniser.transcribe(ms(stub.GROW))
    for _ in range(20_000):
        if process_of(recogniser) != before:
            break
    assert ended(before)


def test_closing_ends_the_process_even_in_the_middle_of_a_job(tmp_path: Path) -> None:
    worker = ProcessWorker(recipe(gate=str(tmp_path / "never")))
    recogniser = Recogniser([worker], seconds=30)
    process = process_of(recogniser)
    running = recogniser.submit(ms(stub.WAIT))
    recogniser.close()
    assert ended(process)
    with pytest.raises(TranscriptionFailed, match="closed"):
        running.result(5)


def test_the_worker_ends_with_a_parent_that_was_killed_even_while_it_computes() -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from audio.recogniser import *; from audio.recogniser_process import *; from audio.sound import silence\n"
            "from audio.recogniser_worker import Recipe\n"
            "r = Recogniser([ProcessWorker(Recipe('tests.audio.stub_transcribers', 'make', {}))], seconds=600)\n"
            f"p = r.transcribe(silence({PLAIN / 1000})).text.split()[-1]; j = r.submit(silence({stub.HANG / 1000}))\n"
            "print(p, flush=True); j.result()",
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        process = int(parent.stdout.readline())
        parent.kill()
    assert ended(process)


def test_a_real_worker_imports_nothing_of_the_desk_and_no_learning_library(
    started: Callable[..., Recogniser], own_model: Path
) -> None:
    recogniser = started(ProcessWorker(recipe("Telling", model=str(own_model))))
    generator = np.random.default_rng(1)
    noise = Sound((0.1 * generator.standard_normal(8000)).astype(np.float32), 8000)
    loaded = {name.partition(".")[0] for name in recogniser.transcribe(noise).text.split()}
    assert {"ctranslate2", "faster_whisper"} <= loaded
    assert not loaded & {"torch", "transformers", "flask", "twilio", "sqlalchemy", "ivr", "nlu", "faq_index"}
