"""Judge why CI is red on a pull request, of a fork too: against where its branch left the base."""

from __future__ import annotations

from dataclasses import replace

from bot.ports import Ports
from bot.run import step
from bot.steps.diagnose import gather_facts, judge_facts, summarize_verdict
from bot.text import as_code_span
from bot.values import Checks, PullDetails, Repo, Verdict


@step("judge_pull", summarize_verdict)
def judge_pull(ports: Ports, repo: Repo, pull: PullDetails, checks: Checks) -> Verdict:
    """Read the red checks of the head, and judge whether the pull request is to blame.

    Where it is, `why` tells what CI says of the base.
    """
    remote = ports.credentials.fetch_remote(repo)
    base = ports.mirrors.fetch(repo, remote, pull.base)
    head = ports.mirrors.fetch_commit(repo, remote, pull.head_sha, pull.head)
    origin = ports.mirrors.merge_base(head, remote, base) or base
    facts = gather_facts(ports, origin, head.sha, checks, base.sha)
    verdict = judge_facts(ports, facts)
    if verdict.kind != "ours":
        return verdict
    return replace(verdict, why=_describe_base(pull, facts.base_checks))


def _describe_base(pull: PullDetails, checks: Checks) -> str:
    """Say what CI says of the commit where the branch left its base."""
    base = as_code_span(pull.base)
    if checks.green:
        return f"{base} was green where this branch left it"
    if checks.failed:
        return f"{base} was red where this branch left it, but not in this way"
    return f"CI says nothing of {base} where this branch left it"
