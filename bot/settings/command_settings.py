"""The settings of commands, by what needs them: meanings, defaults, and examples that are right."""

from __future__ import annotations

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

from bot.settings.setting_problems import PREFIX
from bot.settings.setting_values import (
    Prices,
    check_address,
    check_embeddings,
    parse_prices,
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


class ReadTokenSettings(SearchSettings):
    """Settings of the commands that read something of GitHub's for a person."""

    github_token: SecretStr | None = Field(
        None,
        description="A token that may read the repository's Actions; GH_TOKEN and GITHUB_TOKEN too",
        validation_alias=AliasChoices(
            "GREENLIT_GITHUB_TOKEN", "github_token", "GH_TOKEN", "GITHUB_TOKEN"
        ),
    )
    github_api_url: Address | None = Field(
        None, description="The API's address, where it is not that of github.com"
    )


class GateSettings(SearchSettings):
    """Settings of the commands that judge a change."""

    python_index: Address | None = Field(
        None,
        description=(
            "Address of a Python package index with JSON pages, to look up packages that a change "
            "names"
        ),
        examples=["https://python.example.com"],
    )
    node_index: Address | None = Field(
        None,
        description="The same for node's packages",
        examples=["https://npm.example.com"],
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
    def caps(self) -> Caps:
        """The most that one run may use."""
        return Caps(self.usd_per_run, self.turns_per_run, self.minutes_per_run)

    @property
    def chosen_model(self) -> ModelConfig:
        """The model, its effort and its price."""
        return ModelConfig(self.model, self.effort, Price(*(PRICES | self.prices)[self.model]))
