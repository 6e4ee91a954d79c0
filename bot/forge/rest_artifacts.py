"""Serve the REST API of artifacts, what the jobs of workflow runs have uploaded."""

from __future__ import annotations

from bot.forge.forge_records import ArtifactRecord
from bot.forge.forge_state import ForgeState, Json, RepositoryRecord, make_node_id
from bot.forge.repository_views import repository_api_url
from bot.forge.rest_api import RestRequest, RestResponse, RestRoute, paginate
from bot.forge.rest_ci import ACTIONS, REPOSITORY, RUN
from bot.forge.rest_refusal import RestRefusal, refuse_unknown
from bot.forge.result_store import ResultStore

ARTIFACT = f"{REPOSITORY}/actions/artifacts/{{id}}"


class ArtifactRoutes:
    """Answers which artifacts there are, and where their zip files lie."""

    def __init__(self, store: ResultStore) -> None:
        self._store = store

    def table(self) -> tuple[RestRoute, ...]:
        """Return the routes."""
        return (
            RestRoute("GET", f"{RUN}/artifacts", _list_artifacts, ACTIONS),
            RestRoute("GET", ARTIFACT, _get_artifact, ACTIONS),
            RestRoute("GET", f"{ARTIFACT}/zip", self._redirect_to_zip, ACTIONS),
        )

    def _redirect_to_zip(self, request: RestRequest) -> RestResponse:
        artifact = _find_artifact(request)
        if artifact.expired:
            raise RestRefusal(410, "Artifact has expired")
        address = self._store.make_artifact_address(artifact)
        return RestResponse(302, None, {"Location": address})


def _list_artifacts(request: RestRequest) -> RestResponse:
    """List those of all attempts of a run, the newest first."""
    run, name = request.number("id"), request.query.get("name")
    if run not in request.repository.runs:
        raise refuse_unknown()
    artifacts = [
        artifact
        for artifact in reversed(request.repository.artifacts.values())
        if artifact.run == run and name in (None, artifact.name)
    ]
    return paginate(
        request,
        artifacts,
        lambda artifact: _render_artifact(request.state, request.repository, artifact),
        "artifacts",
    )


def _get_artifact(request: RestRequest) -> RestResponse:
    view = _render_artifact(request.state, request.repository, _find_artifact(request))
    return RestResponse(200, view)


def _find_artifact(request: RestRequest) -> ArtifactRecord:
    artifact = request.repository.artifacts.get(request.number("id"))
    if artifact is None:
        raise refuse_unknown()
    return artifact


def _render_artifact(
    state: ForgeState, repository: RepositoryRecord, artifact: ArtifactRecord
) -> Json:
    url = f"{repository_api_url(state, repository)}/actions/artifacts/{artifact.id}"
    run = repository.runs[artifact.run]
    return {
        "id": artifact.id,
        "node_id": make_node_id("AR", repository.name, artifact.id),
        "name": artifact.name,
        "size_in_bytes": len(artifact.content),
        "url": url,
        "archive_download_url": f"{url}/zip",
        "expired": artifact.expired,
        "digest": artifact.digest,
        "created_at": artifact.created_at,
        "updated_at": artifact.created_at,
        "expires_at": artifact.expires_at,
        "workflow_run": {
            "id": run.id,
            "repository_id": repository.id,
            "head_repository_id": repository.id,
            "head_branch": run.branch,
            "head_sha": run.sha,
        },
    }
