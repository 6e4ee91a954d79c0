"""Render what new tests notice of small changes of the code: for the model, and for people."""

from __future__ import annotations

from bot.logs import render_reading
from bot.text import as_code_span, count_noun, defuse_inline
from bot.values import MutationProof, NoticedChange
from bot.views.markdown_parts import join_names, join_parts, render_list

MOST_TESTS = 20
READING_CHARS = 8_000
LINE_CHARS = 300


def render_unproved(proof: MutationProof) -> str:
    """Tell the model which of its tests show nothing: an answer to `finish`."""
    if proof.reading is not None:
        reading = render_reading(proof.reading, READING_CHARS)
        return f"Not pushed. Your tests fail on the code as it is:\n\n{reading}"
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


def _describe(change: NoticedChange) -> str:
    return f"{change.test}: `{change.before}` as `{change.after}` in {change.place}"


def render_mutation_proof(proof: MutationProof) -> str:
    """Render for people what each new test was seen to fail for, and which were seen to do so for
    nothing.
    """
    if proof.why:
        return (
            f"Not proved that the new tests notice anything: {defuse_inline(proof.why, LINE_CHARS)}"
        )
    return join_parts(_render_noticed(proof), _render_not_noticed(proof))


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
