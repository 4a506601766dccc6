"""What a caller on a stream notices of the desk, in line time."""

from __future__ import annotations

from ivr.channels.simulator.media_measures import Measures, ReplyMeasured


def measured(*steps: tuple[str, float]) -> Measures:
    measures = Measures()
    measures.began()
    for step, at_ms in steps:
        match step:
            case "speaks":
                measures.speaks("open")
            case "cleared":
                measures.cleared()
            case "ended" | "received" | "heard" | "closed":
                getattr(measures, step)(at_ms)
    return measures


def replies(measures: Measures) -> tuple[ReplyMeasured, ...]:
    report = measures.report()
    assert report is not None
    return report.replies


def test_a_reply_is_measured_from_the_last_voiced_frame_to_the_first_sound() -> None:
    steps = (("speaks", 0), ("ended", 1000), ("received", 1400), ("received", 1420), ("heard", 1460), ("heard", 1480))
    assert replies(measured(*steps)) == (ReplyMeasured("open", 400, 460, cut_off=False),)


def test_a_desk_that_speaks_before_the_caller_is_done_has_cut_him_off() -> None:
    steps = (("speaks", 0), ("received", 500), ("ended", 1000), ("received", 1100), ("heard", 1100))
    assert replies(measured(*steps)) == (ReplyMeasured("open", None, None, cut_off=True),)


def test_sound_before_anything_was_said_measures_nothing() -> None:
    assert replies(measured(("received", 10), ("heard", 20))) == ()


def test_an_utterance_nobody_reacts_to_stays_without_times() -> None:
    steps = (("speaks", 0), ("ended", 1000), ("speaks", 0), ("ended", 9000), ("received", 9100), ("heard", 9100))
    assert [reply.received_ms for reply in replies(measured(*steps))] == [None, 100]


def test_a_desk_that_goes_on_elsewhere_without_a_word_is_measured_by_its_closing() -> None:
    assert replies(measured(("speaks", 0), ("ended", 1000), ("closed", 1300)))[0].closed_ms == 300
    assert replies(measured(("speaks", 0), ("closed", 1300)))[0].closed_ms is None
    assert replies(measured(("speaks", 0), ("ended", 1000), ("received", 1200), ("closed", 1300)))[0].closed_ms is None


def test_times_do_not_run_from_one_stream_into_the_next() -> None:
    measures = measured(("speaks", 0), ("ended", 1000))
    measures.began()
    measures.received(50)
    measures.lost()
    measures.cleared()
    report = measures.report()
    assert report is not None
    assert report.replies[0].received_ms is None
    assert (report.streams, report.sockets_lost, report.barge_ins, report.cut_offs) == (2, 1, 1, 0)


def test_a_call_without_a_stream_has_no_report() -> None:
    assert Measures().report() is None
