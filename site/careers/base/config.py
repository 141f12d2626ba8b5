"""Every setting, once, typed. Values come from the environment; secrets may come from files."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

PREFIX = "ENTOURAGE_"


class _FromFiles(PydanticBaseSettingsSource):
    """`ENTOURAGE_NAME_FILE=/run/secrets/x` gives the file's text as `ENTOURAGE_NAME`."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        return (Path(path).read_text().strip() if path else None, field_name, False)

    def __call__(self) -> dict[str, Any]:
        values = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in values.items() if value is not None}


class Settings(BaseSettings):
    """What the operator decides; `entourage config` prints it with its meaning."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore")

    data_dir: Path = Field(
        Path("data"), description="Folder for the database, uploads, journals and the search index."
    )
    base_url: str = Field(
        "http://127.0.0.1:8000", description="The site's public address, without a trailing slash."
    )
    secret_key: SecretStr | None = Field(
        None,
        description="Signs forms. At least 32 characters; unset: made and kept in the data folder.",
    )
    database_url: str | None = Field(
        None, description="SQLAlchemy address of PostgreSQL; SQLite in the data folder if unset."
    )
    redis_url: str | None = Field(
        None,
        description="Redis for limits, queue and visitors' salts, where several machines serve.",
    )
    default_language: Literal["en", "fr"] = Field(
        "en", description="The language whose addresses have no prefix."
    )
    time_zone: str = Field("Europe/Paris", description="Zone of dates shown to visitors.")
    listen: str = Field(
        "127.0.0.1:8000", description="Address and port that the server listens on."
    )
    processes: int = Field(
        0, ge=0, le=64, description="Processes that serve; 0: one for each processor, up to four."
    )
    background: Literal["inside", "separate"] = Field(
        "inside",
        description="`inside`: the server keeps a worker; `separate`: `entourage worker` is run.",
    )
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="Proxies in front whose X-Forwarded headers are believed."
    )
    smtp_url: SecretStr | None = Field(
        None,
        description="smtp://user:password@host:587 (STARTTLS) or smtps://…:465; unset: mail waits.",
    )
    mail_from: str = Field("Careers <careers@localhost>", description="Sender of mail.")
    oidc_issuer: str | None = Field(
        None, description="OpenID Connect issuer; unset: passwords only."
    )
    oidc_client_id: str | None = Field(None, description="Client id at that issuer.")
    oidc_client_secret: SecretStr | None = Field(None, description="Client secret at that issuer.")
    cv_megabytes: int = Field(10, ge=1, le=50, description="Largest CV accepted, in megabytes.")
    retention_months: int = Field(
        24,
        ge=1,
        le=24,
        description="How long after the last contact the data of a candidate who was not hired "
        "are erased, in months.",
    )
    clamd: str | None = Field(
        None,
        description="ClamAV's clamd that looks into each CV: host:port or unix:/path. While it "
        "does not answer, no CV is taken. Unset: none does.",
    )
    files_url: str | None = Field(
        None, description="s3://bucket or s3://bucket/prefix for CVs; unset: the data folder."
    )
    s3_endpoint: str | None = Field(
        None, description="Address of the service that speaks S3; unset: Amazon's."
    )
    s3_region: str | None = Field(None, description="Its region.")
    s3_key_id: str | None = Field(
        None, description="Key id there; unset: what the machine was given (AWS_… or its role)."
    )
    s3_secret: SecretStr | None = Field(None, description="The key's secret.")
    slot_minutes: int = Field(
        15,
        ge=1,
        le=1440,
        description="For how long the homepage shows what was drawn for it, in minutes; then it is "
        "somebody else's turn.",
    )
    surfaced_days: int = Field(
        365,
        ge=7,
        le=3650,
        description="For how many days after its publication a post may be drawn for the homepage.",
    )
    websub_hub: str | None = Field(
        None,
        description="Address of a WebSub hub on the public internet that is told when the blog "
        "changes, so that feed readers hear of it at once. Unset: none is.",
    )
    attribution_days: int = Field(
        30,
        ge=1,
        le=365,
        description="How long before an application a click can earn credit, in days, until a "
        "rule is chosen or the first credit decided; then what is chosen at /recruiting/rule.",
    )
    attribution_cookie_days: int = Field(
        0,
        description="For how many days a visitor who agrees is remembered, by a cookie, with how "
        "they came: 30 or 90. 0: nobody is asked, and visitors get no cookie.",
    )

    @field_validator("attribution_cookie_days")
    @classmethod
    def _is_off_or_agreed(cls, value: int) -> int:
        if value not in {0, 30, 90}:
            raise ValueError("must be 0, 30 or 90")
        return value

    @field_validator("base_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
            raise ValueError("must look like https://careers.example.com, without a path")
        return value.rstrip("/")

    @field_validator("websub_hub")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "")
        if value is None or (parts.scheme in {"http", "https"} and parts.hostname):
            return value
        raise ValueError("must look like https://hub.example.com/")

    @field_validator("clamd")
    @classmethod
    def _names_a_socket(cls, value: str | None) -> str | None:
        if value is None or re.fullmatch(r"unix:/.+|[^\s/]+:[0-9]{1,5}", value):
            return value
        raise ValueError("must look like 127.0.0.1:3310 or unix:/run/clamav/clamd.ctl")

    @field_validator("files_url")
    @classmethod
    def _names_a_bucket(cls, value: str | None) -> str | None:
        if value is None or re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/\S*)?", value):
            return value
        raise ValueError("must look like s3://bucket or s3://bucket/prefix")

    @field_validator("oidc_issuer")
    @classmethod
    def _is_encrypted(cls, value: str | None) -> str | None:
        """Only a provider on this very machine may be asked without TLS."""
        if value is None:
            return None
        parts = urlsplit(value)
        here = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}
        if not parts.hostname or not (here or parts.scheme == "https"):
            raise ValueError("must begin with https:// (http:// only on this machine)")
        return value

    @field_validator("secret_key")
    @classmethod
    def _is_long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters")
        return value

    @field_validator("database_url")
    @classmethod
    def _names_a_driver(cls, value: str | None) -> str | None:
        """`postgres://` and `postgresql://` both mean psycopg 3."""
        if value is None:
            return None
        scheme, _, rest = value.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then files named in it, then `.env`."""
        return init_settings, env_settings, _FromFiles(settings_cls), dotenv_settings

    @property
    def other_language(self) -> Literal["en", "fr"]:
        """The language whose addresses carry a prefix."""
        return "fr" if self.default_language == "en" else "en"

    @property
    def is_https(self) -> bool:
        """Whether visitors reach the site over TLS."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """Host and port of the public address, as browsers send them."""
        return urlsplit(self.base_url).netloc

    @property
    def database(self) -> str:
        """The database's SQLAlchemy address."""
        return self.database_url or f"sqlite:///{self.folder() / 'entourage.db'}"

    @property
    def site(self) -> str:
        """Tells this site from others that share a Redis."""
        return hashlib.sha256(self.database.encode()).hexdigest()[:12]

    @cached_property
    def signing_key(self) -> str:
        """The secret that signs forms; made once and kept in the data folder when none is set."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        path = self.folder() / "secret-key"
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "w") as out:
            key = secrets.token_urlsafe(48)
            out.write(key)
        return key

    @property
    def draw_seed(self) -> str:
        """What the homepage's draws begin from: whoever knows it can repeat each of them."""
        return hashlib.sha256(f"homepage {self.signing_key}".encode()).hexdigest()[:16]

    def folder(self, name: str = "") -> Path:
        """The folder `name` in the data folder, made if missing and closed to other accounts."""
        path = self.data_dir.resolve() / name
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path
