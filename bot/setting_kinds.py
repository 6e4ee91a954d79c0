"""The settings, by what needs them: names, meanings, defaults and examples of right values."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.setting_problems import PREFIX
from bot.setting_values import (
    Prices,
    check_address,
    check_embeddings,
    parse_allow,
    parse_prices,
    read_private_key,
)
from bot.values import Caps, ModelConfig, Price

Effort = Literal["low", "medium", "high", "xhigh", "max"]
Address = Annotated[str, AfterValidator(check_address)]

# Claude's prices, November 2026.
PRICES: Prices = {
    "claude-opus-5-5": (4.0, 5.0, 0.20, 20.0),
    "claude-sonnet-5-5": (2.0, 2.5, 0.20, 10.0),
    "claude-haiku-5-5": (0.5, 0.625, 0.05, 2.5),
    "claude-fable-5-1": (10.0, 12.5, 0.25, 50.0),
}


class SearchSettings(BaseSettings):
    """Settings of the commands that look for code."""

    # No .env file: one in a folder that is worked on would send keys where a stranger says.
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, allow_inf_nan=False
    )

    embeddings_model: str | None = Field(
        None, description="The model of meaning to ask an address for"
    )
    embeddings_key: SecretStr | None = Field(
        None, description="The key to ask it with, where one is needed"
    )
    embeddings: str | None = Field(
        None,
        description=(
            "Rank by meaning too: the address of an embeddings API, to which pieces of the code "
            "are sent, or a folder with a static model"
        ),
        examples=["http://127.0.0.1:11434/v1/embeddings"],
    )

    @field_validator("embeddings")
    @classmethod
    def _check_embeddings(cls, source: str | None, info: ValidationInfo) -> str | None:
        return check_embeddings(source, info.data.get("embeddings_model"))

    @property
    def embeddings_source(self) -> tuple[str | None, str, str]:
        """The address or folder, the model's name, and the key."""
        key = self.embeddings_key.get_secret_value() if self.embeddings_key else ""
        return self.embeddings, self.embeddings_model or "", key


class GateSettings(SearchSettings):
    """Settings of the commands that judge a change."""

    python_index: Address | None = Field(
        None,
        description=(
            "Address of a Python package index with JSON pages, to look up packages that a change "
            "names"
        ),
        examples=["https://pypi.org"],
    )
    node_index: Address | None = Field(
        None,
        description="The same for node's packages",
        examples=["https://registry.npmjs.org"],
    )

    @property
    def package_indexes(self) -> dict[str, str]:
        """Addresses by kind; a kind without one is not asked."""
        indexes = {"python": self.python_index, "node": self.node_index}
        return {kind: address for kind, address in indexes.items() if address}


class ModelSettings(GateSettings):
    """Settings of the commands that talk to Claude."""

    anthropic_api_key: SecretStr = Field(
        description="Claude's API key; ANTHROPIC_API_KEY is read too",
        min_length=1,
        validation_alias=AliasChoices(
            "GREENLIT_ANTHROPIC_API_KEY", "anthropic_api_key", "ANTHROPIC_API_KEY"
        ),
        examples=["sk-ant-..."],
    )
    anthropic_url: Address | None = Field(
        None,
        description="Another base URL for Claude's API, such as a proxy",
        examples=["https://api.anthropic.com"],
    )
    prices: Annotated[Prices, NoDecode, BeforeValidator(parse_prices)] = Field(
        default_factory=dict,
        description=(
            "Prices of other models, as JSON: model to [input, cache write, cache read, output] "
            "US dollars per million tokens"
        ),
        examples=['{"claude-new-6": [4.0, 5.0, 0.2, 20.0]}'],
    )
    model: str = Field(
        "claude-opus-5-5",
        validate_default=True,
        description="The model that plans and writes",
        examples=["claude-opus-5-5"],
    )
    effort: Effort = Field(
        "medium",
        description="How hard it thinks: low, medium, high, xhigh or max",
        examples=["medium"],
    )
    usd_per_run: float = Field(
        5.0,
        gt=0,
        description="The most that one run may spend on Claude, in US dollars",
        examples=["5.00"],
    )
    turns_per_run: int = Field(
        80, gt=0, description="The most turns of the model in one run", examples=["80"]
    )
    minutes_per_run: int = Field(
        60,
        gt=0,
        description="The most minutes of work in one run; waiting for CI is apart",
        examples=["60"],
    )

    @field_validator("model")
    @classmethod
    def _check_price(cls, model: str, info: ValidationInfo) -> str:
        known = PRICES | info.data.get("prices", {})
        if model not in known:
            raise ValueError(
                f"its price is not known, so no budget could be kept: choose one of "
                f"{', '.join(known)}, or tell its price in GREENLIT_PRICES"
            )
        return model

    @property
    def chosen_model(self) -> ModelConfig:
        """The model, its effort and its price."""
        return ModelConfig(self.model, self.effort, Price(*(PRICES | self.prices)[self.model]))


class GitHubSettings(BaseSettings):
    """Settings of how GitHub is reached, as the App, and for whom."""

    model_config = SearchSettings.model_config

    app_id: int = Field(description="The GitHub App's id", gt=0, examples=["123456"])
    private_key: SecretStr = Field(
        description="The App's private key: the PEM text, or the path of its file",
        examples=["/etc/greenlit/key.pem"],
    )
    github_url: Address = Field(
        "https://github.com",
        description="The web address of GitHub or of your Enterprise server",
        examples=["https://github.com"],
    )
    github_api_url: Address = Field(
        "https://api.github.com",
        description="The API's address; on Enterprise HOST/api/v3",
        examples=["https://api.github.com"],
    )
    allow: Annotated[tuple[str, ...], NoDecode, BeforeValidator(parse_allow)] = Field(
        (),
        description=(
            "The owners and repositories to work for, with * as a wildcard; without any, all that "
            "install the App"
        ),
        examples=["acme, ada/greeter, globex/web-*"],
    )
    write_pause_s: float = Field(
        1.0,
        ge=0,
        description="Seconds between two writes to GitHub, as its manners ask",
        examples=["1"],
    )

    @field_validator("private_key")
    @classmethod
    def _read_key(cls, value: SecretStr) -> SecretStr:
        return SecretStr(read_private_key(value.get_secret_value()))


class ServerSettings(BaseSettings):
    """Settings of where the bot keeps its files, listens and logs, and of what a day may cost."""

    model_config = SearchSettings.model_config

    home: Path = Field(
        Path(".greenlit"),
        description="Where the record, the mirrors and what is known of code are kept",
        examples=["/var/lib/greenlit"],
    )
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
        description="The port of the page of runs, always on 127.0.0.1",
        examples=["8485"],
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

    @field_validator("page_port")
    @classmethod
    def _check_page_port(cls, page_port: int, info: ValidationInfo) -> int:
        if page_port and page_port == info.data.get("port"):
            raise ValueError("GREENLIT_PORT is the same: each needs a port of its own")
        return page_port

    @field_validator("log_level", mode="before")
    @classmethod
    def _accept_small_letters(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @field_validator("home")
    @classmethod
    def _expand_home(cls, home: Path) -> Path:
        return home.expanduser() if home.parts[:1] == ("~",) else home


class Settings(ServerSettings, GitHubSettings, ModelSettings):
    """Settings of `greenlit serve`. Secrets have no default."""

    webhook_secret: SecretStr = Field(
        description="The App's webhook secret",
        min_length=8,
        examples=["the-secret-that-you-gave-it"],
    )
    attempts: int = Field(3, ge=1, le=10, description="The most pushes of one run", examples=["3"])
    slots: int = Field(
        4, ge=1, description="How many runs may work at the same time", examples=["4"]
    )
    slots_per_repository: int = Field(
        1, ge=1, description="How many of them in one repository", examples=["1"]
    )
    ci_patience_minutes: float = Field(
        180,
        gt=0,
        description="How long CI may take before a run gives up on it",
        examples=["180"],
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
        description="How many seconds to wait for a webhook before asking GitHub",
        examples=["60"],
    )
    keep_days: int = Field(
        30, ge=4, description="How long the record of an ended run is kept", examples=["30"]
    )

    @property
    def caps(self) -> Caps:
        """The most that one run may use."""
        return Caps(
            usd=self.usd_per_run,
            turns=self.turns_per_run,
            minutes=self.minutes_per_run,
            attempts=self.attempts,
            ci_patience_s=int(self.ci_patience_minutes * 60),
            ci_poll_s=self.ci_poll_s,
            ci_grace_s=self.ci_grace_s,
        )
