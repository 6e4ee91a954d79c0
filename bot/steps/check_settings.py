"""What `.github/greenlit.yml` can say of the repository's own checks."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.values import CheckKind

MOST_CHECKS = 20
MOST_COMMANDS = 20
# Lines for a shell: no control characters but the ends of lines and tabs.
CommandLine = Annotated[
    str,
    Field(
        min_length=1,
        max_length=4_000,
        pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*\S[^\x00-\x08\x0b-\x1f\x7f]*$",
    ),
]
Commands = Annotated[tuple[CommandLine, ...], Field(strict=False, max_length=MOST_COMMANDS)]
NAME_RULE = "It begins with a letter; digits and : . - _ may follow, 40 characters in all."
CheckName = Annotated[str, Field(pattern=r"^[A-Za-z][\w:.-]{0,39}$")]


def _require_place(line: str) -> str:
    if "{only}" not in line:
        raise ValueError("it has no place for the chosen files")
    return line


def _require_inner_folder(folder: str) -> str:
    plain = folder.removeprefix("./").rstrip("/")
    if plain.startswith("/") or ".." in plain.split("/"):
        raise ValueError("it is no folder of the repository")
    return "" if plain == "." else plain


class CheckDetails(BaseModel):
    """One check: how it is run, as a whole and for chosen files; what kind it is; where it runs."""

    model_config = ConfigDict(title="Check", frozen=True, extra="forbid", strict=True)

    run: CommandLine = Field(description="a command line")
    only: Annotated[CommandLine, AfterValidator(_require_place)] = Field(
        default="",
        description="a command line with {only} where the names of chosen files or tests go",
    )
    kind: CheckKind | None = Field(
        default=None, description="test, lint, types, build or format; found out without it"
    )
    folder: Annotated[
        str,
        Field(max_length=200, pattern=r"^[^\x00-\x1f\\]*$"),
        AfterValidator(_require_inner_folder),
    ] = Field(default="", description="the folder of the repository in which it runs")


def _wrap_command(value: object) -> object:
    """Take a command line for a check of which nothing else is said."""
    return {"run": value} if isinstance(value, str) else value


CheckSettings = Annotated[
    CheckDetails, BeforeValidator(_wrap_command, json_schema_input_type=CommandLine | CheckDetails)
]
