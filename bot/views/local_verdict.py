"""Render what the repository's own checks said in the sandbox: for the model, and for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.logs import render_reading
from bot.text import as_code_span, defuse_inline
from bot.values import Branch, LocalCheck, LocalVerdict, Proof, Reading
from bot.views.markdown_parts import join_names

MOST_NAMES = 3
MOST_CHECKS = 8
LINE_CHARS = 300


def render_red_checks(verdict: LocalVerdict, limit_chars: int) -> str:
    """Tell the model what fails with its change, and how: an answer to `finish`."""
    reds = list(_list_reds(verdict))
    room = limit_chars // max(1, len(reds))
    parts = [f"{title}\n\n{render_reading(reading, room)}" for title, reading in reds]
    head = "Not pushed. The repository's own checks fail here, in the sandbox:"
    foot = "Mend the cause, then call finish again: it keeps what you gave it."
    return "\n\n".join([head, *parts, foot])


def _list_reds(verdict: LocalVerdict) -> Iterator[tuple[str, Reading]]:
    proof = verdict.proof
    if proof.kind == "fails here" and proof.reading is not None:
        yield f"The tests of your change fail with it: {', '.join(proof.tests)}", proof.reading
    for check in verdict.failed:
        if check.reading is not None:
            yield f"`{check.name}` fails, and does not on the base", check.reading


def render_unmoved_tests(proof: Proof) -> str:
    """Tell the model, once, that its tests pass without its change: an answer to `finish`."""
    names = "\n".join(f"- {name}" for name in proof.unmoved)
    return (
        "Not pushed yet. The tests that you add or alter pass without the rest of your change too, "
        f"so they do not show what it mends:\n{names}\n"
        "Let one of them fail without it and pass with it, then call finish again. Where that "
        "cannot be, as in a refactoring, call finish as it is: reviewers are told."
    )


def render_local_checks(verdict: LocalVerdict, base: Branch) -> str:
    """Render for people what was shown before the push, in a line or a few."""
    lines = [_render_proof(verdict.proof, base), _render_checks(verdict.checks)]
    return "\n".join(line for line in lines if line)


def _render_proof(proof: Proof, base: Branch) -> str:
    branch = as_code_span(base)
    match proof.kind:
        case "proved":
            error = f" with {as_code_span(_shorten(proof.failure))}" if proof.failure else ""
            verb = "fails" if len(proof.tests) == 1 else "fail"
            passes = "passes" if len(proof.tests) == 1 else "pass"
            unmoved = f" {_render_unmoved(proof, branch)}" if proof.unmoved else ""
            return f"{_name(proof.tests)} {verb} on {branch}{error}, {passes} here.{unmoved}"
        case "passes before":
            return f"No test shows this change: {_render_unmoved(proof, branch)}"
        case "fails here":
            return f"**{_name(proof.tests)} failed in the sandbox too.**"
        case "no test":
            return "No test was added or altered, so none shows this change."
        case "not possible":
            why = defuse_inline(proof.why, LINE_CHARS)
            return f"Not shown by a test: {why}" if why else ""


def _render_unmoved(proof: Proof, branch: str) -> str:
    verb = "passes" if len(proof.unmoved) == 1 else "pass"
    return f"{_name(proof.unmoved)} {verb} on {branch} as well."


def _render_checks(checks: Sequence[LocalCheck]) -> str:
    """Render the checks by how they ended."""
    groups = (
        ("passed", "passed in the sandbox before the push."),
        ("failed", "failed in the sandbox; it was pushed for CI to judge."),
        ("already red", "failed in the sandbox, as on the base."),
    )
    sentences = []
    for state, words in groups:
        names = [check.name for check in checks if check.state == state]
        if names:
            sentences.append(f"{_name(names, MOST_CHECKS)} {words}")
    sentences += [
        f"{as_code_span(check.name)} did not run: {defuse_inline(check.why, LINE_CHARS)}"
        for check in checks
        if check.state == "not run"
    ]
    return " ".join(sentences)


def _name(names: Sequence[str], most: int = MOST_NAMES) -> str:
    return join_names([as_code_span(name) for name in names], most)


def _shorten(text: str) -> str:
    return text if len(text) <= LINE_CHARS else f"{text[: LINE_CHARS - 1]}…"
