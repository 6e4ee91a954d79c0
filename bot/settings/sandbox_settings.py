"""The settings of how a repository's own code is run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode

from bot.settings.command_settings import SearchSettings
from bot.settings.setting_values import parse_indexes, parse_toolchains
from bot.values import TierChoice


class SandboxSettings(BaseSettings):
    """Settings of how a repository's own code is run."""

    model_config = SearchSettings.model_config

    sandbox: TierChoice = Field(
        "auto",
        description=(
            "What keeps a repository's own checks from harm: auto, the best that works here; "
            "bubblewrap, landlock or container, that alone; none, they are not run"
        ),
        examples=["bubblewrap"],
    )
    sandbox_image: str | None = Field(
        None,
        min_length=1,
        description="The image for the tier container, with Python and what the checks need",
        examples=["python:3.13-slim"],
    )
    sandbox_toolchains: Annotated[tuple[Path, ...], NoDecode, BeforeValidator(parse_toolchains)] = (
        Field(
            (),
            description=(
                "Folders that the sandbox may read beside the system's own; what is in their `bin` "
                "comes first on its PATH"
            ),
            examples=["/usr/local/lib"],
        )
    )
    sandbox_indexes: Annotated[dict[str, str], NoDecode, BeforeValidator(parse_indexes)] = Field(
        default_factory=dict,
        description=(
            "Package indexes from which the sandbox installs, by kind: python, node, crates, go; "
            "else those of the machine's pip, npm, Cargo and Go"
        ),
        examples=["python=https://python.example.com/simple node=https://npm.example.com"],
    )
