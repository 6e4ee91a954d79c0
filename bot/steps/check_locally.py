"""Run the repository's own checks on a change in the sandbox, and prove that its tests show it."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.text import Text

from bot.checks.changed_tests import find_changed_tests, find_nearest_tests, select_tests
from bot.logs import read_log
from bot.ports import Ports, Unreachable
from bot.run import Summary, step
from bot.search.source_files import kind_of
from bot.text.terminal_text import strip_control
from bot.tools.job_log import mask_log
from bot.tools.tree_files import TreeFiles, apply_patch
from bot.tools.tree_reader import decode_texts
from bot.values import (
    LocalCheck,
    Patch,
    ProjectCheck,
    ProjectChecks,
    Proof,
    Reading,
    SandboxJob,
    SandboxLimits,
    SandboxResult,
    Tree,
)

LIMITS = SandboxLimits()
MAX_CHECKS = 8
MAX_TESTS = 50  # chosen ones in one command
KINDS = ("build", "types", "lint", "test")  # what takes longest comes last
ERROR_CHARS = 300
PYTEST_GOES_ON = "--continue-on-collection-errors"
# What a test says of the base when it only names what is new there.
NAMES_NEW = frozenset({"ImportError", "ModuleNotFoundError", "NameError", "AttributeError"})


@dataclass(frozen=True, slots=True)
class LocalWork:
    """A change, the checks that its repository has, and the workspace that they run in."""

    tree: Tree
    patch: Patch
    project: ProjectChecks
    workspace: str

    @property
    def patch_id(self) -> str:
        """A name of the change: the same for the same tree and texts."""
        text = json.dumps([self.tree.sha, self.patch.files], sort_keys=True)
        return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()[:16]

    @property
    def checks(self) -> tuple[ProjectCheck, ...]:
        """The checks to run, what is quickest first; a formatter judges nothing by itself."""
        checks = [check for check in self.project.checks if check.kind in KINDS]
        return tuple(sorted(checks, key=lambda check: KINDS.index(check.kind))[:MAX_CHECKS])


def _summarize_proof(proof: Proof) -> Summary:
    """Say in a line what the change's own tests showed."""
    lines = {
        "proved": Text(f"{proof.tests[0]} fails without the change" if proof.tests else ""),
        "passes before": Text("they pass without the change too", "magenta"),
        "fails here": Text("they fail with the change", "red"),
        "no test": Text("it adds and alters none"),
        "not possible": Text(f"not run: {proof.why}"),
    }
    line = lines[proof.kind]
    return "the new tests", Text(strip_control(line.plain), line.style)


@step("prove_change", _summarize_proof)
def prove_change(ports: Ports, work: LocalWork) -> Proof:
    """Run the tests that the change adds or alters: they fail on its base, and pass with it."""
    before = decode_texts(ports.mirrors.read(work.tree, list(work.patch.files)))
    changed = find_changed_tests(before, work.patch.files)
    if not changed:
        return Proof("no test")
    runner = ChosenTests(ports, work, changed)
    selection = runner.select()
    if selection is None:
        return Proof("not possible", why="No check of the repository can run them here.")
    check, names = selection
    with_change = runner.run(check, names, work.patch)
    if why := explain_no_result(with_change):
        return Proof("not possible", why=why)
    if not with_change.has_passed:
        reading = read_local_log(ports, work.tree, work.patch, with_change.log)
        return Proof("fails here", names, reading=reading)
    tests_alone = {path: text for path, text in work.patch.files.items() if kind_of(path) == "test"}
    return _compare_with_base(runner, check, names, Patch(tests_alone))


def _compare_with_base(
    runner: ChosenTests, check: ProjectCheck, names: tuple[str, ...], tests_alone: Patch
) -> Proof:
    """Run the tests without the rest of the change: what fails there shows it."""
    on_base = runner.run(check, names, tests_alone)
    if why := explain_no_result(on_base):
        return Proof("not possible", why=why)
    if on_base.has_passed:
        return Proof("passes before", unmoved=names)
    reading = read_local_log(runner.ports, runner.work.tree, tests_alone, on_base.log)
    if reading.category == "infra":
        return Proof("not possible", why="On the base they fail for reasons of the machine.")
    failing = _match_failures(names, reading)
    unmoved = tuple(name for name in names if name not in failing)
    return Proof("proved", failing, _describe_first(reading), unmoved)


@dataclass(frozen=True, slots=True)
class ChosenTests:
    """Runs chosen tests of a change."""

    ports: Ports
    work: LocalWork
    tests: dict[str, tuple[str, ...]]  # names by file

    def select(self) -> tuple[ProjectCheck, tuple[str, ...]] | None:
        """Choose the check that takes most of the tests, with their names for it."""
        best: tuple[ProjectCheck, tuple[str, ...]] | None = None
        for check in self.work.project.checks:
            names = select_tests(check, self.tests)[:MAX_TESTS]
            is_fit = check.kind == "test" and not check.obstacle
            if is_fit and len(names) > (len(best[1]) if best else 0):
                best = check, names
        return best

    def run(self, check: ProjectCheck, names: Sequence[str], patch: Patch) -> SandboxResult:
        """Run them on the tree with this patch."""
        work = replace(self.work, patch=patch)
        return run_check_on(self.ports, work, check, names)


def _summarize_checks(checks: tuple[LocalCheck, ...]) -> Summary | None:
    if not checks:
        return None
    line = Text()
    for check in checks:
        style = "red" if check.state == "failed" else ""
        line.append(", " if line.plain else "").append(f"{check.name} {check.state}", style)
    return "the checks", line


@step("run_local_checks", _summarize_checks)
def run_local_checks(ports: Ports, work: LocalWork) -> tuple[LocalCheck, ...]:
    """Run the repository's checks on the change; what fails runs on the base, for comparison."""
    return tuple(_run_check(ports, work, check) for check in work.checks)


def _run_check(ports: Ports, work: LocalWork, check: ProjectCheck) -> LocalCheck:
    if check.obstacle:
        return LocalCheck(check.name, "not run", why=check.obstacle)
    result = run_check_on(ports, work, check)
    why = explain_no_result(result)
    if result.limit_hit and check.kind == "test":
        return _run_nearest(ports, work, check, why)
    if why:
        return LocalCheck(check.name, "not run", result.took_s, why)
    if result.has_passed:
        return LocalCheck(check.name, "passed", result.took_s)
    return _judge_failure(ports, work, check, result)


def _run_nearest(ports: Ports, work: LocalWork, check: ProjectCheck, limit: str) -> LocalCheck:
    """Run the tests named after what changed, as all of them are too many for the sandbox."""
    paths = TreeFiles(ports.mirrors, apply_patch(ports, work.tree, work.patch)).paths()
    nearest = find_nearest_tests(work.patch.files, paths)
    names = select_tests(check, dict.fromkeys(nearest, ()))
    if not names:
        return LocalCheck(check.name, "not run", why=limit)
    result = run_check_on(ports, work, check, names)
    if why := explain_no_result(result):
        return LocalCheck(check.name, "not run", result.took_s, why)
    if not result.has_passed:
        return _judge_failure(ports, work, check, result, names)
    why = f"Only the tests nearest to the change: {limit}"
    return LocalCheck(check.name, "passed", result.took_s, why)


def _judge_failure(
    ports: Ports,
    work: LocalWork,
    check: ProjectCheck,
    result: SandboxResult,
    names: Sequence[str] = (),
) -> LocalCheck:
    """Tell whether a check that fails did so on the base, in the same way."""
    reading = read_local_log(ports, work.tree, work.patch, result.log)
    untouched = replace(work, patch=Patch())
    on_base = run_check_on(ports, untouched, check, names)
    failed = LocalCheck(check.name, "failed", result.took_s, reading=reading)
    if on_base.has_passed or explain_no_result(on_base):
        return failed
    before = read_local_log(ports, work.tree, Patch(), on_base.log)
    known = {failure.fingerprint for failure in before.failures}
    if {failure.fingerprint for failure in reading.failures} <= known:
        return replace(failed, state="already red")
    return failed


def run_check_on(
    ports: Ports,
    work: LocalWork,
    check: ProjectCheck,
    names: Sequence[str] = (),
    limits: SandboxLimits = LIMITS,
) -> SandboxResult:
    """Run a check on the work: all of it, or the tests or files that are named."""
    commands = check.commands
    if names:
        commands = (fill_names(check.only, names),)
    job = SandboxJob(
        work.tree,
        work.patch,
        commands,
        work.workspace,
        check.folder,
        check.environment,
        check.setups,
        limits,
    )
    try:
        return ports.sandbox.run(job)
    except Unreachable:  # CI judges the change then
        return SandboxResult(obstacle="The sandbox does not work now.")


def fill_names(line: str, names: Sequence[str]) -> str:
    """Fill the names of tests or files into the line of a check, quoted for the shell.

    pytest goes on after a file that cannot be imported, as a test of a new module on the base.
    """
    words = [f"{word} {PYTEST_GOES_ON}" if word == "pytest" else word for word in line.split(" ")]
    return " ".join(words).replace("{only}", shlex.join(names))


def explain_no_result(result: SandboxResult) -> str:
    """Say why the result tells nothing of the code; empty when it does."""
    return result.obstacle or result.limit_hit


def read_local_log(ports: Ports, tree: Tree, patch: Patch, log: bytes) -> Reading:
    """Read what a check printed; frames name files of the tree with the patch."""
    paths = TreeFiles(ports.mirrors, apply_patch(ports, tree, patch)).paths()
    return read_log(mask_log(ports, log).split(b"\n"), frozenset(paths))


def _match_failures(names: tuple[str, ...], reading: Reading) -> tuple[str, ...]:
    """Find which of the tests the failures are of; all of them where the log names none."""
    tests = [failure.test for failure in reading.failures if failure.test]
    return tuple(name for name in names if _is_among(name, tests)) or names


def _is_among(name: str, failed_tests: Sequence[str]) -> bool:
    """Tell whether a test, or a test of a file, is among those that failed."""
    if "::" in name:
        return _last_name(name) in map(_last_name, failed_tests)
    return any(test.startswith(name) for test in failed_tests)


def _last_name(test: str) -> str:
    """Return what a test is called, without its file, class and parameters."""
    return test.partition("[")[0].replace("::", ".").rpartition(".")[2]


def _describe_first(reading: Reading) -> str:
    """Say in a line what failed first, the error and its message; best what a test says itself."""
    for failure in sorted(reading.failures, key=lambda failure: failure.error in NAMES_NEW):
        parts = filter(None, (failure.error, failure.message.partition("\n")[0]))
        return ": ".join(dict.fromkeys(parts))[:ERROR_CHARS]
    return ""
