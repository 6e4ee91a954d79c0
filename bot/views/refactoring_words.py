"""Render what a refactoring without a model did, or why it was not done."""

from __future__ import annotations

from collections.abc import Iterator

from bot.refactor import RefactoredCode, RefactoringCommand, Unproven
from bot.text import as_code_span, count_noun, defuse_inline
from bot.text.git_messages import normalize_subject
from bot.values import Finish
from bot.views.markdown_parts import join_names, join_parts, render_list

MOST_PLACES = 20
MOST_NAMES = 6
LINE_CHARS = 120
OBSTACLE_CHARS = 600


def render_unproven(code: RefactoredCode) -> str:
    """Say that nothing was changed, and which places are in the way."""
    count = count_noun(len(code.unproven), "place")
    text = (
        f"I changed nothing, because {count} may be meant by {as_code_span(code.command.name)} or "
        "not, and I cannot prove either:"
    )
    return join_parts(text, render_list(list(map(_render_place, code.unproven)), MOST_PLACES))


def render_obstacle(code: RefactoredCode) -> str:
    """Say why nothing could be changed. What it quotes are names of the code."""
    return f"I changed nothing. {defuse_inline(code.obstacle, OBSTACLE_CHARS)}"


def write_finish(code: RefactoredCode) -> Finish:
    """Write the words for the change, as a model would at its end: commit and pull request."""
    changed = f"{count_noun(code.places, 'place')} in {count_noun(len(code.files), 'file')}"
    summary = (
        f"{_render_act(code.command)}: {changed}. The syntax tree and the imports prove of each "
        "place what it means; no model was asked."
    )
    return Finish(
        _write_title(code.command),
        f"Changed {changed}.",
        summary,
        tuple(_list_places_to_look_at(code)),
    )


def _write_title(command: RefactoringCommand) -> str:
    """Write the subject of the commit, such as "Rename Cart.total to sum"."""
    name, to = command.name, command.to
    match command.act:
        case "rename":
            title = f"Rename {name} to {to}"
        case "async":
            title = f"Make {name} asynchronous"
        case "move":
            title = f"Move {name} to {to}"
    return normalize_subject(title)


def _render_act(command: RefactoringCommand) -> str:
    name, to = as_code_span(command.name), as_code_span(command.to)
    match command.act:
        case "rename":
            return f"{name} is called {to} everywhere"
        case "async":
            return f"{name} is asynchronous, and what calls it awaits it"
        case "move":
            return f"{name} stands in {to}, and every import follows"


def _list_places_to_look_at(code: RefactoredCode) -> Iterator[str]:
    """List what was left: places without a proof, words, documents."""
    for place in code.unproven:
        yield f"left as it is, not proved: {place.path}:{place.line}: {place.text} ({place.why})"
    if code.words:
        places = list(dict.fromkeys(f"{place.path}:{place.line}" for place in code.words))
        yield f"comments and texts still say the old name: {join_names(places, MOST_NAMES)}"
    if code.protected:
        yield f"protected, so left as they are: {join_names(code.protected, MOST_NAMES)}"


def _render_place(place: Unproven) -> str:
    where = as_code_span(f"{place.path}:{place.line}")
    return f"{where} {as_code_span(place.text, LINE_CHARS)}: {defuse_inline(place.why, LINE_CHARS)}"
