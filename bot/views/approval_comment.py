"""Render the comment that shows a plan, parts or a change, and says how it is approved."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.text import as_code_span, call_account, count_noun, defuse_inline
from bot.text.durations import render_duration
from bot.text.invisible_chars import escape_invisible
from bot.values import ApprovalRequest, Finding, RunKey, RunState, SecretJob
from bot.views.markdown_parts import fold, join_parts, render_list
from bot.views.plan_text import render_whole_plan
from bot.views.split_text import render_bounds, render_choices, render_split

LIMIT_CHARS = 60_000  # GitHub takes 65,536; a longer diff nobody could read whole
WIDE_CHARS = 120  # about what GitHub shows of a line of code
MOST_JOBS = 10
MOST_FINDINGS = 20
FINDING_CHARS = 300
TICKS = re.compile("`{3,}")


def make_approval_marker(key: RunKey, asked: ApprovalRequest) -> str:
    """Make the hidden marker by which the comment is found again, so that it is written once."""
    return f"greenlit:approval:{key}:{asked.short_hash}"


def render_approval(state: RunState, asked: ApprovalRequest, diff: str = "") -> str:
    """Render what waits for an approval, all of it, and what people can do."""
    return join_parts(
        f"{call_account(state.request.asker)} {_render_opening(asked)}",
        _render_jobs(asked.jobs),
        _render_findings([item for item in state.advice if item.gate == "outbound"]),
        _render_content(state, asked, diff),
        _render_how(state, asked),
        f"<sub>`{asked.short_hash}` names what is shown here and the request that it is for. "
        f"Run `{state.key}`</sub>",
    )


def render_replaced(state: RunState, asked: ApprovalRequest, by: str) -> str:
    """Render what stands in place of parts that people want otherwise, so that nobody takes them
    for what waits.
    """
    return join_parts(
        f"**This waits for no approval any more**, because {by} wants it otherwise.",
        fold("The parts as they were", _render_content(state, asked, "")),
        f"<sub>`{asked.short_hash}` named what was shown here. Run `{state.key}`</sub>",
    )


def _render_opening(asked: ApprovalRequest) -> str:
    if asked.kind == "plan":
        return "This is my plan. I wait for an approval before I write anything."
    if asked.kind == "split":
        return "This is too big for one change, so I divided it. I wait for your word on the parts."
    if asked.is_whole and asked.jobs:
        return (
            "This is my change. I wait for an approval before I push it; CI would run it with "
            "secrets of the repository in reach."
        )
    if asked.jobs:
        files = count_noun(len(asked.files), "file")
        return (
            f"I wait for an approval before I push: CI would run {files} of this change with "
            "secrets of the repository in reach."
        )
    return "This is my change. I wait for an approval before I push it."


def _render_jobs(jobs: Sequence[SecretJob]) -> str:
    return render_list([_render_job(job) for job in jobs], MOST_JOBS)


def _render_job(job: SecretJob) -> str:
    credentials = ", ".join(map(_render_credential, job.credentials[:MOST_JOBS]))
    place = f"{as_code_span(job.name)} of {as_code_span(job.workflow)}"
    return f"The job {place}, on each {job.starts}, is given {credentials}."


def _render_credential(name: str) -> str:
    """Render the name of a secret as code; what is no name is in words."""
    return defuse_inline(name, FINDING_CHARS) if " " in name else as_code_span(name)


def _render_findings(findings: Sequence[Finding]) -> str:
    """Render the lines that a person shall read first."""
    lines = [
        f"{as_code_span(finding.place)}: {defuse_inline(finding.text, FINDING_CHARS)}"
        for finding in findings
    ]
    return f"Please read these lines first:\n\n{render_list(lines, MOST_FINDINGS)}" if lines else ""


def _render_content(state: RunState, asked: ApprovalRequest, diff: str) -> str:
    if asked.kind == "plan" and state.plan is not None:
        return render_whole_plan(state.plan)
    if asked.kind == "split" and state.split is not None:
        return join_parts(state.split.why, render_split(state.split, state.brief))
    title = f"The diff of {count_noun(len(asked.files), 'file')}"
    others = [as_code_span(path) for path in state.patch.files if path not in asked.files]
    note = ""
    if others:
        listed = render_list(others, MOST_JOBS)
        note = f"What else I changed none of these jobs runs, so it is not shown:\n\n{listed}"
    return join_parts(_render_width(diff), fold(title, fence_diff(diff)), note)


def _render_width(diff: str) -> str:
    """Say that lines are wider than the page: what stands at their end nobody sees by itself."""
    wide = [line for line in diff.split("\n") if line.startswith("+") and len(line) > WIDE_CHARS]
    if not wide:
        return ""
    lines = count_noun(len(wide), "new line")
    return f"Please scroll to the right: {lines} of over {WIDE_CHARS} characters."


def fence_diff(diff: str) -> str:
    """Fence a diff so that nothing in it ends the fence; what is invisible is written out."""
    # In a comment of ours a marker is known by its first signs, even in code.
    text = escape_invisible(diff).rstrip("\n").replace("<!--", "<! --")
    longest = max((len(ticks) for ticks in TICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}diff\n{text}\n{fence}"


def _render_how(state: RunState, asked: ApprovalRequest) -> str:
    """Say who can approve it and how, and what ends the wait."""
    if asked.kind == "split":
        return join_parts(render_choices(state, asked), render_bounds(state))
    place = "pull request" if state.target is not None else "issue"
    command = f"`/approve` on this {place}, or `/approve {asked.short_hash}` to say what"
    who = "To approve it, comment"
    if asked.asker:
        who = "Somebody with write access who is not you has to approve it. That takes the comment"
    otherwise = "To have it otherwise, comment `/stop`, then `/generate` with what to do."
    patience = render_duration(state.caps.approval_patience_s)
    edits = "" if state.request.on_pull else " An edit of the issue ends the wait too."
    return f"{who} {command}. {otherwise} I wait for {patience}.{edits}"
