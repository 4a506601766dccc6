"""Every line the program itself may speak, with its slots. A script that lacks one, or has other slots, does not start.

Lines named only by data (forms, classes, answers) are not listed: the data that names them is checked instead.
"""

from __future__ import annotations

NEEDED: dict[str, frozenset[str]] = {
    key: frozenset(slots)
    for key, slots in {
        # greeting.yaml
        "greeting.day": (),
        "greeting.after_hours": ("opening",),
        "greeting.holiday": ("opening",),
        "greeting.night_line": (),
        "greeting.night_line_holiday": (),
        "greeting.night_line_by_day": ("number",),
        "greeting.urgent_first": (),
        "greeting.how_can_we_help": (),
        # language.yaml: every language offers itself
        "language.offer": (),
        # question.yaml
        "question.again": (),
        "question.silence": (),
        "question.menu": (),
        "question.clarify": (),
        "question.confirm_place": ("place",),
        "question.place_detail": ("town",),
        "question.helped": (),
        "question.choice": (),
        "question.choice_first": (),
        "question.choice_second": (),
        "question.choice_how": (),
        # report.yaml
        "report.taken_as_urgent": (),
        "report.out_of_city": ("city",),
        "report.correct": (),
        "report.phone_rest": ("digits",),
        # transfer.yaml
        "transfer.to": ("desk",),
        "transfer.sorry_supervisor": (),
        "transfer.busy": (),
        "transfer.busy_urgent": (),
        "transfer.duty_over": (),
        "transfer.duty_begins": (),
        "transfer.call_back_later": (),
        "transfer.call_again": ("number",),
        # told.yaml
        "told.hours": ("opening", "number"),
        "told.urgent_exit": (),
        "told.goodbye": (),
        "told.redirect_119": (),
        "told.redirect_110": (),
        "told.redirect_gas": (),
        # ladder.yaml
        "ladder.ears_failed": (),
        "ladder.message": (),
        "ladder.message_again": (),
        "ladder.lost_call": (),
        "ladder.one_moment": (),
        # wait.yaml and whisper.yaml: spoken by the telephone edge, no decision in them
        "wait.position": ("position",),
        "wait.again": (),
        "whisper.handover": ("desk", "matter", "place", "phone"),
        "whisper.accept": (),
        "fallback.sorry": ("number",),
        # word.yaml: how values are spoken
        "word.today": (),
        "word.tomorrow": (),
        "word.date": ("month", "day"),
        **{f"word.month_{month}": () for month in range(1, 13)},
        "word.morning": ("hour", "hour12", "minute", "minutes"),
        "word.morning_sharp": ("hour", "hour12"),
        "word.afternoon": ("hour", "hour12", "minute", "minutes"),
        "word.afternoon_sharp": ("hour", "hour12"),
        "word.opening": ("day", "time"),
        "word.chome": ("number",),
        "word.joint": (),
        "word.address": ("before", "after"),
        "word.pause": (),
        "word.unknown": (),
        "word.as_described": (),
        "word.withheld": (),
        "word.no_matter": (),
        "word.foreign": ("language", "matter"),
    }.items()
}
