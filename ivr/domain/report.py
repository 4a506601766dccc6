"""Taking a report down: what is filled, what is asked next, how a reply changes it. Pure; the form itself is data.

A partial report counts: a field missed as often as its form allows is given up, never asked for ever.
"""

from __future__ import annotations

from dataclasses import replace

from ivr.domain import details
from ivr.domain.call import Call, PhoneSource, Question, Report
from ivr.domain.script import Field, Form, Script
from nlu.meaning import Act, Category, Change, Meaning, Phone, Place
from nlu.phone import completed

EMERGENCY_FORM, CHANGE_FORM = "emergency", "change"


def opened(script: Script, call: Call, *, category: Category | None, why: tuple[str, ...], words: str | None) -> Report:
    """A new urgent report, with what is known before anything was asked."""
    entry = script.classes.get(category) if category else None
    form = entry.form if entry else EMERGENCY_FORM
    report = Report(
        form=form,
        urgent=True,
        category=category,
        why=why,
        situation=words,
        phone=call.caller_id,
        phone_source=PhoneSource.CALLER_ID if call.caller_id else None,
        anonymous=call.caller_id is None,
        language=call.language,
        action=call.told.change if call.told and form == CHANGE_FORM else None,
    )
    return details.noted(script, report, call.details)


def filled(report: Report, name: str) -> bool:
    match name:
        case "place":
            place = report.place
            return place is not None and place.town is not None and (report.place_confirmed or place.certain)
        case "situation":
            return report.situation is not None
        case "phone":
            return report.phone is not None
        case "name":
            return report.name is not None
    raise ValueError(f"a form asks for {name!r}, which no report has")


def next_field(form: Form, report: Report, only: tuple[str, ...] | None = None) -> Field | None:
    """The first field still to ask for, in the form's order; `only` restricts it to some."""
    for field in form.fields:
        if only is not None and field.name not in only:
            continue
        if field.name not in report.given_up and not filled(report, field.name):
            return field
    return None


def noted(script: Script, report: Report, meaning: Meaning, *, number: bool = False) -> Report:
    """The report with everything an utterance brought, whatever was asked: callers answer more than the question.

    `number`: it may speak of a part of the telephone number, which was asked for or read back.
    """
    slots = meaning.slots
    report = replace(
        details.noted(script, report, slots.details),
        name=slots.name or report.name,
        organization=slots.organization or report.organization,
    )
    if slots.place is not None and tells_something(slots.place):
        report = with_place(report, slots.place)
    if slots.phone is not None and (number or slots.phone.complete):
        report = with_digits(report, slots.phone, PhoneSource.SPOKEN)
    return _changing(report if report.category is not None else _classed(script, report, meaning), meaning)


def _changing(report: Report, meaning: Meaning) -> Report:
    """The report with what is to become of the earlier one. In a reply, "that is wrong" is no change of it."""
    change = meaning.earlier.change if meaning.earlier else None
    plain = meaning.urgency.category is Category.REPAIR_CANCEL_CHANGE or change in (Change.CANCEL, Change.WORSE)
    if report.form != CHANGE_FORM or report.action is not None or not plain:
        return report
    return replace(report, action=change)


def _classed(script: Script, report: Report, meaning: Meaning) -> Report:
    """The report with the class of an utterance, if it has one, and the form that goes with it."""
    category = meaning.urgency.category
    if category is None:
        return report
    entry = script.classes.get(category)
    why = meaning.urgency.why or report.why
    return replace(report, category=category, why=why, form=entry.form if entry else report.form)


def tells_something(place: Place) -> bool:
    """Whether anything in it was understood; what was merely said is kept, but cannot be read back."""
    return bool(place.town or place.landmark or place.banchi or place.out_of_city)


def with_place(report: Report, place: Place) -> Report:
    """Keep what was known and add what is new: a second answer may bring only the number, or another town."""
    known = report.place
    if known is None:
        return replace(report, place=place, place_confirmed=False)
    if place.town is not None and place.town != known.town:
        landmark = place.landmark or (known.landmark if known.town is None else None)
        return replace(report, place=replace(place, landmark=landmark), place_confirmed=False)
    merged = replace(
        known,
        said=known.said if place.said in known.said else f"{known.said} {place.said}".strip(),
        chome=place.chome if place.chome is not None else known.chome,
        banchi=place.banchi or known.banchi,
        landmark=place.landmark or known.landmark,
        out_of_city=known.out_of_city if known.town else place.out_of_city or known.out_of_city,
        town=known.town or place.town,
        town_yomi=known.town_yomi or place.town_yomi,
        certain=known.certain or (place.town is not None and place.certain),
    )
    return replace(report, place=merged)


def with_phone(report: Report, phone: Phone, source: PhoneSource) -> Report:
    return replace(report, phone=phone.digits, phone_part=None, phone_source=source, anonymous=False)


def with_digits(report: Report, heard: Phone, source: PhoneSource) -> Report:
    """What was known of the number, completed or put right by `heard`. A part is kept: only its rest is asked."""
    before = Phone(report.phone, complete=True) if report.phone else report.phone_part
    phone = completed(before, heard) if before else heard
    if not phone.complete:
        return replace(report, phone_part=phone)
    unchanged = phone == before and not heard.complete
    return report if unchanged else with_phone(report, phone, source)


def goes_on(report: Report, before: Report) -> bool:
    """Whether more of the number is known than `before`: no miss, and bounded by the length of a number."""
    known, now = (len(part.digits) if part else 0 for part in (before.phone_part, report.phone_part))
    return now > known


def give_up(report: Report, name: str) -> Report:
    return replace(report, given_up=(*report.given_up, name), tries=0)


def missed(report: Report, field: Field, said: str | None) -> Report:
    """A reply that did not answer: its words are kept for staff; after the last try the field is given up."""
    if field.name == "place" and said:
        place = report.place or Place(said="", certain=False)
        if said not in place.said:
            report = replace(report, place=replace(place, said=f"{place.said} {said}".strip(), certain=False))
    tries = report.tries + 1
    return give_up(report, field.name) if tries >= field.tries else replace(report, tries=tries)


def answered(script: Script, call: Call, report: Report, field: Field, meaning: Meaning) -> Report:
    """The report after a reply to the question about `field`."""
    before, earlier = filled(report, field.name), report
    report = noted(script, report, meaning, number=field.name == "phone")
    if meaning.act in (Act.DECLINE, Act.UNKNOWN):
        report = replace(report, anonymous=report.anonymous or field.name == "phone")
        return give_up(report, field.name)
    if field.name == "situation" and meaning.text:
        # the words about the matter itself: what an address was taken for before counts no more
        report = _classed(script, replace(report, situation=meaning.text), meaning)
    if field.name == "name" and report.name is None and meaning.text:
        report = replace(report, name=meaning.text)
    if field.name == "phone" and call.caller_id and meaning.act in (Act.THIS_NUMBER, Act.YES):
        report = with_phone(report, Phone(call.caller_id, complete=True), PhoneSource.CALLER_ID)
    place_heard = field.name == "place" and meaning.slots.place is not None and report.place is not None
    if filled(report, field.name) and not before:
        return replace(report, tries=0)
    if place_heard and report.place is not None and report.place.town is not None:
        return report  # heard, but to be confirmed first
    if field.name == "phone" and goes_on(report, earlier):
        return report  # only the rest is asked
    return missed(report, field, meaning.text)


def wants_detail(script: Script, report: Report) -> bool:
    """A town alone is too large to find a leak in: ask once for number or landmark."""
    place = report.place
    return (
        place is not None
        and place.town is not None
        and place.banchi is None
        and place.landmark is None
        and "place_detail" not in report.given_up
        and script.forms[report.form].field("place") is not None
    )


def partial(script: Script, report: Report) -> bool:
    """Whether something the form asks for is missing or was not confirmed by the caller."""
    form = script.forms[report.form]
    missing = any(not filled(report, field.name) for field in form.fields)
    return missing or (form.read_back is not None and not report.confirmed)


FIELD_OF = {
    Question.PLACE: "place",
    Question.PLACE_DETAIL: "place",
    Question.CONFIRM_PLACE: "place",
    Question.SITUATION: "situation",
    Question.PHONE: "phone",
    Question.NAME: "name",
}
"""Which field of a report a question fills."""
