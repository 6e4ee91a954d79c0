"""Render a brief: folded in the run's comment, and in the pull request with what proves it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bot.text import as_code_span, count_noun, defuse_inline
from bot.text.code_fences import fence_code
from bot.text.git_lines import cut_at_line
from bot.values import Ambiguity, Brief, Criterion, Entity, ExampleIssue, Proof
from bot.views.markdown_parts import fold, join_parts, render_list

LINE_CHARS = 300
MOST_LINES = 30
TITLE_CHARS = 120
LEFT_OPEN = "What the request left open"
EXAMPLE_CHARS = 8_000
WEAK = {"edge case": "this edge case", "error handling": "this error"}


def render_brief(brief: Brief) -> str:
    """Render what was understood, folded; questions that wait have a comment of their own."""
    title = f"Brief: {brief.kind}"
    if brief.criteria:
        title = f"{title}, {count_noun(len(brief.criteria), 'criterion', 'criteria')}"
    return fold(title, render_list(list(_list_points(brief)), MOST_LINES))


def render_criteria(brief: Brief, changed: Collection[str], proof: Proof | None = None) -> str:
    """Render what was asked and what proves each of it, and what was left to a default; `changed`
    are the files of the change, `proof` is what its tests showed in the sandbox.
    """
    lines = [
        f"{_quote(known.text)} {_render_proof(known, changed)}{_render_run(known, proof)}"
        for known in brief.criteria
    ]
    assumptions = render_list(list(_list_assumptions(brief)), MOST_LINES)
    left_open = f"{LEFT_OPEN}:\n\n{assumptions}" if assumptions else ""
    return join_parts(render_list(lines, MOST_LINES), left_open)


def render_example(example: ExampleIssue, *, on_pull: bool = False) -> str:
    """Render the request as it could be, to be copied: its text stands in a fence."""
    if on_pull:
        text = cut_at_line(f"/generate {example.title}\n\n{example.text}", EXAMPLE_CHARS, "(…)")
        return join_parts("For example, as a comment:", fence_code(text, "markdown"))
    form = f" (in the form {as_code_span(example.template)})" if example.template else ""
    title = as_code_span(example.title, TITLE_CHARS)
    text = cut_at_line(example.text, EXAMPLE_CHARS, "(…)")
    return join_parts(f"For example{form}, with the title {title}:", fence_code(text, "markdown"))


def _list_points(brief: Brief) -> Iterator[str]:
    yield from (_quote(criterion.text) for criterion in brief.criteria)
    yield from (f"stays: {_quote(text)}" for text in brief.constraints)
    yield from (f"not part of it: {_quote(text)}" for text in brief.out_of_scope)
    yield from (f"left open: {text}" for text in _list_assumptions(brief))
    yield from (_render_missing(entity) for entity in brief.entities if entity.is_unknown)


def _list_assumptions(brief: Brief) -> Iterator[str]:
    """List what the request left open, and what was taken."""
    for ambiguity in brief.ambiguities:
        if not ambiguity.is_open:
            yield f"{_quote(ambiguity.question)} {_render_settlement(ambiguity)}"


def _render_settlement(ambiguity: Ambiguity) -> str:
    if ambiguity.answer:
        return f"**Answered:** {_quote(ambiguity.answer)}"
    if ambiguity.settled == "words":
        return f"**As your comments say;** where they do not: {_quote(ambiguity.default)}"
    return f"**Taken:** {_quote(ambiguity.default)}"


def _render_proof(criterion: Criterion, changed: Collection[str]) -> str:
    """Render what proves it, and whether the test is of this change; for edge cases and errors say
    where no test does.
    """
    if criterion.test:
        is_changed = criterion.test.partition("::")[0] in changed and not criterion.is_old
        return f"→ {as_code_span(criterion.test)}{'' if is_changed else ', as it was before'}"
    if not criterion.reading:
        return "→ nothing proves it yet"
    reading = f"→ by reading: {_quote(criterion.reading)}"
    weak = WEAK.get(criterion.kind)
    return f"{reading} **Not proved: no test covers {weak}.**" if weak else reading


def _render_run(criterion: Criterion, proof: Proof | None) -> str:
    """Say what the sandbox showed of the test, where it ran there without the change too."""
    if proof is None or not criterion.test:
        return ""
    path = criterion.test.partition("::")[0]
    if _is_among((criterion.test, path), proof.unmoved):  # of a file, all of its tests
        return ", which passes without the change too"
    return ", which fails without the change" if _is_among((criterion.test,), proof.tests) else ""


def _is_among(ends: Collection[str], names: Collection[str]) -> bool:
    """Tell whether one of them is named, or from a folder of the repository on."""
    return any(f"/{end}".endswith(f"/{name}") for name in names for end in ends)


def _render_missing(entity: Entity) -> str:
    near = ", ".join(map(as_code_span, entity.near))
    text = f"not in the repository: the {entity.kind} {as_code_span(entity.name)}"
    return f"{text}; there is {near}" if near else text


def _quote(text: str) -> str:
    return defuse_inline(text, LINE_CHARS)
