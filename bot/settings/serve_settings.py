"""The settings of `greenlit serve`: where it keeps files, listens and logs, and its limits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from bot.settings.command_settings import Address, ModelSettings, SearchSettings
from bot.settings.github_settings import GitHubSettings
from bot.settings.sandbox_settings import SandboxSettings
from bot.settings.setting_problems import make_name
from bot.settings.setting_values import check_database_url, parse_headers
from bot.values import Caps


class SolveSettings(ModelSettings, SandboxSettings):
    """Settings of `greenlit solve`."""


class HomeSettings(BaseSettings):
    """Settings of where files are kept."""

    model_config = SearchSettings.model_config

    home: Path = Field(
        Path(".greenlit"),
        description=(
            "Where the record, the mirrors, the workspaces and what is known of code are kept"
        ),
        examples=["/var/lib/greenlit"],
    )
    database_url: SecretStr | None = Field(
        None,
        description=(
            "A PostgreSQL for the record of runs, which several processes may share, and for the "
            "corpus; without one both are files in GREENLIT_HOME"
        ),
        examples=["postgresql://greenlit:password@db.example.com:5432/greenlit"],
    )

    @field_validator("home")
    @classmethod
    def _expand_home(cls, home: Path) -> Path:
        return home.expanduser() if home.parts[:1] == ("~",) else home


class ServerSettings(HomeSettings, SandboxSettings):
    """Settings of where the bot keeps its files, listens and logs, and of what a day may cost."""

    host: str = Field(
        "127.0.0.1",
        min_length=1,
        description="The address that the door listens on",
        examples=["127.0.0.1"],
    )
    port: int = Field(8484, ge=0, le=65535, description="The door's port", examples=["8484"])
    page_port: int = Field(
        8485,
        ge=0,
        le=65535,
        description="The port of the page of runs, which has /metrics too",
        examples=["8485"],
    )
    page_host: str = Field(
        "127.0.0.1",
        min_length=1,
        description=(
            "The address that the page listens on. It asks nobody's name: another one is for "
            "containers alone, of which the port is published on 127.0.0.1"
        ),
        examples=["127.0.0.1"],
    )
    metrics_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description=(
            "One more port on GREENLIT_HOST, for monitors on other machines: /metrics, and why a "
            "part does not work. Keep it from strangers"
        ),
        examples=["8487"],
    )
    disk_gb: float = Field(
        50,
        ge=0,
        description=(
            "How much of the disk mirrors, environments, logs of CI and what is known of code may "
            "take, in GB; what was used longest ago goes first. 0: as much as there is"
        ),
        examples=["200"],
    )
    usd_per_day: float | None = Field(
        None,
        gt=0,
        description=(
            "The most that all runs may spend on Claude in a day (UTC), in US dollars; "
            "no turn begins beyond it"
        ),
        examples=["50.00"],
    )
    usd_per_repository_day: float | None = Field(
        None,
        gt=0,
        description=(
            "The most that the runs of one repository may spend on Claude in a day, in US dollars"
        ),
        examples=["20.00"],
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO",
        description="How much is logged: DEBUG has a line for each webhook too",
        examples=["INFO"],
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="How it is logged: text, or json, an object a line", examples=["json"]
    )
    otlp_url: Address | None = Field(
        None,
        description=(
            "An OpenTelemetry collector, to which a trace of each run is sent by OTLP over HTTP; "
            "needs the extra traces"
        ),
        examples=["http://collector.example.com:4318"],
    )
    otlp_headers: SecretStr | None = Field(
        None,
        description="Headers that it asks for: name=value, with commas between",
        examples=["x-api-key=the-key-that-it-gave-you"],
    )

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, url: SecretStr | None) -> SecretStr | None:
        return url and SecretStr(check_database_url(url.get_secret_value()))

    @field_validator("otlp_headers")
    @classmethod
    def _check_headers(cls, headers: SecretStr | None) -> SecretStr | None:
        parse_headers(headers.get_secret_value() if headers else "")
        return headers

    @field_validator("page_port", "metrics_port")
    @classmethod
    def _check_other_port(cls, port: int | None, info: ValidationInfo) -> int | None:
        for name in ("port", "page_port"):
            if port and name != info.field_name and port == info.data.get(name):
                raise ValueError(f"{make_name(name)} is the same: each needs a port of its own")
        return port

    @field_validator("log_level", mode="before")
    @classmethod
    def _accept_small_letters(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @property
    def collector(self) -> tuple[str, dict[str, str]]:
        """The address of the collector of traces, empty without one, and its headers."""
        headers = self.otlp_headers.get_secret_value() if self.otlp_headers else ""
        return self.otlp_url or "", parse_headers(headers)


class Settings(ServerSettings, GitHubSettings, ModelSettings):
    """Settings of `greenlit serve`. Secrets have no default."""

    webhook_secret: SecretStr = Field(
        description="The App's webhook secret",
        min_length=8,
        examples=["the-secret-that-you-gave-it"],
    )
    old_webhook_secret: SecretStr | None = Field(
        None,
        description="The one before it, which is taken too until GitHub has the new one",
        min_length=8,
        examples=["the-secret-that-it-had"],
    )
    attempts: int = Field(3, ge=1, le=10, description="The most pushes of one run", examples=["3"])
    slots: int = Field(
        4, ge=1, description="How many runs may work at the same time", examples=["4"]
    )
    slots_per_repository: int = Field(
        1, ge=1, description="How many of them in one repository", examples=["1"]
    )
    slots_in_all: int | None = Field(
        None,
        ge=1,
        description=(
            "How many runs may work at the same time in all processes that share a record; without "
            "it, as many as these have slots"
        ),
        examples=["12"],
    )
    ci_patience_minutes: float = Field(
        180,
        gt=0,
        description="How long CI may take before a run gives up on it",
        examples=["180"],
    )
    approval_patience_hours: float = Field(
        72,
        gt=0,
        description="How many hours a run waits until somebody approves what it has shown",
        examples=["72"],
    )
    ci_grace_s: float = Field(
        90,
        gt=0,
        description="How many seconds CI may stay silent before the bot says so",
        examples=["90"],
    )
    ci_poll_s: float = Field(
        60,
        gt=0,
        description="How many seconds apart GitHub is asked about CI when no webhook comes",
        examples=["60"],
    )
    keep_days: int = Field(
        30, ge=4, description="How long the record of an ended run is kept", examples=["30"]
    )

    @property
    def caps(self) -> Caps:
        """The most that one run may use."""
        return replace(
            super().caps,
            attempts=self.attempts,
            ci_patience_s=int(self.ci_patience_minutes * 60),
            approval_patience_s=int(self.approval_patience_hours * 3600),
            ci_poll_s=self.ci_poll_s,
            ci_grace_s=self.ci_grace_s,
        )
