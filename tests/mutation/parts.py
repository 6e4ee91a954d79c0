"""What decides about safety or truth, and the tests that must notice a fault in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Part:
    """Modules that decide about one thing, and their own tests: paths, or globs of paths."""

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]


PARTS = (
    Part(
        "admission",
        ("bot/steps/admit.py", "bot/steps/renew_request.py"),
        ("tests/steps/test_admit.py", "tests/steps/test_renew_request.py"),
    ),
    Part(
        "commands",
        ("handlers/*.py", "bot/text/comment_commands.py", "bot/text/bot_logins.py"),
        ("tests/handlers", "tests/text/test_text.py"),
    ),
    Part(
        "masks",
        (
            "bot/text/secret_masks.py",
            "bot/text/secret_values.py",
            "bot/steps/own_secrets.py",
            "bot/steps/redact.py",
        ),
        (
            "tests/text/test_text.py",
            "tests/text/test_secret_limits.py",
            "tests/text/test_secret_values.py",
            "tests/steps/test_redact.py",
            "tests/steps/test_own_secrets.py",
        ),
    ),
    Part(
        "budget",
        (
            "bot/values/spending.py",
            "bot/adapters/dbos/day_spending.py",
            "bot/adapters/claude/pricing.py",
            "bot/steps/ask_model.py",
        ),
        (
            "tests/steps/test_budget.py",
            "tests/steps/test_renew_request.py",
            "tests/adapters/dbos/test_day_spending.py",
        ),
    ),
    Part(
        "verdicts",
        (
            "bot/values/ci.py",
            "bot/steps/diagnose.py",
            "bot/steps/flaky.py",
            "bot/steps/judge_pull.py",
            "bot/steps/predict_ci.py",
            "bot/steps/read_checks.py",
            "bot/steps/setup_failure.py",
        ),
        (
            # The others start CI too, and decide nothing that the quick ones beside them do not.
            "tests/steps/test_diagnose.py::test_a_failure_of_ours_is_read_with_its_place",
            "tests/steps/test_diagnose.py::test_the_code_that_broke_is_in_the_reading",
            "tests/steps/test_diagnose.py::test_a_set_up_that_the_change_may_have_broken_is_ours",
            "tests/steps/test_flaky.py",
            "tests/steps/test_judge_facts.py",
            "tests/steps/test_judge_pull.py",
            "tests/steps/test_predict_ci.py",
            "tests/steps/test_read_checks.py",
            "tests/steps/test_setup_failure.py",
            "tests/steps/test_verdict_parts.py",
            "tests/stories/test_checks.py",
        ),
    ),
    Part(
        "local checks",
        ("bot/steps/check_locally.py", "bot/steps/check_earlier_work.py", "bot/values/proof.py"),
        (
            "tests/steps/test_check_earlier_work.py",
            "tests/steps/test_check_locally.py",
            "tests/steps/test_local_check_rules.py",
        ),
    ),
    Part(
        "approvals",
        (
            "bot/values/approvals.py",
            "bot/steps/ask_approval.py",
            "bot/steps/find_exposure.py",
            "bot/stories/await_approval.py",
            "bot/stories/approve_command.py",
        ),
        (
            "tests/stories/test_approve_command.py",
            "tests/stories/test_approval_limits.py",
            "tests/stories/test_await_approval.py",
            "tests/steps/test_ask_approval.py",
            "tests/steps/test_find_exposure.py",
        ),
    ),
    Part(
        "sandbox",
        (
            "bot/adapters/sandbox/choose_tier.py",
            "bot/adapters/sandbox/environment_variables.py",
            "bot/adapters/sandbox/limits.py",
            "bot/adapters/sandbox/unfit_job.py",
        ),
        (
            "tests/adapters/sandbox/test_sandbox_probes.py",
            "tests/adapters/sandbox/test_run_within_limits.py",
            "tests/adapters/sandbox/test_unfit_job.py",
            "tests/adapters/sandbox/test_sandbox_decisions.py",
        ),
    ),
    Part(
        "gates",
        ("bot/gates/*.py",),
        (
            "tests/gates/test_context_files.py",
            "tests/gates/test_dialects.py",
            "tests/gates/test_gate_limits.py",
            "tests/gates/test_gates.py",
            "tests/gates/test_odd_paths.py",
            "tests/gates/test_policy.py",
            "tests/gates/test_renames.py",
            "tests/gates/test_size.py",
            "tests/gates/test_syntax.py",
        ),
    ),
    Part(
        "outbound",
        ("bot/gates/outbound/*.py",),
        ("tests/gates/test_outbound.py", "tests/gates/test_outbound_limits.py"),
    ),
    Part(
        "packages",
        ("bot/gates/packages/*.py",),
        ("tests/gates/test_packages.py", "tests/gates/test_package_limits.py"),
    ),
    Part(
        "test integrity",
        ("bot/gates/test_integrity/*.py",),
        (
            "tests/gates/test_assertion_fields.py",
            "tests/gates/test_checker_config.py",
            "tests/gates/test_explain_expectation.py",
            "tests/gates/test_honesty_limits.py",
            "tests/gates/test_other_words.py",
            "tests/gates/test_true_accusations.py",
            "tests/gates/test_read_assertion.py",
            "tests/gates/test_relaxed_settings.py",
            "tests/gates/test_suppressions.py",
            "tests/gates/test_test_integrity.py",
            "tests/gates/test_weakenings.py",
        ),
    ),
    Part(
        "edits",
        ("bot/edits/*.py",),
        (
            "tests/edits/test_apply_edits.py",
            "tests/edits/test_change_diff.py",
            "tests/edits/test_edit_limits.py",
            "tests/edits/test_edits.py",
            "tests/edits/test_line_revisions.py",
            "tests/edits/test_model_faults.py",
            "tests/edits/test_other_places.py",
            "tests/edits/test_places_in_doubt.py",
            "tests/edits/test_suggestions.py",
            "tests/edits/test_unified_diffs.py",
        ),
    ),
    Part("refactorings", ("bot/refactor/*.py",), ("tests/refactor",)),
)


def find_parts(root: Path, names: Sequence[str]) -> Iterator[Part]:
    """Find what is named: a part, a module, a package or a file; all parts where nothing is.

    A module that no part lists has the tests of the same folder. Raises ValueError for what is
    not there.
    """
    if not names:
        yield from PARTS
    for name in names:
        part = next((part for part in PARTS if part.name == name), None)
        yield part or _make_part(root, name)


def list_modules(root: Path, part: Part) -> list[str]:
    """List the files of a part."""
    paths = {path for glob in part.modules for path in root.glob(glob)}
    return sorted(path.relative_to(root).as_posix() for path in paths)


def _make_part(root: Path, name: str) -> Part:
    path = name.removesuffix("/") if "/" in name else name.replace(".", "/")
    if (root / path).is_dir():
        return Part(name, (f"{path}/**/*.py",), _find_tests(root, path))
    file = f"{path.removesuffix('.py')}.py"
    if not (root / file).is_file():
        names = ", ".join(part.name for part in PARTS)
        raise ValueError(f"{name} is no file, package or module here, and none of: {names}.")
    return Part(name, (file,), _find_tests(root, file))


def _find_tests(root: Path, path: str) -> tuple[str, ...]:
    """Find the tests named as a module, or else those of its part, or of the folder beside it."""
    mirror = Path("tests", path.removeprefix("bot/"))
    own = sorted((root / mirror.parent).glob(f"test_{mirror.stem}*.py"))
    if own:
        return tuple(file.relative_to(root).as_posix() for file in own)
    for part in PARTS:
        if path in list_modules(root, part):
            return part.tests
    while not (root / mirror).is_dir():
        mirror = mirror.parent
    return (mirror.as_posix(),)
