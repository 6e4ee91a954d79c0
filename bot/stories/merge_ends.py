"""Say how a merge of the base into a pull request's branch ended, and what people can do."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace

from bot.stories.ends import RETRY
from bot.text import as_code_span, count_noun
from bot.values import OpenConflict, Outcome, RunState

MOST_PATHS = 20
TOO_LONG = ("context", "length")  # ends whose advice is to ask for less: nobody can of a merge
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
    files = _list_files([*reasons, *others])
    text = (
        f"I cannot merge {_name_base(state)} into this branch, so I pushed nothing. "
        f"Only people can merge {_count_files(len(reasons), len(others))}:\n\n{files}"
    )
    next_step = f"Please merge it yourself:{_tell_commands(state)}"
    return Outcome("gave up", text, None, "conflicts", next_step)


def explain_unsolved(state: RunState, ending: Outcome) -> Outcome:
    """Say that the model did not solve the conflicts, and what ended it."""
    what = f"I could not solve the conflicts with {_name_base(state)}, so I pushed nothing."
    text = f"{what} {ending.text}\n\n{_list_files(state.merge_draft.left)}"
    next_step = f"{_choose_advice(ending)} merge it yourself:{_tell_commands(state)}"
    return replace(ending, text=text, next_step=next_step)


def explain_moved_head(state: RunState) -> Outcome:
    """Say that people pushed while the merge was made."""
    branch = as_code_span(state.own_branch)
    text = f"I stopped, because somebody pushed to {branch} while I merged."
    next_step = "To have me merge what stands there now, comment `/update`."
    return Outcome("stopped", text, None, "taken branch", next_step)


def _choose_advice(ending: Outcome) -> str:
    """Choose what is said before the way to merge by hand."""
    if ending.kind in TOO_LONG:
        return "Please"
    # `/generate` asks for a change, not for the merge.
    advice = RETRY if "`/generate`" in ending.next_step else ending.next_step
    return f"{advice} Or"


def _count_files(hard: int, others: int) -> str:
    """Say how many of the files in conflict; the hard ones are listed first."""
    if others:
        return f"{hard} of the {hard + others} files in conflict"
    return "the file in conflict" if hard == 1 else f"the {hard} files in conflict"


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


def _tell_commands(state: RunState) -> str:
    """Tell the commands that begin the same merge on a machine of one's own."""
    target = state.pull_details
    head, base = shlex.quote(target.head), shlex.quote(f"origin/{target.base}")
    return (
        f"\n\n```sh\ngit fetch origin\ngit switch {head}\ngit merge {base}\n```\n\n"
        "Then solve the conflicts named above, make anew what a tool makes, commit and push."
    )
