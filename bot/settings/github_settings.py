"""The settings of how GitHub is reached, as the App, and for whom."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from bot.settings.command_settings import Address, SearchSettings
from bot.settings.setting_values import parse_allow, read_private_key
from bot.values.github_address import GITHUB_API_URL


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
        GITHUB_API_URL,
        description="The API's address; on Enterprise HOST/api/v3",
        examples=[GITHUB_API_URL],
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
        description="Seconds between two writes to GitHub, as it asks of Apps",
        examples=["1"],
    )
    commits: Literal["verified", "pushed"] = Field(
        "verified",
        description=(
            "Who makes the commits: verified, GitHub where it can, which signs them; or pushed, "
            "git, unsigned"
        ),
        examples=["verified"],
    )

    @field_validator("private_key")
    @classmethod
    def _read_key(cls, value: SecretStr) -> SecretStr:
        return SecretStr(read_private_key(value.get_secret_value()))
