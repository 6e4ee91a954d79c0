"""Find the code that a run is about: what its command names, or what the request speaks of."""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.search.source_files import kind_of
from bot.steps.find_named_code import find_named_code
from bot.steps.retrieve import retrieve
from bot.stories.demand_ends import explain_no_code
from bot.stories.stops import GaveUp
from bot.text import as_code_span
from bot.values import NamedCode, Retrieval, RunState, SearchHit


async def find_code(run: Run, state: RunState) -> RunState:
    """Find the places that the request speaks of; a refactoring finds its own.

    Raises GaveUp when a command names no code, or more than one place.
    """
    match state.request.command:
        case "refactor":
            return state
        case "document" | "test":
            named = await run(find_named_code, state.base, state.request.words)
            if state.request.command == "test" and kind_of(named.path) == "test":
                named = replace(named, obstacle=f"{as_code_span(named.path)} is a test itself.")
            if named.obstacle:
                raise GaveUp(explain_no_code(named))
            return replace(state, named=named, retrieval=_list_places(named))
    retrieval = await run(retrieve, state.base, state.snapshot)
    return replace(state, retrieval=retrieval)


def _list_places(named: NamedCode) -> Retrieval:
    """List the named code, and the tests named after it, as the places to look at."""
    tests = tuple(SearchHit(path, 1.0, ("named after it",)) for path in named.tests)
    return Retrieval((SearchHit(named.path, 1.0, ("named in the command",)),), named.symbols, tests)
