"""Judge what a red CI means, and whether the change is to blame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from rich.text import Text

from bot.logs import attach_code, find_failed_commands
from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.flaky import EarlierAttempt, explain_flakiness, is_out_of_reach
from bot.steps.read_checks import choose_checks, fetch_log, read_check, read_checks
from bot.steps.secondary_source import fetch_or_do_without
from bot.steps.setup_failure import can_change_touch_setup, is_setup_script
from bot.text import as_code_span
from bot.text.terminal_text import strip_control
from bot.tools.tree_files import TreeFiles
from bot.values import Action, Check, Checks, Failure, Reading, Repo, Sha, Tree, Verdict
from bot.views.markdown_parts import join_names

MOST_JOBS = 6  # that are named
MAX_ATTEMPTS = 2  # earlier ones that are read
EXPLANATIONS = MappingProxyType(
    {
        "ours": ", broken by this change",
        "already red": ", red before this change too",
        "infrastructure": ", not the code's fault",
        "set-up": ", in a set-up that this change does not touch",
        "flaky": ", which seems to fail now and then",
    }
)


def summarize_verdict(verdict: Verdict) -> Summary:
    """Say what failed first, where, and whose fault it is."""
    if not verdict.reading.failures:
        return "read its log", Text(f"{verdict.reading.category} ({verdict.kind})", "red")
    first = verdict.reading.failures[0]
    line = Text().append(strip_control(first.test or first.error), "red")
    line.append(strip_control(f"\n{first.error}: {first.message}"))
    if first.place:
        line.append(strip_control(f"\nat {first.place}"))
    if len(first.jobs) > 1:
        line.append(strip_control(f"\nin {join_names(first.jobs, MOST_JOBS)}"))
    return "read its log", line.append(EXPLANATIONS[verdict.kind], "dim")


@step("diagnose", summarize_verdict)
def diagnose(
    ports: Ports, base: Tree, head: Sha, checks: Checks, base_tip: Sha | None = None
) -> Verdict:
    """Read why CI is red, and judge whether the change is to blame.

    Weighed are the logs, earlier attempts of the same commit, and the checks of the base commit;
    those of its branch's newest one, `base_tip`, where they are not enough.
    """
    facts = gather_facts(ports, base, head, checks, base_tip)
    return judge_facts(ports, facts)


def judge_facts(ports: Ports, facts: VerdictFacts) -> Verdict:
    """Judge whether the change is to blame."""
    jobs = {check.name: check.id if check.job else 0 for check in facts.failed}
    if facts.reading.action == "rerun":
        return Verdict("infrastructure", facts.reading, jobs)
    if facts.reading.category == "infra":
        was_red = _was_red_before(ports, facts)
        return Verdict("already red" if was_red else "infrastructure", facts.reading, jobs)
    return replace(_judge_failures(ports, facts), jobs=jobs)


@dataclass(frozen=True, slots=True)
class VerdictFacts:
    """The facts of a verdict: the commit, the paths that it changes, and what CI said."""

    base: Tree
    tree: Tree
    files: frozenset[str]
    changed: frozenset[str]
    failed: tuple[Check, ...]
    reading: Reading
    base_checks: Checks
    base_tip: Sha | None


def gather_facts(
    ports: Ports, base: Tree, head: Sha, checks: Checks, base_tip: Sha | None
) -> VerdictFacts:
    """Read why CI is red, and gather what else a verdict rests on."""
    tree = Tree(base.repo, head, base.branch)
    before = {(entry.path, entry.sha) for entry in ports.mirrors.entries(base)}
    after = {(entry.path, entry.sha) for entry in ports.mirrors.entries(tree)}
    files = frozenset(TreeFiles(ports.mirrors, tree).paths())
    reading = read_checks(ports, base.repo, checks.failed, files)
    return VerdictFacts(
        base=base,
        tree=tree,
        files=files,
        changed=frozenset(path for path, _ in before ^ after),
        failed=checks.failed,
        reading=attach_code(reading, lambda paths: ports.mirrors.read(tree, paths)),
        base_checks=_fetch_base_checks(ports, base.repo, base.sha),
        base_tip=base_tip,
    )


def _fetch_base_checks(ports: Ports, repo: Repo, sha: Sha) -> Checks:
    """Fetch what CI says of a commit that was not pushed by us."""
    return fetch_or_do_without(
        f"what CI says of {sha[:7]}", lambda: ports.ci.fetch_checks(repo, sha), Checks(sha)
    )


def _judge_failures(ports: Ports, facts: VerdictFacts) -> Verdict:
    """Judge failures that speak of code."""
    reading = facts.reading
    out_of_reach = _is_out_of_reach(ports, facts)
    attempts = _read_earlier_attempts(ports, facts)
    if why := explain_flakiness(reading.failures, attempts, out_of_reach=out_of_reach):
        return Verdict("flaky", reading, why=why)
    if _was_red_before(ports, facts):
        return Verdict("already red", reading)
    # To run CI again costs less than an edit.
    can_rerun = all(check.job and check.run_attempt == 1 for check in facts.failed)
    if why := _explain_setup_failure(ports, facts):
        action: Action = "rerun" if can_rerun else "human"
        return Verdict("set-up", replace(reading, action=action), why=why)
    if out_of_reach and can_rerun:
        return Verdict("flaky", replace(reading, action="rerun"))
    return Verdict("ours", reading)


def _is_out_of_reach(ports: Ports, facts: VerdictFacts) -> bool:
    """Tell whether what failed are tests that the change does not seem to reach."""
    failures = facts.reading.failures
    paths = {frame.file for failure in failures for frame in failure.frames}
    return is_out_of_reach(failures, facts.changed, ports.mirrors.read(facts.tree, paths))


def _read_earlier_attempts(
    ports: Ports, facts: VerdictFacts
) -> dict[Check, tuple[EarlierAttempt, ...]]:
    """Read what earlier attempts said of each failed job that tells something, newest first."""
    blamed = {job for failure in facts.reading.failures for job in failure.jobs}
    return {
        check: tuple(_read_attempts_of(ports, facts, check))
        for check in facts.failed
        if check.name in blamed
    }


def _read_attempts_of(ports: Ports, facts: VerdictFacts, check: Check) -> Iterator[EarlierAttempt]:
    numbers = range(check.run_attempt - 1, 0, -1)[:MAX_ATTEMPTS] if check.job else ()
    for number in numbers:
        jobs = _list_jobs(ports, facts.base.repo, check.run, number)
        yield from (_read_attempt(ports, facts, job) for job in jobs if job.name == check.name)


def _list_jobs(ports: Ports, repo: Repo, run: int, attempt: int) -> tuple[Check, ...]:
    return fetch_or_do_without(
        f"attempt {attempt} of CI run {run}", lambda: ports.ci.list_jobs(repo, run, attempt), ()
    )


def _read_attempt(ports: Ports, facts: VerdictFacts, job: Check) -> EarlierAttempt:
    failures: tuple[Failure, ...] = ()
    if job.state == "failed":
        read = partial(read_check, ports, facts.base.repo, job, facts.files)
        failures = fetch_or_do_without(
            f"the log of {job.name}", read, Reading("crash", "human")
        ).failures
    return EarlierAttempt(job.run_attempt, job.conclusion == "success", failures)


def _was_red_before(ports: Ports, facts: VerdictFacts) -> bool:
    """Tell whether all that failed had failed on the base commit in the same way.

    Or does so on the newest one of the base's branch.
    """
    if _was_red_on(ports, facts, facts.base_checks):
        return True
    if facts.base_tip is None or facts.base_tip == facts.base.sha:
        return False
    return _was_red_on(ports, facts, _fetch_base_checks(ports, facts.base.repo, facts.base_tip))


def _was_red_on(ports: Ports, facts: VerdictFacts, base_checks: Checks) -> bool:
    names = {check.name for check in facts.failed}
    same = [check for check in base_checks.failed if check.name in names]
    if not same or names - {check.name for check in same}:
        return False
    read = partial(read_checks, ports, facts.base.repo, same, facts.files)
    before = fetch_or_do_without("the logs of the base", read, Reading("crash", "human"))
    fingerprints = {failure.fingerprint for failure in facts.reading.failures}
    return bool(fingerprints) and fingerprints <= {
        failure.fingerprint for failure in before.failures
    }


def _explain_setup_failure(ports: Ports, facts: VerdictFacts) -> str:
    """Say which set-up step failed that the change cannot have broken; "" if not all is that."""
    scripts: dict[str, tuple[str, ...]] = {}
    telling = [check for check in facts.failed if check.conclusion != "cancelled"]
    for check in choose_checks(telling):
        log = fetch_log(ports, facts.base.repo, check)
        failed = find_failed_commands(log.split(b"\n"))
        if not all(map(is_setup_script, failed)):
            return ""
        scripts[check.name] = failed[-1]
    failures = facts.reading.failures
    if not scripts or can_change_touch_setup(facts.changed, scripts.values(), failures):
        return ""
    name, script = next(iter(scripts.items()))
    return (
        f"{as_code_span(name)} failed at {as_code_span(script[0])}, before it came to anything "
        f"that this change touches. {_describe_base(name, facts.base_checks)}"
    )


def _describe_base(name: str, base_checks: Checks) -> str:
    states = {check.state for check in base_checks.checks if check.name == name}
    if "passed" in states:
        return "On the base commit it passed"
    if "failed" in states:
        return "On the base commit it failed too, in another way"
    return "CI of the base commit says nothing of it"
