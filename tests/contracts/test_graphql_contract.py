"""Here lives the comparison of the forge's GraphQL API with GitHub's published schema."""

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
from tests.contracts.checked import Checked
from tests.contracts.descriptions import graphql
from tests.contracts.graph_answers import misfits
from tests.contracts.test_rest_contract import fill
from tests.forge.boxed import Boxed, boxed

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
        oid message committedDate url
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
fragment pull on PullRequest {
  id databaseId number title body url state isDraft merged
  headRefName headRefOid baseRefName author { login __typename }
}
"""


@pytest.fixture
def checked() -> Checked:
    return Checked()


@pytest.fixture
def box(tmp_path: Path, checked: Checked) -> Iterator[Boxed]:
    with boxed(tmp_path, checked) as box:
        yield box


def test_schema_is_a_part_of_githubs():
    """Each type, field, argument and value of the forge's schema is GitHub's, with the same type."""
    assert [] == list(strange(build_schema(SCHEMA.read_text()), graphql()))


def test_strange_schema_is_found():
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
    ] == list(strange(ours, graphql()))


def test_all_that_is_answered_fits(box: Boxed, checked: Checked):
    """Every field that the forge has is answered, with values of the schema's types."""
    filled = fill(box)
    answer = box.graph(EVERYTHING, oid=filled["sha"], pull=filled["pull"])
    commit = answer["data"]["repository"]["object"]

    assert "errors" not in answer
    assert {"FAILURE"} == {commit["statusCheckRollup"]["state"], commit["status"]["state"]}
    assert [] == checked.violations


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
    ] == list(misfits(graphql(), document, document.definitions[0], data))


def strange(ours: GraphQLSchema, theirs: GraphQLSchema) -> Iterator[str]:
    """What one schema has and another has not."""
    for name, kind in ours.type_map.items():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        known = theirs.type_map.get(name)
        if known is None or type(known) is not type(kind):
            yield f"{name} is unknown"
            continue
        match kind:
            case GraphQLObjectType() | GraphQLInterfaceType():
                yield from _strange_fields(kind, known)
            case GraphQLInputObjectType():
                yield from _strange_types(name, kind.fields, known.fields)
            case GraphQLEnumType():
                yield from (
                    f"{name}.{value} is unknown"
                    for value in kind.values
                    if value not in known.values
                )
            case GraphQLUnionType():
                members = {one.name for one in known.types}
                yield from (
                    f"{name} | {one.name} is unknown"
                    for one in kind.types
                    if one.name not in members
                )


def _strange_fields(
    kind: GraphQLObjectType | GraphQLInterfaceType, known: GraphQLObjectType
) -> Iterator[str]:
    above = {one.name for one in known.interfaces}
    yield from (f"{kind.name} is no {one.name}" for one in kind.interfaces if one.name not in above)
    for name, field in kind.fields.items():
        yield from _strange_types(kind.name, {name: field}, known.fields)
        if name in known.fields:
            for arg, given in field.args.items():
                its = known.fields[name].args.get(arg)
                if its is None:
                    yield f"{kind.name}.{name}({arg}) is unknown"
                elif (str(its.type), its.default_value) != (str(given.type), given.default_value):
                    yield f"{kind.name}.{name}({arg}): {given.type} is not {its.type}"


def _strange_types(owner: str, ours: dict, theirs: dict) -> Iterator[str]:
    for name, field in ours.items():
        if name not in theirs:
            yield f"{owner}.{name} is unknown"
        elif str(field.type) != str(theirs[name].type):
            yield f"{owner}.{name}: {field.type} is not {theirs[name].type}"
