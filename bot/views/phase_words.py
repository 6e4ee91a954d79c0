"""Say what a run does in each of its phases, and what comes next."""

from __future__ import annotations

from bot.values import RunState

DOING = {  # what the run does, and what comes next
    # These are the first words, and the only ones in a mail: other work may come before.
    "reading": (
        "is reading the request",
        "Next, as soon as I am free, I read the code and plan the change.",
    ),
    "planning": ("is planning the change", "Next, I show the plan here and write the change."),
    "editing": (
        "is writing the change",
        "Next, I check it, push it to a branch of its own, and wait for CI.",
    ),
    "checking": (
        "is running the repository's checks",
        "They run here, in a sandbox. Next, I push to a branch of its own, and wait for CI.",
    ),
    "approval": (
        "is waiting for an approval",
        "What I wait for is shown in a comment of its own below, with how to approve it.",
    ),
    "waiting": (
        "is waiting for CI",
        "When CI is green, I open the pull request. What is red I repair.",
    ),
    "fixing": ("is repairing what CI found", "Next, I push again and wait for CI."),
}
ON_PULL = {  # what comes next, where the pull request is open already
    "planning": "Next, I show the plan here and change the pull request.",
    "editing": "Next, I check it, push it to the pull request's branch, and wait for CI.",
    "checking": "They run here, in a sandbox. Next, I push to the pull request's branch.",
    "waiting": "When CI is green, I bring the pull request up to date. What is red I repair.",
}
ON_TARGET_WAITING = "When CI is green, I say so here. What is red I repair."
ON_FORK = {  # nothing can be pushed there
    "planning": "Next, I show the plan here and write the change.",
    "editing": "Next, I check it and suggest it in a review.",
    "checking": "They run here, in a sandbox. Next, I suggest the change in a review.",
}
SOLVING = (
    "is solving the conflicts with the base",
    "Next, I check the merge, push it to the pull request's branch, and wait for CI.",
)
MERGING = {  # instead of these, while the base is merged into the branch
    "reading": (
        "is merging the base into the branch",
        "Next, as soon as I am free, I merge, and solve what is in conflict.",
    ),
    "planning": SOLVING,
    "editing": SOLVING,
}
REFACTORING = {  # instead of these, where the tools that refactor do the work
    "reading": (
        "is refactoring the code",
        "Next, as soon as I am free, I change every place of it. No model is asked.",
    ),
    "editing": (
        "is refactoring the code",
        "Next, I check it, push it to a branch of its own, and wait for CI.",
    ),
    "waiting": (
        "is waiting for CI",
        "When CI is green, I open the pull request. When it is red, I open a draft.",
    ),
}


DECIDING = (
    "is waiting for your word on the parts of this",
    "It is too big for one change. Its parts are shown in a comment below, with what you can say.",
)


def describe_phase(state: RunState) -> tuple[str, str]:
    """Say what the run does, and what comes next."""
    if state.is_without_model and state.phase in REFACTORING:
        return REFACTORING[state.phase]
    doing, next_step = DOING[state.phase]
    if state.phase == "approval" and state.split is not None and not state.plan:
        return DECIDING
    if state.request.command == "update" and state.phase in MERGING:
        return MERGING[state.phase]
    if state.pull is not None:
        next_step = ON_PULL.get(state.phase, next_step)
    if state.target is not None and state.phase == "waiting":
        next_step = ON_TARGET_WAITING
    if state.target is not None and state.target.is_fork:
        next_step = ON_FORK.get(state.phase, next_step)
    return doing, next_step
