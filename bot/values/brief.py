"""What a request asks for, as the model read it before it plans, and what proves each part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

WorkKind = Literal[
    "bug",
    "feature",
    "refactoring",
    "migration",
    "docs",
    "tests",
    "performance",
    "question",
]
EntityKind = Literal["file", "symbol", "command", "version", "value"]
CriterionKind = Literal["behaviour", "edge case", "error handling"]
Settlement = Literal["", "number", "words", "default"]


@dataclass(frozen=True, slots=True)
class Entity:
    """Something that the request speaks of, and whether it is in the repository.

    `near` are names that are there and look like it. `path` is the file that it is, or that defines
    it, where that is known.
    """

    kind: EntityKind
    name: str
    is_new: bool = False  # the request asks for it to be made
    is_missing: bool = False
    near: tuple[str, ...] = ()
    path: str = ""

    @property
    def is_unknown(self) -> bool:
        """Whether it should be there and is not."""
        return self.is_missing and not self.is_new


@dataclass(frozen=True, slots=True)
class Criterion:
    """A sentence that is true of the finished work and can be checked, and what proves it.

    `test` names the test that fails without it; `reading` says where people see it instead.
    """

    text: str
    kind: CriterionKind = "behaviour"
    test: str = ""
    reading: str = ""
    is_old: bool = False  # the test was there before the change, word for word

    @property
    def is_proved(self) -> bool:
        """Whether anything is named that proves it."""
        return bool(self.test or self.reading)


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """What the request leaves open, and what is done where nobody decides it.

    `settled`: how people settled it, by its number, in a comment's words, or by taking the default.
    """

    question: str
    default: str
    matters: bool = False  # the answer would change the work, so it is asked
    settled: Settlement = ""
    answer: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.matters and not self.settled


@dataclass(frozen=True, slots=True)
class ExampleIssue:
    """The issue as it could be, as Markdown; `template` is the path of the form that it fills."""

    title: str
    text: str
    template: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """A request as it was understood.

    `missing` is what must be known before anything can be planned; `example` shows it then.
    """

    kind: WorkKind
    entities: tuple[Entity, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    constraints: tuple[str, ...] = ()
    out_of_scope: tuple[str, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()
    missing: tuple[str, ...] = ()
    example: ExampleIssue | None = None

    @property
    def questions(self) -> dict[int, Ambiguity]:
        """The ambiguities that people are asked about, by the numbers that they have there."""
        asked = [ambiguity for ambiguity in self.ambiguities if ambiguity.matters]
        return dict(enumerate(asked, 1))

    @property
    def open_questions(self) -> dict[int, Ambiguity]:
        """Those of the questions that wait for an answer."""
        return {number: asked for number, asked in self.questions.items() if asked.is_open}

    @property
    def waits(self) -> bool:
        """Whether people must say more before the work goes on."""
        return bool(self.missing or self.open_questions)
