"""Ask in one query how CI stands at many commits: enough to know whether it is worth a full look.

The full look (check_runs.py) reads every check. This one reads of each commit what comes without a
further list: the state of all its checks together, its statuses, and its suites. A suite has a
time, which tells a second attempt from the first where both ended alike.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasPath, Field

from bot.adapters.github.api_errors import ONE_OF_MANY, Unauthorized
from bot.adapters.github.auth import SharedToken
from bot.adapters.github.check_shapes import StatusShape
from bot.adapters.github.ci_tokens import CiTokens
from bot.adapters.github.github_api import GitHubApi
from bot.adapters.github.graphql_pages import DROP_NULLS, GraphShape
from bot.values import HeadMark, HeadMarks, Repo, RequestBudget, WatchedHead

# GitHub counts a query by its lists, a hundred for a point: one for each commit.
FIELDS = """
fragment ci on Commit {
  statusCheckRollup { state }
  status { contexts { context state createdAt } }
  checkSuites(first: 100) { nodes { status conclusion updatedAt app { slug } } }
}
"""
BUDGET = "rateLimit { cost limit remaining resetAt }"
UNDER_WAY = ("PENDING", "EXPECTED")
ACTIONS = "github-actions"


class DatedStatus(StatusShape):
    """One commit status, and when it was posted."""

    created_at: str


class SuiteMark(GraphShape):
    """A check suite without its runs."""

    status: str
    conclusion: str | None = None
    updated_at: str
    app: str = Field("", validation_alias=AliasPath("app", "slug"))


class CommitMark(GraphShape):
    """A commit as FIELDS ask for it; all is empty where nobody checks it."""

    rollup: str = Field("", validation_alias=AliasPath("statusCheckRollup", "state"))
    statuses: tuple[DatedStatus, ...] = Field((), validation_alias=AliasPath("status", "contexts"))
    suites: Annotated[tuple[SuiteMark, ...], DROP_NULLS] = Field(
        (), validation_alias=AliasPath("checkSuites", "nodes")
    )


class PointsShape(GraphShape):
    """What a query cost, and what is left of the hour's points."""

    cost: int
    limit: int
    remaining: int
    reset_at: datetime


@dataclass(frozen=True, slots=True)
class CiMarks:
    """Asks for many commits at once, with a token that reads CI in their repositories alone."""

    api: GitHubApi
    tokens: CiTokens
    fetch_slug: Callable[[], str]

    def fetch(self, heads: Sequence[WatchedHead], scope: Collection[Repo]) -> HeadMarks:
        """Fetch how CI stands at commits of one installation, at most 50; those that GitHub does
        not show are left out. `scope` are all its repositories that are asked about in these
        minutes. Raises Refusal, Unreachable and RateLimited.
        """
        installation = heads[0].repo.installation
        names = {head.repo.name for head in heads}
        token = self.tokens.fetch(installation, names, {repo.name for repo in scope})
        if token is None:
            return HeadMarks(cost=0)
        readable = [head for head in heads if head.repo.name in token.names]
        try:
            return self._ask(readable, token)
        except Unauthorized:
            self.tokens.forget(installation)
            raise

    def _ask(self, heads: Sequence[WatchedHead], token: SharedToken) -> HeadMarks:
        own_app = self.fetch_slug()
        body = {"query": _write_query(heads)}
        with self.api.client(None, token) as client:
            # Nothing is tried again here: the next look is the next try.
            _, answer = client.requestJsonAndCheck("POST", client.graphql_url, input=body)
            return _read_marks(heads, answer["data"], own_app)


def _write_query(heads: Sequence[WatchedHead]) -> str:
    lines = (_write_part(f"{ONE_OF_MANY}{place}", head) for place, head in enumerate(heads))
    return f"query Heads {{ {BUDGET}\n" + "\n".join(lines) + f"\n}}{FIELDS}"


def _write_part(alias: str, head: WatchedHead) -> str:
    # A text of JSON is one of GraphQL.
    owner, name = map(json.dumps, head.repo.name.split("/", 1))
    sha = json.dumps(head.sha)
    return f"{alias}: repository(owner: {owner}, name: {name}) {{ object(oid: {sha}) {{ ...ci }} }}"


def _read_marks(heads: Sequence[WatchedHead], data: Mapping[str, Any], own_app: str) -> HeadMarks:
    marks = dict(_list_marks(heads, data, own_app))
    if data["rateLimit"] is None:  # of an Enterprise server without limits
        return HeadMarks(marks)
    points = PointsShape.model_validate(data["rateLimit"])
    resets_at = points.reset_at.timestamp()
    budget = RequestBudget("graphql", points.remaining, points.limit, resets_at)
    return HeadMarks(marks, points.cost, budget)


def _list_marks(
    heads: Sequence[WatchedHead], data: Mapping[str, Any], own_app: str
) -> Iterator[tuple[WatchedHead, HeadMark]]:
    for place, head in enumerate(heads):
        repository = data.get(f"{ONE_OF_MANY}{place}") or {}
        if commit := repository.get("object"):
            yield head, _make_mark(CommitMark.model_validate(commit), own_app)


def _make_mark(commit: CommitMark, own_app: str) -> HeadMark:
    suites = [suite for suite in commit.suites if suite.app != own_app]
    # Each App that listens gets an empty suite, which stays queued for ever. A workflow's next jobs
    # appear only when those they need have ended, and its suite is under way until then.
    is_under_way = commit.rollup in UNDER_WAY or any(
        suite.app == ACTIONS and suite.status != "COMPLETED" for suite in suites
    )
    has_spoken = bool(commit.rollup) or any(suite.status == "COMPLETED" for suite in suites)
    known = commit.model_copy(update={"suites": tuple(suites)}).model_dump_json()
    text = hashlib.sha256(known.encode()).hexdigest()[:16]
    return HeadMark(text, has_spoken and not is_under_way)
