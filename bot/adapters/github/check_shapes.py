"""Ask GraphQL for the check suites of a commit, and read its answer.

PyGithub's objects are those of the REST API, which takes a request for the suites, one for the
runs, one for the statuses and one for each workflow run's name, where GraphQL takes one for all.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AliasPath, BaseModel, ConfigDict, Field

from bot.adapters.github.graphql_pages import DROP_NULLS, GraphShape, PageShape

RUN_FIELDS = (
    "nodes { databaseId name title status conclusion detailsUrl url } "
    "pageInfo { hasNextPage endCursor }"
)
SUITES = f"""
query Suites($owner: String!, $name: String!, $sha: GitObjectID!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    object(oid: $sha) {{
      ... on Commit {{
        status {{ contexts {{ context state description targetUrl }} }}
        checkSuites(first: 100, after: $after) {{
          pageInfo {{ hasNextPage endCursor }}
          nodes {{
            id status conclusion url
            app {{ slug }}
            workflowRun {{ databaseId url workflow {{ name }} }}
            checkRuns(first: 100, filterBy: {{checkType: LATEST}}) {{ {RUN_FIELDS} }}
          }}
        }}
      }}
    }}
  }}
}}
"""
RUNS = f"""
query Runs($suite: ID!, $after: String) {{
  node(id: $suite) {{
    ... on CheckSuite {{
      checkRuns(first: 100, after: $after, filterBy: {{checkType: LATEST}}) {{ {RUN_FIELDS} }}
    }}
  }}
}}
"""


class CheckRunShape(GraphShape):
    """One check run; of GitHub Actions, a job."""

    database_id: int | None = None
    name: str
    title: str | None = None
    status: str
    conclusion: str | None = None
    details_url: str | None = None
    url: str = ""  # GitHub's own page of it


class OutputShape(BaseModel):
    """What a check run says on its page, of the REST API's answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str | None = None
    summary: str | None = None
    text: str | None = None


class CheckRunPage(PageShape):
    """Some of a suite's check runs."""

    nodes: Annotated[tuple[CheckRunShape, ...], DROP_NULLS] = ()


class CheckSuiteShape(GraphShape):
    """All check runs of one App for one commit. Those of GitHub Actions have a workflow."""

    id: str
    status: str
    conclusion: str | None = None
    url: str
    app: str = Field("", validation_alias=AliasPath("app", "slug"))
    workflow: str = Field("", validation_alias=AliasPath("workflowRun", "workflow", "name"))
    workflow_url: str = Field("", validation_alias=AliasPath("workflowRun", "url"))
    workflow_run: int | None = Field(None, validation_alias=AliasPath("workflowRun", "databaseId"))
    check_runs: CheckRunPage | None = None


class StatusShape(GraphShape):
    """One commit status."""

    context: str
    state: str
    description: str | None = None
    target_url: str | None = None


class CommitPage(PageShape):
    """A commit with some of its suites; without any when GitHub does not know it."""

    statuses: tuple[StatusShape, ...] = Field((), validation_alias=AliasPath("status", "contexts"))
    suites: Annotated[tuple[CheckSuiteShape, ...], DROP_NULLS] = Field(
        (), validation_alias=AliasPath("checkSuites", "nodes")
    )
    has_next_page: bool = Field(
        default=False, validation_alias=AliasPath("checkSuites", "pageInfo", "hasNextPage")
    )
    end_cursor: str | None = Field(
        None, validation_alias=AliasPath("checkSuites", "pageInfo", "endCursor")
    )
