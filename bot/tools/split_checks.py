"""Find faults that a split shows by itself: parts that could not be solved in their order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations

from bot.gates import Rules, explain_protected_path
from bot.text.words import list_words
from bot.tools.brief_checks import EMPTY_WORDS, simplify
from bot.tools.request_size import (
    explain_excess,
    list_criteria,
    measure_part,
    names_entity,
    normalize_path,
)
from bot.values import Brief, Entity, Part

FEWEST_PARTS, MOST_PARTS = 2, 8
FEWEST_WORDS = 5  # of a part's text: less tells nobody what to do
TITLE_WORDS = EMPTY_WORDS | {"part", "step", "phase", "stage", "rest", "misc", "other", "stuff"}

Needs = Mapping[int, Collection[int]]  # of each part by its number, also those of its needs


def explain_split_faults(parts: Sequence[Part], brief: Brief, rules: Rules) -> Iterator[str]:
    """Say what must be mended before a split is accepted, each in a sentence."""
    yield from _check_count(parts)
    yield from _check_texts(parts)
    yield from _check_files(parts, rules)
    yield from _check_criteria(parts, brief)
    order_faults = list(_check_needs(parts))
    yield from order_faults
    if not order_faults:
        needs = _collect_needs(parts)
        yield from _check_shared_files(parts, needs)
        yield from _check_new_names(parts, brief, needs)
        yield from _check_worth(parts, needs)
    yield from _check_sizes(parts, brief, rules)


def _check_count(parts: Sequence[Part]) -> Iterator[str]:
    if len(parts) < FEWEST_PARTS:
        yield f"A split has at least {FEWEST_PARTS} parts: divide the work."
    if len(parts) > MOST_PARTS:
        yield (
            f"There are {len(parts)} parts, and at most {MOST_PARTS} are allowed: join those that "
            "belong together."
        )


def _check_texts(parts: Sequence[Part]) -> Iterator[str]:
    """Find titles and texts that say nothing, or the same as others."""
    for part in parts:
        words = {word.casefold() for word in list_words(part.title) if not word.isdigit()}
        if not words - TITLE_WORDS:
            yield f"Part {part.number} needs a title that says what is done: {part.title!r}."
        if len(list_words(part.text)) < FEWEST_WORDS or simplify(part.text) == simplify(part.title):
            yield (
                f"The `text` of part {part.number} must be understood alone: say what is to be "
                "done, where, and what shows that it is."
            )
    for first, second in combinations(parts, 2):
        if simplify(first.title) == simplify(second.title):
            yield f"{_name(first, second)} have the same title: {second.title!r}."
        elif simplify(first.text) == simplify(second.text):
            yield f"{_name(first, second)} have the same text."


def _check_files(parts: Sequence[Part], rules: Rules) -> Iterator[str]:
    for part in parts:
        if not part.files:
            yield f"Part {part.number} names no file: say in `files` what it changes or makes."
        for path in part.files:
            if path.startswith(("/", "~")) or ".." in normalize_path(path).split("/"):
                yield f"Part {part.number} names {path!r}, which is no path from the root."
                continue
            reason = explain_protected_path(normalize_path(path), rules.allowed, rules.protected)
            if reason:
                yield f"Part {part.number} names {path}, which may not be changed: {reason}"


def _check_criteria(parts: Sequence[Part], brief: Brief) -> Iterator[str]:
    """Find criteria that no part meets, or more than one, or that are not there."""
    owners: dict[int, int] = {}
    count = len(brief.criteria)
    for part in parts:
        for place in dict.fromkeys(part.criteria):
            if place not in range(count):
                yield f"Part {part.number} names criterion {place + 1}: the brief has 1 to {count}."
            elif place in owners:
                yield (
                    f"Criterion {place + 1} stands in parts {owners[place]} and {part.number}: "
                    "give it to the one after which it holds."
                )
            owners.setdefault(place, part.number)
    for place, criterion in enumerate(brief.criteria):
        if place not in owners:
            yield f"No part meets criterion {place + 1}: {criterion.text!r}."


def _check_needs(parts: Sequence[Part]) -> Iterator[str]:
    """Find needs that nobody can meet: of parts that are not there, or that come later."""
    numbers = {part.number for part in parts}
    faults = list(_explain_unknown_needs(parts, numbers))
    if faults:
        yield from faults
        return
    needs = _collect_needs(parts)
    circle = [part for part in parts if part.number in needs[part.number]]
    if circle:
        names = ", ".join(str(part.number) for part in circle)
        yield (
            f"Parts {names} wait for each other in a circle, so none could begin: take one of "
            "their `needs` away, or join them."
        )
        return
    for number in sorted(numbers):
        needed_by = {part.number for part in parts if number in needs[part.number]}
        if number != 1 and needed_by == numbers - {number}:
            yield f"Every other part needs part {number}: it comes first, as part 1."
            return
    for part in parts:
        for number in sorted(part.needs):
            if number > part.number:
                yield f"Part {part.number} needs part {number}, which comes later: put it before."


def _explain_unknown_needs(parts: Sequence[Part], numbers: Collection[int]) -> Iterator[str]:
    for part in parts:
        for number in sorted(set(part.needs)):
            if number == part.number:
                yield f"Part {number} needs itself."
            elif number not in numbers:
                yield f"Part {part.number} needs part {number}: there are 1 to {len(numbers)}."


def _collect_needs(parts: Sequence[Part]) -> Needs:
    """Collect what each part needs, directly or through others; itself only in a circle."""
    needs = {part.number: set(part.needs) for part in parts}
    for _ in parts:
        for own in needs.values():
            own.update(*(needs[number] for number in list(own)))
    return needs


def _check_shared_files(parts: Sequence[Part], needs: Needs) -> Iterator[str]:
    """Find files that two parts change which may be worked on at the same time."""
    for first, second in combinations(parts, 2):
        files = {normalize_path(path) for path in first.files}
        shared = sorted(files.intersection(map(normalize_path, second.files)))
        if shared and first.number not in needs[second.number]:
            yield (
                f"{_name(first, second)} both change {', '.join(shared)}: let part "
                f"{second.number} need part {first.number}, or let one alone change it."
            )


def _check_new_names(parts: Sequence[Part], brief: Brief, needs: Needs) -> Iterator[str]:
    """Find what is new and used by parts that do not need the one that makes it."""
    for entity in brief.entities:
        if not entity.is_new or entity.kind not in ("file", "symbol"):
            continue
        users = [part for part in parts if _uses(part, entity, brief)]
        numbers = {part.number for part in users}
        if not users or any(_needs_it(numbers - {maker}, maker, needs) for maker in numbers):
            continue
        names = " and ".join(map(str, sorted(numbers)))
        yield (
            f"Parts {names} use {entity.name}, which is new: one part makes it, and the others "
            "need that one."
        )


def _needs_it(numbers: Collection[int], maker: int, needs: Needs) -> bool:
    return all(maker in needs[number] for number in numbers)


def _uses(part: Part, entity: Entity, brief: Brief) -> bool:
    """Tell whether a part makes or uses what is new, by its files, its words or its criteria."""
    if entity.path and entity.path in map(normalize_path, part.files):
        return True
    criteria = [criterion.text for criterion in list_criteria(part, brief)]
    return any(names_entity(text, entity) for text in (part.title, part.text, *criteria))


def _check_worth(parts: Sequence[Part], needs: Needs) -> Iterator[str]:
    """Find parts of which nobody would see that they are done."""
    needed = {number for own in needs.values() for number in own}
    for part in parts:
        if not part.criteria and part.number not in needed:
            yield (
                f"Part {part.number} meets no criterion, and no part needs it: leave it out, or "
                "say in `criteria` what it is for."
            )


def _check_sizes(parts: Sequence[Part], brief: Brief, rules: Rules) -> Iterator[str]:
    for part in parts:
        if excess := explain_excess(measure_part(part, brief), rules):
            yield f"Part {part.number} is too big itself. {excess} Divide it."


def _name(first: Part, second: Part) -> str:
    return f"Parts {first.number} and {second.number}"
