"""The forge's GraphQL API is a part of GitHub's published schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
    parse,
)

from bot.forge.graphql import SCHEMA
from tests.contracts.descriptions import load_graphql_schema
from tests.contracts.exchange_checker import ExchangeChecker
from tests.contracts.graphql_answers import list_misfits
from tests.contracts.test_rest_contract import fill_forge
from tests.forge.served_forge import ServedForge, serve_with_app

pytestmark = pytest.mark.usefixtures("described")

EVERYTHING = """
query ($oid: GitObjectID!, $pull: Int!) {
  viewer { login id databaseId }
  rateLimit { cost remaining resetAt }
  repository(owner: "acme", name: "demo") {
    id databaseId name nameWithOwner isArchived isPrivate url owner { __typename login }
    defaultBranchRef { name prefix target { oid } }
    ref(qualifiedName: "refs/heads/feature/a") { target { ... on Commit { messageHeadline } } }
    pullRequest(number: $pull) { ...pull }
    pullRequests(first: 10, headRefName: "feature/a", states: [OPEN]) {
      totalCount nodes { ...pull } pageInfo { endCursor }
    }
    object(oid: $oid) {
      __typename
      ... on Commit {
        oid message committedDate url signature { isValid state wasSignedByGitHub }
        checkSuites(first: 10) {
          totalCount
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
          nodes {
            id databaseId status conclusion createdAt updatedAt url
            app { slug databaseId }
            workflowRun { databaseId url runNumber event createdAt workflow { name } }
            checkRuns(first: 10) { nodes { databaseId name status conclusion detailsUrl startedAt completedAt } }
          }
        }
        status { state contexts { context state targetUrl description createdAt } }
        statusCheckRollup {
          state
          contexts(last: 10) {
            nodes { __typename ... on CheckRun { name checkSuite { id } } ... on StatusContext { context } }
          }
        }
      }
    }
  }
}
fragment thread on PullRequestReviewThread {
  id path line startLine originalLine originalStartLine diffSide startDiffSide subjectType
  isResolved isCollapsed isOutdated viewerCanReply viewerCanResolve viewerCanUnresolve
  resolvedBy { login }
  comments(first: 10) { totalCount nodes {
    id fullDatabaseId body createdAt updatedAt publishedAt lastEditedAt url path diffHunk outdated
    state author { __typename login } originalCommit { oid }
    pullRequestReview { id fullDatabaseId body state submittedAt url author { login } }
  } }
}
fragment pull on PullRequest {
  id databaseId number title body url state isDraft merged
  headRefName headRefOid baseRefName author { login __typename }
  reviewThreads(first: 10) { totalCount nodes { ...thread } pageInfo { hasNextPage endCursor } }
}
"""


@pytest.fixture
def checker() -> ExchangeChecker:
    """A checker that saw nothing yet."""
    return ExchangeChecker()


@pytest.fixture
def box(tmp_path: Path, checker: ExchangeChecker) -> Iterator[ServedForge]:
    """A served forge, every exchange with it recorded."""
    with serve_with_app(tmp_path, checker) as box:
        yield box


def test_schema_is_a_part_of_githubs():
    """Each type, field, argument and value of the forge's schema is GitHub's, with the same type."""
    assert [] == list(list_unknown(build_schema(SCHEMA.read_text()), load_graphql_schema()))


def test_unknown_part_of_a_schema_is_found():
    """A type, a field, an argument, a type of a field or a value that GitHub does not have is told."""
    ours = build_schema("""
        type Query { viewer: User node(id: ID!, colour: Int): Node colour: String }
        type User { login: Int! }
        interface Node { id: ID! }
        type Cat { id: ID! }
        enum PullRequestState { OPEN SLEEPING }
    """)

    assert [
        "Query.viewer: User is not User!",
        "Query.node(colour) is unknown",
        "Query.colour is unknown",
        "User.login: Int! is not String!",
        "Cat is unknown",
        "PullRequestState.SLEEPING is unknown",
    ] == list(list_unknown(ours, load_graphql_schema()))


def test_all_that_is_answered_fits(box: ServedForge, checker: ExchangeChecker):
    """Every field that the forge has is answered, with values of the schema's types."""
    ids = fill_forge(box)
    answer = box.query_graphql(EVERYTHING, oid=ids["sha"], pull=ids["pull"])
    commit = answer["data"]["repository"]["object"]

    assert "errors" not in answer
    assert {"FAILURE"} == {commit["statusCheckRollup"]["state"], commit["status"]["state"]}
    assert [] == checker.violations


def test_wrong_answers_are_found():
    """An answer with a value of another type, a null where none may be, or an unasked field is a
    violation.
    """
    document = parse(
        '{ repository(owner: "a", name: "b") { id isPrivate pullRequest(number: 1) { state number } } }'
    )
    data = {
        "repository": {
            "id": None,
            "isPrivate": "no",
            "cat": 1,
            "pullRequest": {"state": "SLEEPING", "number": 1},
        }
    }

    assert [
        "answer data.repository.id is null",
        "answer data.repository.isPrivate: 'no' is no Boolean",
        "answer data.repository.pullRequest.state: 'SLEEPING' is no PullRequestState",
        "answer data.repository.cat was not asked for",
    ] == list(list_misfits(load_graphql_schema(), document, document.definitions[0], data))


def list_unknown(ours: GraphQLSchema, theirs: GraphQLSchema) -> Iterator[str]:
    """Say what one schema has and another has not."""
    for name, our_type in ours.type_map.items():
        if is_introspection_type(our_type) or is_specified_scalar_type(our_type):
            continue
        their_type = theirs.type_map.get(name)
        if their_type is None or type(their_type) is not type(our_type):
            yield f"{name} is unknown"
            continue
        match our_type, their_type:
            case GraphQLObjectType(), GraphQLObjectType():
                yield from _list_unknown_fields(our_type, their_type)
            case GraphQLInterfaceType(), GraphQLInterfaceType():
                yield from _list_unknown_fields(our_type, their_type)
            case GraphQLInputObjectType(), GraphQLInputObjectType():
                yield from _list_other_types(name, our_type.fields, their_type.fields)
            case GraphQLEnumType(), GraphQLEnumType():
                unknown = [value for value in our_type.values if value not in their_type.values]
                yield from (f"{name}.{value} is unknown" for value in unknown)
            case GraphQLUnionType(), GraphQLUnionType():
                members = {member.name for member in our_type.types}
                members -= {member.name for member in their_type.types}
                yield from (f"{name} | {member} is unknown" for member in members)


def _list_unknown_fields(
    our_type: GraphQLObjectType | GraphQLInterfaceType,
    their_type: GraphQLObjectType | GraphQLInterfaceType,
) -> Iterator[str]:
    interfaces = {interface.name for interface in our_type.interfaces}
    interfaces -= {interface.name for interface in their_type.interfaces}
    yield from (f"{our_type.name} is no {interface}" for interface in interfaces)
    for name, field in our_type.fields.items():
        yield from _list_other_types(our_type.name, {name: field}, their_type.fields)
        if name in their_type.fields:
            where = f"{our_type.name}.{name}"
            yield from _list_other_arguments(where, field.args, their_type.fields[name].args)


def _list_other_arguments(where: str, ours: dict, theirs: dict) -> Iterator[str]:
    for name, argument in ours.items():
        known = theirs.get(name)
        if known is None:
            yield f"{where}({name}) is unknown"
        elif (str(known.type), known.default_value) != (str(argument.type), argument.default_value):
            yield f"{where}({name}): {argument.type} is not {known.type}"


def _list_other_types(owner: str, ours: dict, theirs: dict) -> Iterator[str]:
    for name, field in ours.items():
        if name not in theirs:
            yield f"{owner}.{name} is unknown"
        elif str(field.type) != str(theirs[name].type):
            yield f"{owner}.{name}: {field.type} is not {theirs[name].type}"
