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
    reasons = [conflict for conflict in state.merge_draft.left if conflict.advice]
    others = [conflict for conflict in state.merge_draft.left if not conflict.advice]
    what = f"cannot merge {_name_base(state)} into this branch, and pushed nothing"
    files = count_noun(len(reasons), "file")
    text = f"{files} only people can merge.\n\n{_list_files([*reasons, *others])}"
    return Outcome("gave up", f"{_begin(state)} {what}: {text}", None, "conflicts", _advise(state))


def explain_unsolved(state: RunState, ending: Outcome) -> Outcome:
    """Say that the model did not solve the conflicts, and what ended it."""
    what = f"could not solve the conflicts with {_name_base(state)}, and pushed nothing"
    files = _list_files(state.merge_draft.left)
    next_step = f"{ending.next_step} {_advise(state)}".strip()
    text = f"{_begin(state)} {what}. {ending.text}\n\n{files}"
    return replace(ending, text=text, next_step=next_step)


def explain_moved_head(state: RunState) -> Outcome:
    """Say that people pushed while the merge was made."""
    branch = as_code_span(state.own_branch)
    text = f"I stopped, because somebody pushed to {branch} while I merged."
    next_step = "To have me merge what stands there now, comment `/update`."
    return Outcome("stopped", text, None, "taken branch", next_step)


def _begin(state: RunState) -> str:
    """Begin the sentence; where nobody asked for the merge, with what began it."""
    cause = state.request.cause
    return f"I began unasked, because {cause}. I" if cause else "I"


def _name_base(state: RunState) -> str:
    return as_code_span(state.pull_details.base)


def _list_files(conflicts: Sequence[OpenConflict]) -> str:
    lines = [
        f"- {as_code_span(conflict.path)}: {_explain_conflict(conflict)}."
        for conflict in conflicts[:MOST_PATHS]
    ]
    if len(conflicts) > MOST_PATHS:
        lines.append(f"- and {count_noun(len(conflicts) - MOST_PATHS, 'more file')}.")
    return "\n".join(lines)


def _explain_conflict(conflict: OpenConflict) -> str:
    return (conflict.advice or CHOICES[conflict.kind]).rstrip(".")


def _advise(state: RunState) -> str:
    """Tell the commands that begin the same merge on a machine of one's own."""
    target = state.pull_details
    head, base = shlex.quote(target.head), shlex.quote(f"origin/{target.base}")
    return (
        "Please merge it yourself:\n\n```sh\ngit fetch origin\n"
        f"git switch {head}\ngit merge {base}\n```\n\n"
        "Then solve the files named above, make anew what a tool makes, commit and push."
    )
