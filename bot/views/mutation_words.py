"""Render what new tests notice of small changes of the code: for the model, and for people."""

from __future__ import annotations

from bot.logs import render_reading
from bot.text import as_code_span, count_noun, defuse_inline
from bot.text.amounts import join_numbers
from bot.values import MutationProof, NoticedChange
from bot.values.proof import NamedLines
from bot.views.markdown_parts import join_names, join_parts, render_list

MOST_TESTS = 20
GO_ON = "Test what stands there, then call finish again; where no test can, say why in `look_at`."
READING_CHARS = 8_000
LINE_CHARS = 300


def render_unproved(proof: MutationProof) -> str:
    """Tell the model which of its tests show nothing: an answer to `finish`."""
    if proof.reading is not None:
        reading = render_reading(proof.reading, READING_CHARS)
        return f"Not pushed. Your tests fail on the code as it is:\n\n{reading}"
    if not proof.unproved:
        return f"Not pushed yet. {_name_lines_left(proof)} {GO_ON}"
    tests = "\n".join(f"- {test}" for test in proof.unproved)
    changes = "\n".join(f"- {_describe(change)}" for change in proof.noticed)
    noticed = f"\nThe others fail for these:\n{changes}" if changes else ""
    return (
        f"Not pushed yet. I changed the named code in {count_noun(proof.tried, 'small way')}, one "
        "at a time, and ran your tests on each. These pass whatever is changed, so they show "
        f"nothing of that code:\n{tests}{noticed}\n"
        "Let each of them assert what the code has to give for its input, or delete it; then call "
        "finish again. Where that cannot be, call finish as it is: reviewers are told."
    )


def _name_lines_left(proof: MutationProof) -> str:
    """Tell the model that its tests run no new line, and which ones are left."""
    lines = proof.lines
    if lines is None:
        return ""
    left = join_numbers(lines.left)
    return f"Your tests run no line of the named code that did not run before. Not run: {left}."


def _describe(change: NoticedChange) -> str:
    return f"{change.test}: `{change.before}` as `{change.after}` in {change.place}"


def render_mutation_proof(proof: MutationProof) -> str:
    """Render for people what each new test was seen to fail for, and which were seen to do so for
    nothing.
    """
    lines = render_named_lines(proof.lines) if proof.lines else ""
    if proof.why:
        why = defuse_inline(proof.why, LINE_CHARS)
        return join_parts(lines, f"Not proved that the new tests notice anything: {why}")
    return join_parts(
        lines,
        _render_noticed(proof),
        _render_not_noticed(proof),
    )


def render_named_lines(lines: NamedLines) -> str:
    """Say how many of the named lines tests run now and ran before, and which are left."""
    if lines.why:
        why = defuse_inline(lines.why, LINE_CHARS)
        return f"It was not measured which of the named lines run: {why}"
    if not lines.lines:
        return ""
    total = count_noun(len(lines.lines), "line")
    counts = (
        f"{len(lines.before)} ran before in the tests named after it, {len(lines.after)} run now"
    )
    text = f"Of the {total} with code that were named {counts}."
    if not lines.left:
        return text
    noun, verb = ("Line", "is") if len(lines.left) == 1 else ("Lines", "are")
    return f"{text} {noun} {join_numbers(lines.left)} {verb} not run."


def _render_noticed(proof: MutationProof) -> str:
    if not proof.noticed:
        return ""
    rows = [
        f"{as_code_span(change.test)}: {as_code_span(change.before)} as "
        f"{as_code_span(change.after)} in {as_code_span(change.place)}"
        f"{', as earlier tests do' if change.was_noticed else ''}"
        for change in proof.noticed
    ]
    each = "Each new test" if not proof.unproved else "Each of these tests"
    text = f"{each} passes, and fails when the code is changed a little:"
    return join_parts(text, render_list(rows, MOST_TESTS))


def _render_not_noticed(proof: MutationProof) -> str:
    if not proof.unproved:
        return ""
    names = join_names(list(map(as_code_span, proof.unproved)), MOST_TESTS)
    if proof.reading is not None:
        return f"**{names} failed in the sandbox.**"
    verb = "was" if len(proof.unproved) == 1 else "were"
    tried = f"{count_noun(proof.tried, 'change')} tried"
    return f"**Not proved:** {names} {verb} not seen to fail ({tried}). {proof.left_out}".rstrip()
