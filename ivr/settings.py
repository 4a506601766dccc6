"""Environment -> one frozen Settings. A bad value refuses to start and says which setting it was."""

from __future__ import annotations

import secrets
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

HOME = Path(__file__).resolve().parent.parent
PREFIX = "MIZUMADO_"


class BadSettings(Exception):
    """The environment does not make sense; the message names every setting concerned and what to do."""


class Settings(BaseSettings):
    """Every field is the environment variable MIZUMADO_<NAME>; `mizumado settings` prints them all."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", description="address the desk listens on; a private one unless you mean it")
    port: int = Field(8080, ge=0, le=65535, description="port the desk listens on")
    public_url: str = Field(
        "http://127.0.0.1:8080", description="origin as the carrier sees it; signatures depend on it"
    )
    database: str = Field(
        f"sqlite:///{HOME / 'var' / 'mizumado.db'}", description="SQLAlchemy URL of the store (SQLite or PostgreSQL)"
    )
    var: Path = Field(HOME / "var", description="folder for what the desk makes itself: index, voice cache")
    prompts: Path = Field(HOME / "prompts", description="folder of the words, desks, hours and forms")
    twilio_account_sid: str = Field("AC" + "0" * 32, description="Twilio account")
    twilio_auth_token: SecretStr = Field(
        default_factory=lambda: SecretStr(secrets.token_hex(16)),
        description="Twilio auth token; without it a random one is made and every webhook is refused",
    )
    twilio_from: str | None = Field(None, description="our own number (E.164) for calls the desk places itself")
    twilio_api: str | None = Field(None, description="another base URL for Twilio's REST API (tests, simulation)")
    centre_numbers: str = Field(
        "", description="further numbers that mean the centre, comma separated (E.164 or digits)"
    )
    night_numbers: str = Field("", description="numbers that mean the night line, comma separated (E.164 or digits)")
    ears: Literal["stream", "record", "gather", "keys"] = Field(
        "stream",
        description="first rung: stream = live sound and own recogniser, record = recordings and own recogniser, "
        "gather = Twilio's, keys = keys and recordings",
    )
    streams: int = Field(
        45, ge=0, le=500, description="callers heard by live sound at once in this process; further ones by recordings"
    )
    reserved_streams: int = Field(5, ge=0, le=100, description="of these, kept free for the night line")
    cloud_speech_consent: bool = Field(False, description="the bureau consents to a recogniser outside (ears=gather)")
    asr_model: str = Field(
        str(HOME / "audio" / "models" / "mizumado-ja"),
        description="CTranslate2 Whisper folder or hub name; empty = none",
    )
    asr_url: str | None = Field(
        None, description="another server's recogniser (OpenAI's API): its origin, or its address up to /v1"
    )
    asr_key: SecretStr | None = Field(None, description="bearer token of that server, and of `mizumado serve-asr`")
    asr_workers: int = Field(
        1,
        ge=1,
        le=64,
        description="recogniser processes, one thread and one model each; with a URL: requests",
    )
    asr_hints: bool = Field(
        False, description="tell a full-size model what was asked by a prompt; a CTC head is always told"
    )
    asr_cut_padding: Literal["auto", "yes", "no"] = Field(
        "auto", description="encode the sound alone, not 30 s: auto = models trained so, yes = any model, no = none"
    )
    asr_deadline_s: float = Field(6.0, gt=0, le=12, description="seconds after which a recognition counts as failed")
    voice: Literal["own", "say"] = Field("own", description="own = recordings and our synthesis, say = Twilio's <Say>")
    say_voice: str = Field("Polly.Kazuha-Neural", description="voice for <Say>")
    embedder: str | None = Field(None, description="sentence-transformers folder or hub name; empty = the shipped one")
    notify: str = Field("printed", description="how staff are told: printed, webhook, or both (comma separated)")
    notify_webhook_url: str | None = Field(None, description="where notices are posted")
    notify_webhook_secret: SecretStr | None = Field(None, description="key of the notices' HMAC-SHA256 signature")
    duty: Path = Field(HOME / "prompts" / "duty", description="folder of the duty roster and of the ladder's seconds")
    executor: str = Field(
        "desk", min_length=1, description="name of this process among those that run ladders; stable over restarts"
    )
    max_wait_s: int = Field(90, ge=5, le=3600, description="seconds in a queue before the desk takes over again")

    @field_validator("public_url")
    @classmethod
    def _origin_only(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")) or value.count("/") > 3 or value != value.lower():
            raise ValueError("must be an origin in lower case such as https://desk.example.jp, without a path")
        return value.rstrip("/")

    @field_validator("asr_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must be a web address such as http://127.0.0.1:8090, or empty for our own recogniser")
        return value or None

    @field_validator("notify")
    @classmethod
    def _known_notifiers(cls, value: str) -> str:
        unknown = {name.strip() for name in value.split(",")} - {"printed", "webhook"}
        if unknown:
            raise ValueError(f"unknown way to notify: {', '.join(sorted(unknown))} (known: printed, webhook)")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Settings:
        if self.ears == "gather" and not self.cloud_speech_consent:
            raise ValueError(
                f"{PREFIX}EARS=gather sends callers' speech to another company: set {PREFIX}CLOUD_SPEECH_CONSENT=yes "
                "once the bureau has agreed, or use record"
            )
        if self.asr_url and not self.cloud_speech_consent and not _on_our_own_network(self.asr_url):
            raise ValueError(
                f"{PREFIX}ASR_URL sends callers' speech beyond this network: set {PREFIX}CLOUD_SPEECH_CONSENT=yes once "
                "the bureau has agreed, or name a server on its own network by a private address"
            )
        if "webhook" in self.notify and not (self.notify_webhook_url and self.notify_webhook_secret):
            raise ValueError(
                f"{PREFIX}NOTIFY=webhook needs {PREFIX}NOTIFY_WEBHOOK_URL and {PREFIX}NOTIFY_WEBHOOK_SECRET"
            )
        return self

    @property
    def token_given(self) -> bool:
        """Whether a Twilio token was configured: without one every webhook is refused."""
        return "twilio_auth_token" in self.model_fields_set


def _on_our_own_network(url: str) -> bool:
    """Whether the host of `url` is this machine, a private address, or a bare name that only a local network knows."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".lan", ".home.arpa"))


def read_settings(**overrides: object) -> Settings:
    """The settings of this process. Raises BadSettings."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic validates every value itself
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            name = PREFIX + "_".join(str(part) for part in problem["loc"]).upper() if problem["loc"] else "settings"
            lines.append(f"{name}: {problem['msg'].removeprefix('Value error, ')}")
        raise BadSettings("\n".join(lines)) from error
