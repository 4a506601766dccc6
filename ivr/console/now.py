"""The desk as it stands now, and its tickets: a page for staff on this machine (the operator's console is step 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, jsonify, render_template, request

from ivr.domain import details, spoken
from ivr.domain.hours import duty_at, tokyo
from ivr.domain.languages import JAPANESE as STAFF_LANGUAGE
from ivr.domain.script import Script
from ivr.ports import Clock, Tickets
from ivr.security.loopback import from_this_machine
from ivr.settings import Settings

WEEKDAYS = "月火水木金土日"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Now:
    """What the page shows. `deaf_because`: why there is no recogniser, None when there is one.

    `named`: what a person of the roster is called, None for everybody else.
    """

    settings: Settings
    script: Script
    tickets: Tickets
    clock: Clock
    deaf_because: str | None
    named: Callable[[str], str | None] = lambda _who: None


def now_blueprint(now: Now) -> Blueprint:
    """GET / (the desk), /tickets/<reference>, /healthz. All but the last only for a browser on this machine."""
    blueprint = Blueprint(
        "now", __name__, template_folder="templates", static_folder="static", static_url_path="/static"
    )
    blueprint.add_app_template_filter(as_date, "as_date")

    @blueprint.before_request
    def only_from_here() -> None:
        if request.endpoint != "now.health" and not from_this_machine(request.headers.get, request.remote_addr):
            abort(403)

    @blueprint.after_request
    def sealed(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    @blueprint.get("/healthz")
    def health() -> Response:
        return jsonify(status="ok")

    @blueprint.get("/")
    def desk() -> str:
        at = now.clock.now()
        return render_template(
            "now.html",
            at=at,
            duty=duty_at(now.script.calendar, at).value,
            opening=spoken.opening(now.script, STAFF_LANGUAGE, at),
            settings=now.settings,
            deaf=now.deaf_because is not None,
            classes=now.script.classes,
            desks=now.script.desks.values(),
            tickets=now.tickets.recent(20),
            callbacks=now.tickets.callbacks(20),
            languages=now.script.language_names,
        )

    @blueprint.get("/tickets/<reference>")
    def ticket(reference: str) -> str:
        found = now.tickets.ticket(reference)
        if found is None:
            abort(404)
        place = spoken.place(now.script, STAFF_LANGUAGE, found.report.place)
        script = now.script
        return render_template(
            "ticket.html",
            ticket=found,
            place=place,
            classes=script.classes,
            languages=script.language_names,
            details=details.names(script, found.report),
            history=now.tickets.history(reference),
            reports=now.tickets.reports(reference),
            named=lambda who: now.named(who) or who,
        )

    return blueprint


def as_date(at: datetime) -> str:
    """2026年11月24日（火）21:10, in Japanese time."""
    local = tokyo(at)
    return f"{local.year}年{local.month}月{local.day}日（{WEEKDAYS[local.weekday()]}）{local:%H:%M}"
