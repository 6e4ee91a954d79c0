"""Build the GraphQL nodes of Apps, statuses and signatures, and the state that many come to."""

from __future__ import annotations

from collections.abc import Sequence

from bot.forge.forge_records import AppRecord, StatusRecord
from bot.forge.forge_state import Json, RepositoryRecord, make_node_id
from bot.forge.git_store import CommitRecord
from bot.forge.repository_views import SIGNATURE

RED_STATES = {
    "FAILURE",
    "ERROR",
    "TIMED_OUT",
    "CANCELLED",
    "ACTION_REQUIRED",
    "STARTUP_FAILURE",
}


def build_app(app: AppRecord, web: str) -> Json:
    """Build an App."""
    return {
        "id": make_node_id("A", app.id),
        "databaseId": app.id,
        "slug": app.slug,
        "name": app.slug,
        "url": f"{web}/apps/{app.slug}",
    }


def build_context(repository: RepositoryRecord, status: StatusRecord) -> Json:
    """Build a StatusContext."""
    return {
        "__typename": "StatusContext",
        "id": make_node_id("SC", repository.name, status.id),
        "context": status.context,
        "state": status.state.upper(),
        "description": status.details.description or None,
        "targetUrl": status.details.target_url or None,
        "createdAt": status.created_at,
    }


def build_signature(repository: RepositoryRecord, commit: CommitRecord) -> Json | None:
    """Build the signature of a commit that GitHub made; None for one that was pushed."""
    if commit.sha not in repository.signed_commits:
        return None
    return {
        "__typename": "GpgSignature",
        "email": commit.committer.email,
        "isValid": True,
        "payload": f"tree {commit.tree}\n",
        "signature": SIGNATURE,
        "state": "VALID",
        "wasSignedByGitHub": True,
    }


def worst_state(states: Sequence[str]) -> str:
    """Return the state that the states of checks and statuses come to."""
    upper = {state.upper() for state in states}
    if upper & RED_STATES:
        return "FAILURE"
    return "PENDING" if "PENDING" in upper else "SUCCESS"
