"""Say how a merge of the base into a pull request's branch ended, and what people can do."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace

from bot.text import as_code_span, count_noun
from bot.values import OpenConflict, Outcome, RunState

MOST_PATHS = 20
CHOICES = {
    "content": "both sides changed the same lines",
    "both added": "both sides added it, each in another way",
    "modify/delete": "one side deleted what the other changed",
}


def explain_up_to_date(state: RunState) -> Outcome:
    """Say that there is nothing to merge."""
    target = state.pull_details
    base, head = as_code_span(target.base), as_code_span(target.head)
    text = f"{head} holds everything that is in {base} already: there is nothing to merge."
    return Outcome("unchanged", text, target.number)


def explain_open_conflicts(state: RunState) -> Outcome:
    """Name the files that only people can merge, and why; nothing was pushed."""
    left = state.merge_draft.left
    reasons = [conflict for conflict in left if conflict.advice]
    files = count_noun(len(reasons), "file")
    text = (
        f"I cannot merge {_name_base(state)} into this branch, and pushed nothing: "
        f"{files} only people can merge.\n\n{_list_files(left)}"
    )
    return Outcome("gave up", text, None, "conflicts", _advise(state))


def explain_unsolved(state: RunState, ending: Outcome) -> Outcome:
    """Say that the model did not solve the conflicts, and what ended it."""
    text = (
        f"I could not solve the conflicts with {_name_base(state)}, and pushed nothing. "
        f"{ending.text}\n\n{_list_files(state.merge_draft.left)}"
    )
    return replace(ending, text=text, next_step=_join(ending.next_step, _advise(state)))


def explain_moved_head(state: RunState) -> Outcome:
    """Say that people pushed while the merge was made."""
    branch = as_code_span(state.own_branch)
    text = f"I stopped, because somebody pushed to {branch} while I merged."
    next_step = "To have me merge what stands there now, comment `/update`."
    return Outcome("stopped", text, None, "taken branch", next_step)


def _name_base(state: RunState) -> str:
    return as_code_span(state.pull_details.base)


def _list_files(conflicts: Sequence[OpenConflict]) -> str:
    lines = [
        f"- {as_code_span(conflict.path)}: {conflict.advice or CHOICES[conflict.kind]}."
        for conflict in conflicts[:MOST_PATHS]
    ]
    if len(conflicts) > MOST_PATHS:
        lines.append(f"- and {count_noun(len(conflicts) - MOST_PATHS, 'more file')}.")
    return "\n".join(lines)


def _advise(state: RunState) -> str:
    """Tell the commands that begin the same merge on a machine of one's own."""
    target = state.pull_details
    head, base = shlex.quote(target.head), shlex.quote(f"origin/{target.base}")
    return (
        "Please merge it yourself:\n\n```sh\ngit fetch origin\n"
        f"git switch {head}\ngit merge {base}\n```\n\n"
        "Then solve the files named above, make anew what a tool makes, commit and push."
    )


def _join(first: str, second: str) -> str:
    return f"{first} {second}".strip()
