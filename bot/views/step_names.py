"""Name the recorded steps in words: their names in the record are not for people."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# What a step did, and what the bot is doing in it; the engine's own acts have the first alone.
STEP_NAMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "acknowledge": ("Showed that the request was seen", "showing that I saw the request"),
        "apply_suggestions": ("Applied suggestions", "applying suggestions"),
        "ask_model": ("The model answered", "talking to the model"),
        "ask_approval": (
            "Showed what waits for an approval",
            "showing what waits for an approval",
        ),
        "look_at_request": (
            "Looked whether the issue was edited",
            "looking whether the issue was edited",
        ),
        "mark_replaced": (
            "Marked the parts that are wanted otherwise",
            "marking the parts that are wanted otherwise",
        ),
        "answer_status": ("Answered how the run stands", "answering how the run stands"),
        "branch_moved": (
            "Looked whether somebody else moved the branch",
            "looking whether somebody else moved the branch",
        ),
        "check_earlier_work": (
            "Looked what became of the earlier work",
            "looking what became of the earlier work",
        ),
        "checkout": ("Fetched the code", "reading the repository"),
        "checkout_pull": ("Fetched the pull request's code", "reading the repository"),
        "commit": ("Committed the change", "committing the change"),
        "compute_time_left": ("Worked out when to delete the branch", "looking at the clock"),
        "delete_pull_branch": ("Deleted the branch", "deleting the branch"),
        "compute_caps": ("Worked out the limits", "working out the limits"),
        "commit_merge": ("Committed the merge", "committing the merge"),
        "discard_workspace": ("Cleared the sandbox", "clearing the sandbox"),
        "draft_merge": ("Merged the base into the branch", "merging the base into the branch"),
        "find_own_pulls": (
            "Looked for pull requests that the base concerns",
            "looking for pull requests that the base concerns",
        ),
        "fetch_tip": ("Looked where the branch stands", "looking where the branch stands"),
        "has_same_conflicts": (
            "Looked whether the conflicts are the same",
            "looking whether the conflicts are the same",
        ),
        "inspect_merge": ("Checked the merge", "checking the merge"),
        "diagnose": ("Read why CI is red", "reading what CI says"),
        "fetch_checks": ("Asked how CI stands", "asking how CI stands"),
        "find_checks": (
            "Looked how the repository checks itself",
            "looking how the repository checks itself",
        ),
        "find_exposure": (
            "Looked what CI runs with secrets",
            "looking what CI runs with secrets",
        ),
        "open_part": ("Opened the issue of a part", "opening the issues of the parts"),
        "look_at_parts": ("Looked how the parts stand", "looking how the parts stand"),
        "admit_part": ("Asked whether a part may begin", "asking whether a part may begin"),
        "move_pull": (
            "Moved a pull request to another base",
            "moving a pull request to another base",
        ),
        "is_behind": (
            "Looked whether a pull request holds what was merged",
            "looking whether a pull request holds what was merged",
        ),
        "tell_parts": ("Told how the parts stand", "telling how the parts stand"),
        "find_last_run": ("Looked up the last run", ""),
        "find_last_state": ("Looked up what the last run left", ""),
        "find_obstacle": (
            "Looked for what stands in the way",
            "looking for what stands in the way",
        ),
        "fetch_pull": ("Looked at the pull request", "looking at the pull request"),
        "find_pull_change": (
            "Asked what became of the pull request",
            "asking what became of the pull request",
        ),
        "find_pull_obstacle": (
            "Looked for what stands in the way",
            "looking for what stands in the way",
        ),
        "find_open_threads": (
            "Looked which threads wait for an answer",
            "looking which threads wait for an answer",
        ),
        "find_silence": (
            "Looked whether the review asks for anything",
            "looking whether the review asks for anything",
        ),
        "find_stop_reason": (
            "Asked whether the work is still wanted",
            "asking whether the work is still wanted",
        ),
        "find_attempts": ("Looked up what was tried before", ""),
        "find_named_code": ("Looked up the code that is meant", "looking up what you named"),
        "find_own_pull": (
            "Looked whose pull request it is",
            "looking whose pull request it is",
        ),
        "find_subject": ("Looked up whose branch it is", ""),
        "follow": ("Named its branch", ""),
        "inspect_change": ("Checked the change", "checking the change"),
        "prove_change": ("Ran the change's own tests", "running the change's own tests"),
        "compare_behaviour": (
            "Compared what the code does with before",
            "comparing what the code does with before",
        ),
        "measure_lines": (
            "Measured which lines of the code tests run",
            "measuring which lines of the code tests run",
        ),
        "prove_tests": (
            "Tried the new tests on small changes of the code",
            "trying the new tests on small changes of the code",
        ),
        "run_local_checks": ("Ran the repository's checks", "running the repository's checks"),
        "is_mentioned": ("Looked whether the bot is meant", "looking whether I am meant"),
        "is_authorized": (
            "Asked whether this person may ask",
            "asking whether this person may ask",
        ),
        "judge_pull": ("Read why CI is red", "reading what CI says"),
        "load_repo_config": ("Read the repository's settings", "reading `.github/greenlit.yml`"),
        "open_conversation": (
            "Began the conversation with the model",
            "beginning the conversation with the model",
        ),
        "open_project": (
            "Began the conversation about the project",
            "beginning the conversation about the project",
        ),
        "write_specification": (
            "Wrote the specification",
            "writing the specification",
        ),
        "read_specification": (
            "Read the specification as a person left it",
            "reading the specification",
        ),
        "keep_files": (
            "Kept the new files",
            "keeping the new files",
        ),
        "inspect_files": (
            "Checked the new files",
            "checking the new files",
        ),
        "try_project": (
            "Installed and tried the project",
            "installing and trying the project",
        ),
        "open_pull": (
            "Opened the pull request, or brought it up to date",
            "opening the pull request",
        ),
        "predict_ci": ("Worked out what CI will run", "reading how CI is set up"),
        "push": ("Pushed to the branch", "pushing the change"),
        "put_explanation": ("Told what CI says", "telling what CI says"),
        "read_pull_end": (
            "Read how the pull request ended",
            "reading how the pull request ended",
        ),
        "read_issue_form": (
            "Read the repository's form of issues",
            "reading the repository's form of issues",
        ),
        "read_label": ("Looked up the label that asks", "looking up the label that asks"),
        "renew_request": ("Read what was asked since", "reading what was asked since"),
        "render_new_threads": (
            "Read what reviewers asked meanwhile",
            "reading what reviewers asked meanwhile",
        ),
        "reply_in_thread": ("Answered a thread", "answering a thread"),
        "request_reviews": ("Asked for the review again", "asking for the review again"),
        "resolve_threads": ("Resolved what is done", "resolving threads"),
        "reply": ("Answered the request", "answering the request"),
        "report": ("Updated its comment", "writing my comment"),
        "find_surprising_lines": (
            "Looked for lines unlike the rest of the code",
            "looking for lines unlike the rest of the code",
        ),
        "report_failure": ("Told people that it broke", "telling that something broke"),
        "rebase_patch": (
            "Put the change onto what was pushed meanwhile",
            "putting the change onto what was pushed meanwhile",
        ),
        "refactor_code": ("Refactored the code", "refactoring the code"),
        "refuse": ("Refused the request", "refusing the request"),
        "rerun_failed_jobs": ("Ran the failed jobs again", "running failed jobs again"),
        "retrieve": ("Looked for the places that matter", "searching the repository"),
        "signal": ("Told the run under way", ""),
        "slot": ("Waited for its turn", ""),
        "snapshot_issue": ("Read the request as it stood", "reading the issue"),
        "snapshot_pull": ("Read the pull request as it stood", "reading the pull request"),
        "start": ("Started a run", ""),
        "survey_pull": (
            "Looked what the pull request asks for",
            "looking what the pull request asks for",
        ),
        "tell_later_red": ("Told why CI turned red", "telling why CI turned red"),
        "update_locks": ("Brought the lock files along", "bringing the lock files along"),
        "update_pull": (
            "Brought the pull request's text up to date",
            "bringing the pull request's text up to date",
        ),
        "suggest_to_fork": ("Suggested the change in a review", "suggesting the change"),
        "use_tools": ("Did what the model asked", "doing what the model asked for"),
        "wait": ("Waited for CI, or for word from people", ""),
        "waits_in_thread": (
            "Looked whether the thread still waits",
            "looking whether the thread still waits",
        ),
        "was_closed": (
            "Looked whether the pull request was closed",
            "looking whether the pull request was closed",
        ),
    }
)


def describe_done(step: str) -> str:
    """Say what was done in a step; empty for one of another version."""
    return STEP_NAMES.get(step, ("", ""))[0]


def describe_doing(step: str) -> str:
    """Say what the bot is doing in a step; empty for an act of the engine."""
    return STEP_NAMES.get(step, ("", ""))[1]
