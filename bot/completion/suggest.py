"""Suggest what may be typed next: what is probable, saves keys, and fits its place."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Generic

from bot.completion.cut import is_inside_word, make_cutter
from bot.completion.kept_states import StateKeeper
from bot.completion.search_drafts import Draft, SearchLimits, search_drafts
from bot.completion.suggestion import CursorPlace, SuggestedText
from bot.corpus.alphabet import encode_text
from bot.learning.character_model import CharacterModel, State

SEARCH_SHARE = 0.75  # of the budget; the rest is for the syntax
LEAST_TRIED = 3  # drafts that are looked at though the budget is spent: what was found is shown
MOST_TRIED = 24  # drafts that are looked at for the suggestions: each may be parsed several times


@dataclass(frozen=True, slots=True)
class SuggestLimits:
    """When to suggest, how much, and how long to think about it."""

    most: int = 5
    confident: float = 0.3  # the least probability of the first suggestion; else there is none
    budget_s: float = 0.08
    search: SearchLimits = field(default_factory=SearchLimits)


# For who asks by a key of its own: such a person waits, and would rather see a doubtful text.
ON_REQUEST = SuggestLimits(confident=0.1, budget_s=0.4, search=SearchLimits(least_probability=0.02))


@dataclass(frozen=True, slots=True)
class _Deadline:
    """Until when a request is worked on."""

    budget_s: float
    is_cancelled: Callable[[], bool]
    began: float = field(default_factory=time.perf_counter)

    def ends_search(self) -> bool:
        """Tell whether to stop reading and searching."""
        return self._has_spent(SEARCH_SHARE)

    def ends_all(self) -> bool:
        """Tell whether to stop altogether."""
        return self._has_spent(1.0)

    def _has_spent(self, share: float) -> bool:
        return self.is_cancelled() or time.perf_counter() - self.began > share * self.budget_s


class Suggester(Generic[State]):
    """Makes suggestions with a model. It is asked by one thread at a time."""

    def __init__(self, model: CharacterModel[State], limits: SuggestLimits | None = None) -> None:
        self.model = model
        self._limits = limits or SuggestLimits()
        self._keeper = StateKeeper(model)

    def suggest(
        self,
        place: CursorPlace,
        client: str = "",
        is_cancelled: Callable[[], bool] = lambda: False,
        limits: SuggestLimits | None = None,
    ) -> tuple[SuggestedText, ...]:
        """Suggest up to five texts to insert at a place, best first; none when in doubt.

        It takes the budget at most, and what was read counts for the next time. Nobody waits for
        what `is_cancelled`: the answer is empty then. `limits` are this request's own.
        """
        limits = limits or self._limits
        deadline = _Deadline(limits.budget_s, is_cancelled)
        if is_cancelled() or is_inside_word(place):
            return ()
        before, after = encode_text(place.before), encode_text(place.after)
        file = f"{client}\0{place.path}"
        state = self._keeper.read_to(file, before, after, deadline.ends_search)
        if state is None:
            return ()
        search = _choose_search(place, limits.search)
        drafts = search_drafts(self.model, state, search, deadline.ends_search)
        suggestions = _choose(place, drafts, limits, deadline.ends_all)
        if is_cancelled():
            return ()
        return tuple(_restore_line_ends(suggestions, place))


def _choose_search(place: CursorPlace, search: SearchLimits) -> SearchLimits:
    """Search one line only where something stands behind the cursor in it."""
    rest = place.after.partition("\n")[0]
    return replace(search, most_line_ends=0) if rest.strip() else search


def _choose(
    place: CursorPlace,
    drafts: Iterable[Draft],
    limits: SuggestLimits,
    is_stopped: Callable[[], bool],
) -> tuple[SuggestedText, ...]:
    """Choose those that save most and begin differently, the first of them a probable one."""
    cutter = make_cutter(place)
    chosen: list[SuggestedText] = []
    ordered = sorted(drafts, key=partial(_rank, limits.confident), reverse=True)
    for number, draft in enumerate(ordered[:MOST_TRIED]):
        if len(chosen) == limits.most or (number >= LEAST_TRIED and is_stopped()):
            break
        if not chosen and draft.probability < limits.confident:
            continue
        if _says_again(draft.text, chosen):
            continue
        text = cutter.cut(draft.text)
        if text and not _says_again(text, chosen):
            chosen.append(SuggestedText(text, draft.probability))
    return tuple(chosen)


def _rank(confident: float, draft: Draft) -> tuple[bool, float]:
    """Rank a draft that may be the first before others, then by the keys that it probably saves:
    one key takes it.
    """
    saved_keys = draft.probability * (len(draft.text.strip()) - 1)
    return draft.probability >= confident, saved_keys


def _says_again(text: str, chosen: Iterable[SuggestedText]) -> bool:
    """Tell whether the text begins as one that was chosen does, up to the end of the shorter."""
    return any(
        text.startswith(suggestion.text) or suggestion.text.startswith(text)
        for suggestion in chosen
    )


def _restore_line_ends(
    suggestions: Iterable[SuggestedText], place: CursorPlace
) -> Iterator[SuggestedText]:
    """Give the suggestions the line ends of their file."""
    line_end = "\r\n" if "\r\n" in place.before else "\n"
    for suggestion in suggestions:
        yield replace(suggestion, text=suggestion.text.replace("\n", line_end))
