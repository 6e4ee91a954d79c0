"""Define a tool of the model: its name, the input that it takes, and the function that it runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.tools.session import ToolSession
from bot.values import ToolSchema

FAR_CHARS = 1_000  # a longest length that no model comes near by itself

RepoPath = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1000,
        description="The path of the file from the root of the repository, such as `src/a.py`.",
    ),
]
LineNumber = Annotated[int, Field(ge=1)]
Prose = Annotated[str, Field(max_length=20_000)]


class ToolInput(BaseModel):
    """The input of a tool's calls. The model gets a subclass's docstring as the description."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    @field_validator("*")
    @classmethod
    def _refuse_lone_surrogates(cls, value: object) -> object:
        """Refuse half of a surrogate pair: it can stand in JSON but in no file."""
        json.dumps(value, ensure_ascii=False, default=str).encode()
        return value

    @model_validator(mode="before")
    @classmethod
    def _read_json_lists(cls, given: Any) -> Any:
        """Read a list that came as its JSON text: models write long ones so at times."""
        if not isinstance(given, dict):
            return given
        return {name: cls._read_json_list(name, value) for name, value in given.items()}

    @classmethod
    def _read_json_list(cls, name: str, value: object) -> object:
        field = cls.model_fields.get(name)
        if field is None or not isinstance(value, str) or not _takes_list(field.annotation):
            return value
        try:
            return json.loads(value)
        except ValueError:
            return value


def _takes_list(annotation: object) -> bool:
    """Tell whether a field takes a list, or a list or nothing."""
    return any(get_origin(kind) is list for kind in (annotation, *get_args(annotation)))


InputT = TypeVar("InputT", bound=ToolInput)


@dataclass(frozen=True, slots=True)
class Tool(Generic[InputT]):
    """A tool of the model. One that `writes` is refused until a plan was accepted.

    `run` returns the answer for the model, and raises ToolRefusal for a call that cannot be met.
    One with `suffixes` is offered only where a file's name ends in one of them; one `for_threads`
    only in a job that has threads of a review to answer, one `for_sandbox` only where code can run,
    one `for_brief` only where the request is asked for a brief, one `for_behaviour` only where the
    code may have to do the same as before.
    """

    name: str
    input_type: type[InputT]
    run: Callable[[ToolSession, InputT], str]
    writes: bool = False
    suffixes: tuple[str, ...] = ()
    for_threads: bool = False
    for_sandbox: bool = False
    for_brief: bool = False
    for_behaviour: bool = False

    @property
    def schema(self) -> ToolSchema:
        """The tool as the model sees it."""
        return make_schema(self.name, self.input_type)


def make_schema(name: str, input_type: type[ToolInput]) -> ToolSchema:
    """Make what the model sees of a tool from the type of its input."""
    schema = input_type.model_json_schema()
    description = " ".join(str(schema.pop("description")).split())
    return ToolSchema(name, description, _simplify(schema))


def _simplify(schema: Any) -> Any:
    """Drop from a schema what tells the model nothing: titles made of names, null, far limits."""
    if isinstance(schema, list):
        return [_simplify(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        rest = {name: part for name, part in schema.items() if name not in ("anyOf", "default")}
        return _simplify({**kinds[0], **rest})
    return {name: _simplify(part) for name, part in schema.items() if not _is_noise(name, part)}


def _is_noise(name: str, part: object) -> bool:
    """Tell whether a keyword of a schema can be left out; a property may be named like one."""
    match name, part:
        case ("title", str()) | ("minLength", 1) | ("default", ""):
            return True
        case ("maxLength", int(limit)):
            return limit >= FAR_CHARS
    return False
