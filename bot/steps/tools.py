"""Here live the model's tools as it sees them: names, descriptions and strictly checked inputs."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.values import ToolSchema

Path = Annotated[
    str,
    Field(
        min_length=1, max_length=1000, description="Path in the repository, with forward slashes"
    ),
]
Line = Annotated[int, Field(ge=1)]
Text = Annotated[str, Field(max_length=20_000)]


class Input(BaseModel):
    """What a call may hold: nothing that is not named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*")
    @classmethod
    def _whole(cls, value: object) -> object:
        """Half a character, a lone surrogate, can stand in JSON but in no file."""
        json.dumps(value, ensure_ascii=False, default=str).encode()
        return value


class ReadRequest(Input):
    """The request as its maintainers see it, where to look, past changes, a map, its guidance. Call
    it first.
    """


class ListDir(Input):
    """The files and folders in a folder, with sizes. Use it when the map in the request's answer is
    not enough.
    """

    path: str = Field("", max_length=1000, description="Folder; empty for the root")


class Grep(Input):
    """Lines that match an extended regular expression (POSIX ERE), in the repository with your
    edits laid over it.
    """

    pattern: str = Field(min_length=1, max_length=500)
    under: str = Field("", max_length=1000, description="Only in this file or folder")


class ReadFile(Input):
    """A file with line numbers, with your edits laid over it. Read a range when the file is long."""

    path: Path
    start: Line = 1
    end: Line | None = None


class FindSymbol(Input):
    """Where a function, class or method is defined, and where its name is used."""

    name: str = Field(min_length=1, max_length=200)


class EditFile(Input):
    """Replace one place of a file. `old` must stand there exactly once: copy enough lines to make
    it unique.
    """

    path: Path
    old: str = Field(min_length=1)
    new: str


class CreateFile(Input):
    """Write a new file. Its folder need not exist."""

    path: Path
    text: str


class DeleteFile(Input):
    """Delete a file."""

    path: Path


class RenameSymbol(Input):
    """Rename a Python function, class, method, parameter or module in every file at once: imports,
    overrides, strings
    that tests patch, documents. The answer lists what could not be proved and was left.
    """

    old: str = Field(
        min_length=1,
        max_length=300,
        description="name, Class.method, function.parameter or pkg.mod.name",
    )
    new: str = Field(min_length=1, max_length=100, description="The new name alone")


class MakeAsync(Input):
    """Make a Python function asynchronous, and every caller that must await it, up to where the
    program starts.
    """

    name: str = Field(
        min_length=1, max_length=300, description="name, Class.method or pkg.mod.name"
    )


class MoveSymbol(Input):
    """Move a Python function or class to another module, new or not, with the imports it needs and
    those of it.
    """

    name: str = Field(min_length=1, max_length=300, description="name or pkg.mod.name")
    to: str = Field(min_length=1, max_length=300, description="The module, dotted or a path")


class UpdateTodo(Input):
    """Your checklist, whole, for people to follow. Optional; worth it for work of more than a few
    edits.
    """

    items: list[Annotated[str, Field(max_length=200)]] = Field(
        max_length=20, description='"[ ] open" or "[x] done"'
    )


class LogLines(Input):
    """Lines of the log of a failed CI job, cleaned. Use it when the answer of `finish` lacks
    something.
    """

    job: int
    start: Line
    end: Line


class LogGrep(Input):
    """Lines of the log of a failed CI job that hold a text, with their numbers."""

    job: int
    text: str = Field(min_length=1, max_length=200)


class FilePlan(Input):
    """One file of a plan."""

    path: Path
    change: Text = Field(description="What changes there and why")
    symbols: list[str] = Field(
        default_factory=list, description="Functions or classes that change or come to be"
    )


class LoweredPlan(Input):
    """One of them."""

    what: str = Field(
        min_length=1, max_length=300, description="Path of the file, or name of the test or setting"
    )
    why: Text = Field(min_length=10, description="Why the request cannot be met otherwise")


class SubmitPlan(Input):
    """What you mean to do, before any edit. It is shown to the maintainers."""

    summary: Text = Field(
        min_length=1, description="Two or three sentences: the cause, and the change"
    )
    files: list[FilePlan] = Field(max_length=100)
    tests: list[Text] = Field(
        default_factory=list, description="Tests to add or change, and what each shows"
    )
    risks: list[Text] = Field(
        default_factory=list, description="What could go wrong for users of the code"
    )
    questions: list[Text] = Field(
        default_factory=list, description="Only what you would otherwise have to guess"
    )
    lowered: list[LoweredPlan] = Field(
        default_factory=list,
        max_length=20,
        description="Existing tests that must expect something else, be loosened, skipped or removed, and checks that "
        "must ask for less; the pull request says so in its first lines",
    )


class FinishWork(Input):
    """Hand the work to the checks and to CI. The answer tells what they found."""

    title: str = Field(
        min_length=1,
        max_length=120,
        description="Of the pull request, and first line of the commit",
    )
    message: Text = Field(
        description="Body of the commit message: why, in the repository's manner; may be empty"
    )
    summary: Text = Field(min_length=1, description="What changed and why, for the reviewers")
    look_at: list[Text] = Field(
        default_factory=list, description="Where reviewers should look closely, and why"
    )
    differs: Text = Field("", description="Where the work left the plan, and why; empty if nowhere")


NAMED: tuple[tuple[str, type[Input]], ...] = (
    ("read_request", ReadRequest),
    ("list_dir", ListDir),
    ("grep", Grep),
    ("read_file", ReadFile),
    ("find_symbol", FindSymbol),
    ("edit_file", EditFile),
    ("create_file", CreateFile),
    ("delete_file", DeleteFile),
    ("rename_symbol", RenameSymbol),
    ("make_async", MakeAsync),
    ("move_symbol", MoveSymbol),
    ("update_todo", UpdateTodo),
    ("log_lines", LogLines),
    ("log_grep", LogGrep),
    ("submit_plan", SubmitPlan),
    ("finish", FinishWork),
)


def tools() -> tuple[ToolSchema, ...]:
    """The tools in their fixed order: changing it, or a word of it, empties the prompt cache."""
    return tuple(
        ToolSchema(name, " ".join((kind.__doc__ or "").split()), _schema(kind))
        for name, kind in NAMED
    )


def _schema(kind: type[Input]) -> dict[str, object]:
    schema = kind.model_json_schema()
    schema.pop("description", None)
    schema.pop("title", None)
    return schema
