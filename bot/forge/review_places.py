"""Read from requests where in a diff somebody wants to say something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from bot.forge.forge_records import PullRecord
from bot.forge.rest_api import RestRequest
from bot.forge.rest_refusal import refuse_entity, refuse_field
from bot.forge.review_records import DiffSide, ThreadPlace

COMMENT = "PullRequestReviewComment"


def read_place(fields: Mapping[str, object]) -> ThreadPlace:
    """Read a place. GitHub's old `position` is not known here. Raises RestRefusal."""
    path = fields.get("path")
    if not isinstance(path, str) or not path:
        raise refuse_field(COMMENT, "path", "missing_field")
    if fields.get("subject_type") == "file":
        return ThreadPlace(path, is_on_file=True)
    line = _read_line(fields, "line")
    if line is None:
        raise refuse_field(COMMENT, "line", "missing_field")
    start = _read_line(fields, "start_line")
    start_side = _read_side(fields, "start_side") if start is not None else None
    return ThreadPlace(path, line, _read_side(fields, "side") or "RIGHT", start, start_side)


def resolve_commit(request: RestRequest, pull: PullRecord) -> str:
    """Read the commit that is reviewed; the head, where none is named. Raises RestRefusal."""
    named = request.text("commit_id")
    if not named:
        return pull.head_sha
    store, name = request.state.store, request.repository.name
    sha = store.resolve(name, named)
    if not sha or store.is_ancestor(name, sha, pull.base_sha):
        raise refuse_entity(f"The commit {named} is not part of the pull request")
    return sha


def _read_line(fields: Mapping[str, object], name: str) -> int | None:
    line = fields.get(name)
    if line is None or (isinstance(line, int) and line > 0):
        return line
    raise refuse_field(COMMENT, name, "invalid")


def _read_side(fields: Mapping[str, object], name: str) -> DiffSide | None:
    side = fields.get(name)
    if side is None:
        return None
    for known in get_args(DiffSide):
        if side == known:
            return known  # type: ignore[no-any-return]
    raise refuse_field(COMMENT, name, "invalid")
