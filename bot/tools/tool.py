"""Define a tool of the model: its name, the input that it takes, and the function that it runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.tools.session import ToolSession
from bot.values import ToolSchema

RepoPath = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1000,
        description="Path of the file in the repository, with forward slashes.",
    ),
]
LineNumber = Annotated[int, Field(ge=1)]
Prose = Annotated[str, Field(max_length=20_000)]


class ToolInput(BaseModel):
    """The input of a tool's calls. The model gets a subclass's docstring as the description."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*")
    @classmethod
    def _refuse_lone_surrogates(cls, value: object) -> object:
        """Refuse half of a surrogate pair: it can stand in JSON but in no file."""
        json.dumps(value, ensure_ascii=False, default=str).encode()
        return value


InputT = TypeVar("InputT", bound=ToolInput)


@dataclass(frozen=True, slots=True)
class Tool(Generic[InputT]):
    """A tool of the model. One that `writes` is refused until a plan was accepted.

    `run` returns the answer for the model, and raises ToolRefusal for a call that cannot be met.
    """

    name: str
    input_type: type[InputT]
    run: Callable[[ToolSession, InputT], str]
    writes: bool = False

    @property
    def schema(self) -> ToolSchema:
        """The tool as the model sees it."""
        schema = self.input_type.model_json_schema()
        description = " ".join(str(schema.pop("description")).split())
        schema.pop("title", None)
        return ToolSchema(self.name, description, schema)
