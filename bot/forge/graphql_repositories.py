"""Build what GraphQL lists of many repositories: a search, those of an organisation, figures."""

from __future__ import annotations

from collections.abc import Callable

from bot.forge.forge_state import ForgeState, Json, RepositoryRecord, make_node_id
from bot.forge.graphql_connection import Info, build_connection
from bot.forge.graphql_refusal import GraphQLRefusal
from bot.forge.repository_query import MOST_SHOWN, search_repositories

Build = Callable[[RepositoryRecord], Json]
SIGN_ON = (
    "Resource protected by organization SAML enforcement. "
    "You must grant your Personal Access token access to this organization."
)


def build_figures(state: ForgeState, repository: RepositoryRecord) -> Json:
    """Build the fields of a Repository that a list is made of."""
    figures = repository.figures
    host = state.web.partition("://")[2].partition(":")[0]
    return {
        "createdAt": repository.created_at,
        "diskUsage": figures.disk_usage_kb,
        "forkCount": figures.forks,
        "isFork": bool(repository.fork_of),
        "licenseInfo": _build_licence(figures.licence),
        "primaryLanguage": _build_language(figures.language),
        "pushedAt": figures.pushed_at or repository.created_at,
        "sshUrl": f"git@{host}:{repository.name}.git",
        "stargazerCount": figures.stars,
        # Who they are is not known here, only how many.
        "watchers": lambda info, **arguments: {
            **build_connection(info, (), lambda _: {}, {"first": 1} | arguments),
            "totalCount": figures.watchers,
        },
    }


def _build_licence(licence: str | None) -> Json | None:
    if licence is None:
        return None
    key = "other" if licence == "NOASSERTION" else licence.lower()
    return {"id": make_node_id("L", key), "key": key, "name": licence, "spdxId": licence}


def _build_language(language: str | None) -> Json | None:
    return {"id": make_node_id("LA", language), "name": language} if language else None


def build_search(state: ForgeState, info: Info, arguments: Json, build: Build) -> Json:
    """Build a SearchResultItemConnection: all are counted, and 1,000 can be read."""
    if arguments["type"] != "REPOSITORY":
        raise GraphQLRefusal("UNPROCESSABLE", "Only repositories can be searched here.")
    matches = search_repositories(
        state.repositories.values(), str(arguments["query"]), state.has_account
    )

    def build_shown(repository: RepositoryRecord) -> Json | GraphQLRefusal:
        """Build one; an error in its place leaves the others as they are."""
        if repository.figures.needs_sign_on:
            return GraphQLRefusal("FORBIDDEN", SIGN_ON)
        return build(repository)

    connection = build_connection(info, matches[:MOST_SHOWN], build_shown, arguments)
    return {**connection, "repositoryCount": len(matches)}


def list_owned(state: ForgeState, info: Info, login: str, arguments: Json, build: Build) -> Json:
    """Build the RepositoryConnection of an organisation: its public ones, by name."""
    wanted = {"isFork": arguments.get("isFork"), "isArchived": arguments.get("isArchived")}
    owned = [
        repository
        for repository in state.repositories.values()
        if repository.owner.lower() == login.lower()
        and not repository.private
        and wanted["isFork"] in (None, bool(repository.fork_of))
        and wanted["isArchived"] in (None, repository.archived)
    ]
    return build_connection(info, sorted(owned, key=lambda each: each.name), build, arguments)
