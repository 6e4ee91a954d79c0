"""Every recorded act of the stories, and its line for people in terminal, demo and page."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from bot.run import Step, Summary, from_json
from bot.steps import (
    admit,
    admit_part,
    answer,
    answer_threads,
    ask_approval,
    check_earlier_work,
    checkout,
    checkout_pull,
    delete_pull_branch,
    diagnose,
    draft_merge,
    explain_pull,
    find_pull_change,
    keep_files,
    look_at_parts,
    move_pull,
    open_part,
    open_pull,
    push_branch,
    read_pull_end,
    rebase_patch,
    renew_request,
    report,
    retrieve,
    snapshot_issue,
    snapshot_pull,
    survey_pull,
    tell_parts,
)
from bot.steps.apply_suggestions import commit_suggestions
from bot.steps.ask_model import ask_model, open_conversation
from bot.steps.check_locally import prove_change, run_local_checks
from bot.steps.compare_behaviour import compare_behaviour
from bot.steps.discard_workspace import discard_workspace
from bot.steps.fetch_checks import fetch_checks
from bot.steps.find_exposure import find_exposure
from bot.steps.find_named_code import find_named_code
from bot.steps.find_open_threads import find_open_threads
from bot.steps.find_own_pull import find_own_pull
from bot.steps.find_own_pulls import fetch_tip, find_own_pulls
from bot.steps.find_repo_checks import find_checks
from bot.steps.find_surprising_lines import find_surprising_lines
from bot.steps.inspect_change import inspect_change
from bot.steps.inspect_files import inspect_files
from bot.steps.inspect_merge import inspect_merge
from bot.steps.judge_pull import judge_pull
from bot.steps.measure_lines import measure_lines
from bot.steps.open_project import open_project
from bot.steps.predict_ci import predict_ci
from bot.steps.prove_tests import prove_tests
from bot.steps.read_issue_form import read_issue_form
from bot.steps.read_review import find_silence
from bot.steps.refactor_code import refactor_code
from bot.steps.render_new_threads import render_new_threads
from bot.steps.rerun_failed_jobs import rerun_failed_jobs
from bot.steps.suggest_to_fork import suggest_to_fork
from bot.steps.tell_later_red import tell_later_red
from bot.steps.try_project import try_project
from bot.steps.update_locks import update_locks
from bot.steps.use_tools import use_tools

STEPS: tuple[Step[..., Any], ...] = (
    admit.load_repo_config,
    admit.read_label,
    admit.is_mentioned,
    admit.is_authorized,
    admit.acknowledge,
    answer.refuse,
    answer.reply,
    answer.answer_status,
    admit.find_obstacle,
    admit.find_stop_reason,
    admit.compute_caps,
    snapshot_issue.snapshot_issue,
    check_earlier_work.check_earlier_work,
    renew_request.renew_request,
    checkout.checkout,
    snapshot_pull.fetch_pull,
    find_silence,
    find_open_threads,
    render_new_threads,
    answer_threads.reply_in_thread,
    answer_threads.resolve_threads,
    answer_threads.request_reviews,
    survey_pull.find_pull_obstacle,
    survey_pull.survey_pull,
    survey_pull.waits_in_thread,
    snapshot_pull.snapshot_pull,
    checkout_pull.checkout_pull,
    find_pull_change.find_pull_change,
    rebase_patch.rebase_patch,
    retrieve.retrieve,
    refactor_code,
    find_named_code,
    find_checks,
    read_issue_form,
    open_conversation,
    ask_model,
    update_locks,
    use_tools,
    inspect_change,
    prove_change,
    run_local_checks,
    measure_lines,
    prove_tests,
    compare_behaviour,
    commit_suggestions,
    ask_approval.ask_approval,
    ask_approval.look_at_request,
    ask_approval.mark_replaced,
    find_exposure,
    push_branch.commit_patch,
    push_branch.push_change,
    push_branch.branch_moved,
    draft_merge.draft_merge,
    draft_merge.commit_resolution,
    draft_merge.has_same_conflicts,
    inspect_merge,
    find_own_pulls,
    fetch_tip,
    predict_ci,
    fetch_checks,
    diagnose.diagnose,
    judge_pull,
    find_own_pull,
    find_surprising_lines,
    tell_later_red,
    rerun_failed_jobs,
    explain_pull.put_explanation,
    read_pull_end.read_pull_end,
    delete_pull_branch.compute_time_left,
    delete_pull_branch.delete_pull_branch,
    suggest_to_fork,
    open_pull.pull_was_closed,
    open_pull.open_pull,
    open_pull.update_pull,
    open_part.open_part,
    look_at_parts.look_at_parts,
    admit_part.admit_part,
    move_pull.move_pull,
    move_pull.is_behind,
    tell_parts.tell_parts,
    report.report,
    report.report_failure,
    discard_workspace,
    open_project,
    keep_files.write_specification,
    keep_files.read_written_specification,
    keep_files.keep_files,
    inspect_files,
    try_project,
)


def summarize_result(name: str, result: object) -> Summary | None:
    """Say in a line what a recorded step came to.

    None for a step that would only be noise, and for a record of another version.
    """
    step = _find_step(name)
    if step is None:
        return None
    try:
        return step.summarize(result)
    except ValidationError:
        return None


def read_result(name: str, result: object) -> Any:
    """Read a recorded result as the value that it was; None for a record of another version."""
    step = _find_step(name)
    if step is None or result is None:
        return None
    try:
        return from_json(result, step.result_kind)
    except ValidationError:
        return None


def _find_step(name: str) -> Step[..., Any] | None:
    return next((step for step in STEPS if step.name == name), None)
