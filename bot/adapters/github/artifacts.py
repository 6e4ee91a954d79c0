"""List what the jobs of a CI run have uploaded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from github.Artifact import Artifact as GitHubArtifact
from github.PaginatedList import PaginatedList
from github.Repository import Repository

from bot.adapters.github.api_errors import require
from bot.values import Artifact

LISTED = 300  # at most, of a run


def list_artifacts(repository: Repository, run: int, attempt: int) -> Iterator[Artifact]:
    """List what an attempt has uploaded and GitHub still has, the newest first.

    GitHub does not tell of which attempt an artifact is: its time does.
    """
    begin, end = _find_times(repository, run, attempt)
    path = f"{repository.url}/actions/runs/{run}/artifacts"
    listed = PaginatedList(
        GitHubArtifact, repository.requester, path, {"per_page": 100}, list_item="artifacts"
    )
    artifacts = list(islice(listed, LISTED))
    for artifact in sorted(artifacts, key=lambda each: require(each.id, "id"), reverse=True):
        created_at = artifact.created_at
        is_late = bool(end and created_at and created_at > end)
        is_early = bool(begin and created_at and created_at < begin)
        if not artifact.expired and not is_late and not is_early:
            yield Artifact(artifact.id, require(artifact.name, "name"), artifact.size_in_bytes or 0)


def _find_times(
    repository: Repository, run: int, attempt: int
) -> tuple[datetime | None, datetime | None]:
    """Find when an attempt began, unless it is the first, and when the one after it did."""
    workflow_run = repository.get_workflow_run(run)
    is_last = attempt >= (workflow_run.run_attempt or 1)
    end = None if is_last else workflow_run.get_attempt(attempt + 1).run_started_at
    if attempt == 1:
        return None, end
    this = workflow_run if is_last else workflow_run.get_attempt(attempt)
    return this.run_started_at, end
