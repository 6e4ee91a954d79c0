"""Measure whether a request is too big for one change."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.gates import Rules
from bot.values import Brief, Criterion, Entity, Part

MOST_CRITERIA = 12
FEWEST_CRITERIA = 3  # however few lines a change may have, so many it can meet
LINES_PER_CRITERION = 60  # about what one takes, with its test
MOST_TOGETHER = 6  # criteria that may have nothing to do with each other
MOST_GROUPS = 2
MIN_NAME_CHARS = 3
WORD = re.compile(r"[\w$]+")
# A name of code, by its form: `x`, a_b, aB, a.b, f(, --flag.
CODE = re.compile(r"`([^`\n]+)`|(--?[a-z][\w-]+|\w+_\w+|[a-z]+[A-Z]\w*|\w+\.\w+|\w+(?=\())")


@dataclass(frozen=True, slots=True)
class RequestSize:
    """How much is asked for at once. `groups` count the criteria that share nothing as apart."""

    files: int
    criteria: int
    groups: int


def measure_request(brief: Brief, files: Collection[str] = ()) -> RequestSize:
    """Measure a brief; `files` are those that a plan or a split names beside it."""
    named = {entity.path for entity in brief.entities if entity.path}
    named.update(map(normalize_path, files))
    groups = _count_groups(brief.criteria, brief.entities)
    return RequestSize(len(named), len(brief.criteria), groups)


def measure_part(part: Part, brief: Brief) -> RequestSize:
    """Measure a part of a split, whose criteria are in the brief."""
    criteria = list_criteria(part, brief)
    files = {normalize_path(path) for path in part.files}
    return RequestSize(len(files), len(criteria), _count_groups(criteria, brief.entities))


def list_criteria(part: Part, brief: Brief) -> list[Criterion]:
    """List the criteria that a part meets, as far as the brief has them."""
    return [known for place, known in enumerate(brief.criteria) if place in part.criteria]


def explain_excess(size: RequestSize, rules: Rules) -> str:
    """Say in sentences for people what makes it too big for one change; empty when it is not."""
    return " ".join(_list_excess(size, rules))


def _list_excess(size: RequestSize, rules: Rules) -> Iterator[str]:
    if size.files > rules.max_files:
        yield f"It names {size.files} files, and a change here may touch {rules.max_files}."
    most = min(MOST_CRITERIA, max(FEWEST_CRITERIA, rules.max_lines // LINES_PER_CRITERION))
    if size.criteria > most:
        yield f"It has {size.criteria} criteria, and one change meets {most} at most."
    if size.criteria > MOST_TOGETHER and size.groups > MOST_GROUPS:
        yield (
            f"Its {size.criteria} criteria fall into {size.groups} groups that share no file and "
            "no name of the code."
        )


def normalize_path(path: str) -> str:
    """Write a path in one way, so that two can be compared."""
    return str(PurePosixPath(path.strip()))


def _count_groups(criteria: Sequence[Criterion], entities: Sequence[Entity]) -> int:
    """Count the groups of criteria of which no two name anything in common, such as a definition of
    the same file, or say the same of different names. One that names nothing of the code belongs to
    any.
    """
    groups: list[set[str]] = []
    for criterion in criteria:
        names = set(_list_names(criterion.text, entities))
        if not names:
            continue
        names.add(_drop_names(criterion.text, names))
        apart = [group for group in groups if group.isdisjoint(names)]
        joined = names.union(*(group for group in groups if not group.isdisjoint(names)))
        groups = [*apart, joined]
    return len(groups)


def _list_names(text: str, entities: Sequence[Entity]) -> Iterator[str]:
    """List what of the code a sentence names: files by their paths, all else in lower case."""
    for quoted, bare in CODE.findall(text):
        name = max(WORD.findall(quoted or bare), key=len, default="")
        if len(name) >= MIN_NAME_CHARS and not name.isdigit():
            yield name.casefold()
    for entity in entities:
        if names_entity(text, entity):
            yield from filter(None, (entity.name.casefold(), entity.path))


def _drop_names(text: str, names: Collection[str]) -> str:
    """Keep of a sentence what it says of the code that it names."""
    dropped = {word for name in names for word in WORD.findall(name)}
    words = WORD.findall(CODE.sub(" ", text.casefold()))
    return " ".join(word for word in words if word not in dropped)


def names_entity(text: str, entity: Entity) -> bool:
    """Tell whether a text names a file, a definition or a command."""
    if entity.kind not in ("file", "symbol", "command"):
        return False
    name = PurePosixPath(entity.name).stem if entity.kind == "file" else entity.name
    words = WORD.findall(name.casefold())
    if entity.kind == "symbol":
        words = words[-1:]
    if len("".join(words)) < MIN_NAME_CHARS:
        return False
    return _holds(WORD.findall(text.casefold()), words)


def _holds(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Tell whether words stand in a text in their order, one behind the other."""
    starts = range(len(words) - len(wanted) + 1)
    return any(list(words[start : start + len(wanted)]) == list(wanted) for start in starts)
