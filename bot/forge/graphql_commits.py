"""Make commits through GraphQL, on a branch that is where its caller expects it."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from typing import Any

from bot.forge.commit_writer import CommitWriter, FileEdits, NewFile
from bot.forge.forge_state import RepositoryRecord
from bot.forge.git_http import RefUpdate
from bot.forge.graphql_refusal import GraphQLRefusal
from bot.forge.rest_api import RestRequest

NO_WORKFLOW = (
    "refusing to allow a GitHub App to create or update workflow `{path}` without `workflows` "
    "permission"
)


def create_commit_on_branch(
    request: RestRequest,
    repository: RepositoryRecord,
    commits: CommitWriter,
    given: Mapping[str, Any],
) -> str:
    """Commit files on the expected head of a branch, and return the sha. The caller has checked
    the permission.
    """
    branch, head = str(given["branch"].get("branchName")), str(given["expectedHeadOid"])
    _check_head(request, repository, branch, head)
    files = request.state.store.list_files(repository.name, head)
    known = {entry.path for entry in files}
    edits = _read_changes(given.get("fileChanges") or {}, known)
    try:
        tree = commits.write_tree(repository, head, edits)
    except ValueError:
        raise GraphQLRefusal("UNPROCESSABLE", "The file changes cannot be applied.") from None
    message = _write_message(given["message"])
    sha = commits.write_commit(repository, tree, (head,), message, request.login)
    if path := commits.find_refused_workflow(repository, sha, request.token):
        raise GraphQLRefusal("FORBIDDEN", NO_WORKFLOW.format(path=path))
    try:
        update = RefUpdate(f"refs/heads/{branch}", head, sha)
        commits.move_branch(repository, update, request.login)
    except ValueError:  # git pushed at the same time
        raise _refuse_stale(head) from None
    return sha


def _check_head(
    request: RestRequest, repository: RepositoryRecord, branch: str, expected: str
) -> None:
    head = request.state.store.find_head(repository.name, branch)
    if not head:
        raise GraphQLRefusal("NOT_FOUND", f"Could not resolve to a Ref with the name '{branch}'.")
    if head != expected:
        raise _refuse_stale(expected)


def _refuse_stale(sha: str) -> GraphQLRefusal:
    message = f'Expected branch to point to "{sha}" but it did not. Pull and try again.'
    return GraphQLRefusal("STALE_DATA", message)


def _read_changes(changes: Mapping[str, Any], known: set[str]) -> FileEdits:
    """Read additions and deletions. Every file becomes a plain one: no mode can be given."""
    edits: dict[str, NewFile | None] = {}
    for addition in changes.get("additions") or ():
        try:
            edits[addition["path"]] = NewFile(b64decode(addition["contents"], validate=True))
        except Base64Error:
            message = f"The contents of {addition['path']} are not valid Base64."
            raise GraphQLRefusal("UNPROCESSABLE", message) from None
    for deletion in changes.get("deletions") or ():
        path = deletion["path"]
        if path not in known or path in edits:
            message = f"A path was requested for deletion which does not exist: {path}"
            raise GraphQLRefusal("UNPROCESSABLE", message)
        edits[path] = None
    return edits


def _write_message(message: Mapping[str, Any]) -> str:
    body = message.get("body") or ""
    return f"{message['headline']}\n\n{body}" if body else str(message["headline"])
