"""The recogniser for others: OpenAI's `/v1/audio/transcriptions` over our own, as a Flask application.

Any client of that API can use it (file, model, language, prompt, response_format json | text | verbose_json). Sound is
kept in memory only, and no request's words are logged. Source: OpenAI API reference, "Create transcription", "Errors".
"""

from __future__ import annotations

import hmac
import io
from collections.abc import Mapping
from typing import IO, Any

from flask import Flask, Request, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException

from audio.hints import load_hints
from audio.recogniser import Recogniser, RecogniserFull
from audio.recording import NotSound, decode
from audio.sound import Sound
from audio.transcriber import Hint, Transcript, TranscriptionFailed

MOST_BYTES = 25 * 1024 * 1024
"""Of a file, as OpenAI takes them."""

MOST_SECONDS = 300.0
"""Of sound in one request: more than a caller ever says in one go, less than would keep a worker from all others."""

_FORM_BYTES = 64 * 1024  # of all other fields and the boundaries
_FORMATS = ("json", "text", "verbose_json")
_ALSO_CALLED = "whisper-1"  # what clients of OpenAI's API ask for unless told otherwise


def asr_app(recogniser: Recogniser, *, key: str | None = None, language: str = "ja") -> Flask:
    """`key`: what clients must send as a bearer token; without one everybody who reaches the server may use it."""
    app = Flask("mizumado-asr", static_folder=None)
    app.request_class = _InMemory
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES + _FORM_BYTES
    hints = {prompt: hint for hint, prompt in load_hints(language).prompts.items()}

    @app.before_request
    def check_key() -> None:
        sent = request.headers.get("Authorization", "").encode()
        if key and request.endpoint != "health" and not hmac.compare_digest(sent, f"Bearer {key}".encode()):
            abort(_refusal(401, "Incorrect API key provided.", code="invalid_api_key"))

    @app.get("/health")
    def health() -> tuple[Response, int]:
        alive = recogniser.alive
        return jsonify(status="ok" if alive else "down", model=recogniser.name), 200 if alive else 503

    @app.get("/v1/models")
    def models() -> Response:
        model = {"id": recogniser.name, "object": "model", "created": 0, "owned_by": "mizumado"}
        return jsonify(object="list", data=[model])

    @app.post("/v1/audio/transcriptions")
    def transcriptions() -> Response:
        _check_fields(request.form, recogniser.name, language)
        sound = _sound()
        heard = _transcribed(recogniser, sound, hints.get(request.form.get("prompt", "")))
        return _answer(heard, request.form.get("response_format", "json"))

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        return error.response or _refusal(error.code or 500, error.description or error.name)  # type: ignore[return-value]

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        app.logger.error("a request failed in a way nobody foresaw: %s", type(error).__name__)
        return _refusal(500, "The server had an error while processing your request.", kind="server_error")

    return app


def serve_until_told(recogniser: Recogniser, host: str, port: int, *, key: str | None) -> None:
    """Serve on `host` and `port` until SIGINT or SIGTERM."""
    import uvicorn
    from a2wsgi import WSGIMiddleware

    # One thread for each job that may wait or run, and some that say "full" or "ok" to all others meanwhile.
    app: Any = asr_app(recogniser, key=key)
    application: Any = WSGIMiddleware(app, workers=recogniser.most_jobs + 8)
    uvicorn.run(
        application, host=host, port=port, log_config=None, access_log=False, lifespan="off", server_header=False
    )


class _InMemory(Request):
    """A caller's voice is never written to a file, however long it is."""

    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        return io.BytesIO()


def _check_fields(form: Mapping[str, str], model: str, language: str) -> None:
    asked = form.get("model", "")
    if not asked:
        abort(_refusal(400, "you must provide a model parameter", param="model"))
    if asked not in (model, _ALSO_CALLED):
        abort(_refusal(404, f"this server has the model {model!r} only", param="model", code="model_not_found"))
    if form.get("response_format", "json") not in _FORMATS:
        abort(_refusal(400, f"response_format is one of {', '.join(_FORMATS)}", param="response_format"))
    if form.get("language", language) != language:
        abort(_refusal(400, f"this server understands {language!r} only", param="language"))


def _sound() -> Sound:
    """The request's file. Aborts when there is none, or none that can be used."""
    file = request.files.get("file")
    if file is None:
        abort(_refusal(400, "you must provide a file", param="file"))
    data = file.read()
    if len(data) > MOST_BYTES:
        abort(_refusal(413, f"Maximum content size limit ({MOST_BYTES}) exceeded ({len(data)} bytes read)"))
    try:
        sound = decode(data)
    except NotSound as error:
        abort(_refusal(400, f"Invalid file format: {error}.", param="file"))
    if sound.seconds > MOST_SECONDS:
        abort(_refusal(400, f"the sound has {sound.seconds:.0f} s; at most {MOST_SECONDS:.0f} are taken", param="file"))
    return sound


def _transcribed(recogniser: Recogniser, sound: Sound, hint: Hint | None) -> Transcript:
    try:
        return recogniser.transcribe(sound, hint)
    except RecogniserFull as error:
        abort(_refusal(429, f"{error}; try again", kind="rate_limit_error", code="rate_limit_exceeded"))
    except TranscriptionFailed as error:
        abort(_refusal(503, f"{error}; try again", kind="server_error"))


def _answer(heard: Transcript, form: str) -> Response:
    if form == "text":
        return Response(f"{heard.text}\n", mimetype="text/plain")
    if form == "json":
        return jsonify(text=heard.text)
    seconds = heard.duration_ms / 1000
    segment = {
        "id": 0,
        "seek": 0,
        "start": 0.0,
        "end": seconds,
        "text": heard.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": heard.avg_logprob,
        "compression_ratio": 1.0,
        "no_speech_prob": heard.no_speech_prob,
    }
    return jsonify(
        task="transcribe",
        language=heard.language,
        duration=seconds,
        text=heard.text,
        segments=[segment] if heard.heard else [],
    )


def _refusal(
    status: int,
    message: str,
    *,
    kind: str = "invalid_request_error",
    param: str | None = None,
    code: str | None = None,
) -> Response:
    """An error in OpenAI's shape; one that may pass says when to come again."""
    response = jsonify(error={"message": message, "type": kind, "param": param, "code": code})
    response.status_code = status
    if status in (429, 503):
        response.headers["Retry-After"] = "1"
    return response
