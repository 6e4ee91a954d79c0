"""Read what a request asks to be added: the words of it, and how much each of them means."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.search.abbreviations import list_spellings
from bot.search.families.asking_words import (
    ADDING_WORK,
    ADDS,
    ASKING,
    BOUND,
    COLLECTION,
    DETAILS,
    FAULT,
    FILLER,
    KIND_AND_NAME,
    MODULE_NAME,
    NAME_ALONE,
    OTHER_ORDER,
    OTHER_WORK,
    PART_OF_CLASS,
    PLAIN_HEAD,
    ROUTE_WORDS,
    TARGET,
)
from bot.search.terms import CODE_SPAN, NOISE, TITLE_CHARS, split_terms, split_word

BODY_CHARS = 600
HEAD_WEIGHT = 1.4  # of the last word of what is asked for: "formatter" in "a YAML formatter"
SCOPE_WEIGHT = 0.8  # of what stands before a colon: "locale: add Irish"
REST_WEIGHT = 0.5  # of the title's other words
BODY_WEIGHT = 0.2
FEW_WORDS = 4  # before the word that asks, which may ask for something else
MAX_LABELS = 3
ENDING_CHARS = 5  # of a term that a longer word ends with
MARKS = re.compile(r"^(?::\w+:|[^\w\[`@]|\b(?:issue\s+)?#\d+\b:?)+", re.IGNORECASE)
# "[Feature]", "feat(cli):", "parsers/json:".
LABEL = re.compile(
    r"\s*(?:\[(?P<square>[^\]]{1,40})\]|(?P<plain>[\w@/.+-]{1,40}(?:\([^)]*\))?)!?:(?=\s))\s*"
)


@dataclass(frozen=True, slots=True)
class AdditionRequest:
    """What is asked for. `weights` has each term of the request with what it means."""

    says_so: bool  # a word asks for something new
    head: str  # the term that most likely names the kind: the last,
    first: str  # or another: "rule" in "rule no-alert", "format" in "YAML to the formats"
    module: str  # and the module, where the last word is `fields.Email`
    wanted: tuple[str, ...]  # the terms of what is asked for
    target: frozenset[str]  # the terms of what gets it, if that is told
    weights: Mapping[str, float]
    spellings: Mapping[str, str]  # as code abbreviates a term, to the term
    is_detail: bool  # it asks for a part of something: an option, a test

    @property
    def asks_for_route(self) -> bool:
        """It asks for an endpoint of a web service."""
        return not ROUTE_WORDS.isdisjoint({self.head, self.first})

    def find_ending(self, word: str) -> str:
        """Find the term that a word ends with, as `golinters` does with "linter"; "" if none."""
        terms = (term for term in self.wanted if term in self.weights)
        endings = (term for term in terms if len(term) >= ENDING_CHARS)
        return next((term for term in endings if word.endswith(term)), "")


def read_addition(title: str, body: str) -> AdditionRequest | None:
    """Read what a request asks for; None when it asks for other work, or tells of a fault."""
    title = NOISE.sub(" ", title[:TITLE_CHARS])
    labels, order = _split_labels(title.strip())
    if any(OTHER_WORK.match(label) for label in labels) or OTHER_ORDER.match(order):
        return None
    adds = ADDS.search(order)
    if FAULT.search(order) and not (adds and adds.start() == 0):
        return None
    wanted = _find_wanted(order, adds)
    terms = tuple(dict.fromkeys(split_terms(wanted)))
    if not terms:
        return None
    head = _find_head(wanted)
    first = _find_first(wanted) or _find_collection(wanted, order)
    names = " ".join(label for label in labels if not ADDING_WORK.fullmatch(label))
    texts = {BODY_WEIGHT: body, REST_WEIGHT: order, SCOPE_WEIGHT: names, 1.0: wanted}
    is_adding = bool(adds) or any(ADDING_WORK.match(label) for label in labels)
    weights = _weigh_terms(texts) | {each: HEAD_WEIGHT for each in (head, first) if each}
    return AdditionRequest(
        is_adding,
        head,
        first,
        _find_module(wanted),
        terms,
        _find_target(order),
        weights,
        _map_spellings(weights),
        bool(PART_OF_CLASS.search(wanted)) or head in DETAILS,
    )


def _map_spellings(terms: Collection[str]) -> dict[str, str]:
    """Map each term as code may abbreviate it to the term; each is a spelling of itself."""
    spellings = {spelling: term for term in terms for spelling in list_spellings(term)}
    return spellings | {term: term for term in terms}


def _split_labels(title: str) -> tuple[list[str], str]:
    """Split what stands before the title proper: tags and scopes."""
    labels: list[str] = []
    title = MARKS.sub("", title)
    for _ in range(MAX_LABELS):
        label = LABEL.match(title)
        if label is None:
            break
        labels.append((label["square"] or label["plain"]).strip())
        title = MARKS.sub("", title[label.end() :])
    return labels, title


def _find_wanted(order: str, adds: re.Match[str] | None) -> str:
    """Find the words about what is asked for: behind the word that asks, else before it."""
    if adds is None:
        return _cut_bound(order)
    before, behind = order[: adds.start()], order[adds.end() :]
    filler = FILLER.match(behind)
    wanted = _cut_bound(behind[filler.end() if filler else 0 :])
    is_first = len(before.split()) in (0, *range(FEW_WORDS + 1, 100))
    if is_first or _cut_bound(f" {behind.strip()}").strip():
        return wanted
    return _cut_bound(before)


def _cut_bound(text: str) -> str:
    """Cut a text where it goes on with something else, and what an example or a test goes with."""
    bound = BOUND.search(text, 1)
    text = (text[: bound.start()] if bound else text).rstrip(" `.!")
    first, joined, last = text.rpartition(" and ")
    return first if joined and _find_head(last) in DETAILS else text


def _find_head(wanted: str) -> str:
    """Find the last part of the last word that names a kind: "strategy" in `KebabCaseStrategy`."""
    prose = re.sub(r"[`'\"*()]", " ", wanted).rstrip()
    words = re.findall(r"[^\W\d]\w*", PLAIN_HEAD.sub("", PLAIN_HEAD.sub("", prose)))
    parts = split_word(words[-1]) if words else ()
    return parts[-2] if len(parts) > 1 else "".join(parts)


def _find_first(wanted: str) -> str:
    """Find the word that a name follows: "rule" in "rule no-alert"; "" where none does."""
    match = KIND_AND_NAME.match(wanted)
    return "".join(split_word(match["kind"])[-1:]) if match else ""


def _find_collection(wanted: str, order: str) -> str:
    """Find the word for what a name is to be one of; "" where none is told."""
    target = TARGET.search(order)
    kind = COLLECTION.search(target["target"]) if target else None
    if kind is None or not NAME_ALONE.fullmatch(wanted):
        return ""
    return "".join(split_word(kind["kind"])[-1:])


def _find_module(wanted: str) -> str:
    """Find the term of the module in `fields.Email`; "" where none is named."""
    match = MODULE_NAME.search(wanted)
    return "".join(split_word(match[1])[-1:]) if match else ""


def _find_target(order: str) -> frozenset[str]:
    """Find the terms of what gets something: "the csv format" in "quoting to the csv format"."""
    match = TARGET.search(order)
    return frozenset(split_terms(match["target"])) if match else frozenset()


def _weigh_terms(texts: Mapping[float, str]) -> dict[str, float]:
    """Weigh the terms of texts by the weights of these; the last text counts."""
    weights: dict[str, float] = {}
    for weight, text in texts.items():
        prose = CODE_SPAN.sub(" ", text[:BODY_CHARS]) if weight == BODY_WEIGHT else text
        weights.update(dict.fromkeys(split_terms(prose), weight))
    return {term: weight for term, weight in weights.items() if term not in ASKING}
