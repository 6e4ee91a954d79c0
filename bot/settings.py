"""Read what an operator may set: GREENLIT_* variables, and for `serve` and `doctor` a .env file.

Settings are made once, in bot/__main__.py, and taken apart in bot/assembly.py. The secrets among
them leave the environment of the process when they are read, so that no child inherits them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import (
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.values import Caps, ModelConfig, Price

Effort = Literal["low", "medium", "high", "xhigh", "max"]

# US dollars a million tokens: input, written to the 5-minute cache, read from it, output.
# Claude's prices, November 2026.
PRICES = {
    "claude-opus-5-5": (4.0, 5.0, 0.20, 20.0),
    "claude-sonnet-5-5": (2.0, 2.5, 0.20, 10.0),
    "claude-haiku-5-5": (0.5, 0.625, 0.05, 2.5),
    "claude-fable-5-1": (10.0, 12.5, 0.25, 50.0),
}


class SettingsError(Exception):
    """Settings are missing or wrong: the text has a line for each, with its name."""


class SearchSettings(BaseSettings):
    """Settings of the commands that look for code."""

    # No .env file: one in a folder that is worked on would send keys where a stranger says.
    model_config = SettingsConfigDict(env_prefix="GREENLIT_", extra="ignore", frozen=True)

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
    )

    @field_validator("embeddings")
    @classmethod
    def _check_embeddings(cls, source: str | None, info: ValidationInfo) -> str | None:
        if source and source.startswith(("http://", "https://")):
            if not info.data.get("embeddings_model"):
                raise ValueError(
                    "an address needs GREENLIT_EMBEDDINGS_MODEL, the name of the model to ask there"
                )
        elif source and not (Path(source).expanduser() / "model.safetensors").is_file():
            raise ValueError(
                f"{source} is neither an http address nor a folder with a model.safetensors in it"
            )
        return source

    @property
    def embeddings_source(self) -> tuple[str | None, str, str]:
        """The address or folder, the model's name, and the key."""
        key = self.embeddings_key.get_secret_value() if self.embeddings_key else ""
        return self.embeddings, self.embeddings_model or "", key


class GateSettings(SearchSettings):
    """Settings of the commands that judge a change."""

    python_index: str | None = Field(
        None,
        description=(
            "Address of a Python package index with JSON pages, to look up packages that a change "
            "names"
        ),
    )
    node_index: str | None = Field(None, description="The same for node's packages")

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
    )
    anthropic_url: str | None = Field(
        None, description="Another base URL for Claude's API, such as a proxy"
    )
    prices: Annotated[dict[str, tuple[float, float, float, float]], NoDecode] = Field(
        default_factory=dict,
        description=(
            "Prices of other models, as JSON: model to [input, cache write, cache read, output] "
            "US dollars per million tokens"
        ),
    )
    model: str = Field(
        "claude-opus-5-5", validate_default=True, description="The model that plans and writes"
    )
    effort: Effort = Field(
        "medium", description="How hard it thinks: low, medium, high, xhigh or max"
    )
    usd_per_run: float = Field(
        5.0, gt=0, description="The most that one run may spend on Claude, in US dollars"
    )
    turns_per_run: int = Field(80, gt=0, description="The most turns of the model in one run")
    minutes_per_run: int = Field(
        60, gt=0, description="The most minutes of work in one run; waiting for CI is apart"
    )

    @field_validator("prices", mode="before")
    @classmethod
    def _parse_prices(cls, value: object) -> object:
        return json.loads(value) if isinstance(value, str) else value

    @field_validator("model")
    @classmethod
    def _check_price(cls, model: str, info: ValidationInfo) -> str:
        known = PRICES | info.data.get("prices", {})
        if model not in known:
            raise ValueError(
                f"the price of {model!r} is not known, so its budget could not be kept: "
                f"set GREENLIT_PRICES or choose one of {', '.join(known)}"
            )
        return model

    @property
    def chosen_model(self) -> ModelConfig:
        """The model, its effort and its price."""
        return ModelConfig(self.model, self.effort, Price(*(PRICES | self.prices)[self.model]))


class Settings(ModelSettings):
    """Settings of `greenlit serve`. Secrets have no default."""

    app_id: int = Field(description="The GitHub App's id", gt=0)
    private_key: SecretStr = Field(
        description="The App's private key: the PEM text, or the path of its file"
    )
    webhook_secret: SecretStr = Field(description="The App's webhook secret", min_length=8)
    github_url: str = Field(
        "https://github.com", description="The web address of GitHub or of your Enterprise server"
    )
    github_api_url: str = Field(
        "https://api.github.com", description="The API's address; on Enterprise HOST/api/v3"
    )
    home: Path = Field(
        Path(".greenlit"),
        description="Where the record, the mirrors and what is known of code are kept",
    )
    host: str = Field("127.0.0.1", description="The address that the door listens on")
    port: int = Field(8484, ge=0, le=65535, description="The door's port")
    page_port: int = Field(
        8485, ge=0, le=65535, description="The port of the page of runs, always on 127.0.0.1"
    )
    attempts: int = Field(3, ge=1, le=10, description="The most pushes of one run")
    slots: int = Field(4, ge=1, description="How many runs may work at the same time")
    slots_per_repository: int = Field(1, ge=1, description="How many of them in one repository")
    ci_patience_minutes: float = Field(
        180, gt=0, description="How long CI may take before a run gives up on it"
    )
    ci_grace_s: float = Field(
        90, gt=0, description="How many seconds CI may stay silent before the bot says so"
    )
    ci_poll_s: float = Field(
        60, gt=0, description="How many seconds to wait for a webhook before asking GitHub"
    )
    write_pause_s: float = Field(
        1.0, ge=0, description="Seconds between two writes to GitHub, as its manners ask"
    )
    keep_days: int = Field(30, ge=4, description="How long the record of an ended run is kept")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="How much is logged"
    )

    @field_validator("private_key")
    @classmethod
    def _read_key(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value().replace("\\n", "\n")
        if "-----BEGIN" not in text:
            try:
                text = Path(text).expanduser().read_text(errors="replace")
            except (OSError, RuntimeError):  # the latter for the home of a user that is not there
                raise ValueError(
                    "is neither a PEM text nor the path of a file that can be read"
                ) from None
        if "PRIVATE KEY-----" not in text:
            raise ValueError("holds no private key in PEM form")
        return SecretStr(text)

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


S = TypeVar("S", bound=SearchSettings)


def load_settings(kind: type[S], **given: object) -> S:
    """Read settings of a kind; what is `given` goes before the environment.

    The secrets among them are taken out of os.environ. Raises SettingsError that lists everything
    missing or wrong.
    """
    try:
        settings = kind(**given)  # type: ignore[arg-type]
    except ValidationError as wrong:
        raise SettingsError("\n".join(_explain_errors(kind, wrong))) from None
    _remove_secrets(kind)
    return settings


def find_env_file() -> Path:
    """Tell where `serve` and `doctor` look for a .env file when none is named: in GREENLIT_HOME."""
    return Path(os.environ.get("GREENLIT_HOME", ".greenlit")) / ".env"


def describe_settings(kind: type[SearchSettings]) -> dict[str, tuple[str, str]]:
    """Map every setting's name to its meaning and default; "" where it must be set."""
    settings = {}
    for name, field in kind.model_fields.items():
        default = "" if field.is_required() else _render_default(field.default)
        settings[f"GREENLIT_{name.upper()}"] = (field.description or "", default)
    return settings


def _remove_secrets(kind: type[SearchSettings]) -> None:
    secrets = {
        name.upper()
        for name, field in kind.model_fields.items()
        if SecretStr in (field.annotation, *get_args(field.annotation))
    }
    names = {f"GREENLIT_{name}" for name in secrets} | secrets
    for variable in [variable for variable in os.environ if variable.upper() in names]:
        del os.environ[variable]


def _render_default(default: object) -> str:
    if default is PydanticUndefined:
        return "{}"
    return "none" if default is None else str(default)


def _explain_errors(kind: type[SearchSettings], wrong: ValidationError) -> Iterator[str]:
    fields = {name.lower(): name for name in kind.model_fields}
    for error in wrong.errors(include_input=False, include_url=False):
        location = str(error["loc"][0]) if error["loc"] else ""
        name = location.lower().removeprefix("greenlit_")
        name = fields.get(name, name)
        reason = error["msg"].removeprefix("Value error, ")
        if error["type"] == "missing":
            yield f"GREENLIT_{name.upper()} is not set. {kind.model_fields[name].description}."
        elif name:
            yield f"GREENLIT_{name.upper()}: {reason}."
        else:
            yield f"{reason}."
