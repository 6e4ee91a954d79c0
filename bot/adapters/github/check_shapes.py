"""Ask GraphQL for the check suites of a commit, and read its answer.

PyGithub's objects are those of the REST API, which takes a request for the suites, one for the
runs, one for the statuses and one for each workflow run's name, where GraphQL takes one for all.
"""

from __future__ import annotations

from pydantic import AliasPath, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

RUN_FIELDS = (
    "nodes { databaseId name status conclusion detailsUrl } pageInfo { hasNextPage endCursor }"
)
SUITES = f"""
query Suites($owner: String!, $name: String!, $sha: GitObjectID!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    object(oid: $sha) {{
      ... on Commit {{
        status {{ contexts {{ context state targetUrl }} }}
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


class GraphShape(BaseModel):
    """An answer of GraphQL, whose names are in camel case. GitHub may add fields when it likes."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class PageInfoShape(GraphShape):
    """Where a list goes on."""

    has_next_page: bool
    end_cursor: str | None = None


class CheckRunShape(GraphShape):
    """One check run; of GitHub Actions, a job."""

    database_id: int | None = None
    name: str
    status: str
    conclusion: str | None = None
    details_url: str | None = None


class CheckRunsShape(GraphShape):
    """A page of a suite's check runs."""

    nodes: tuple[CheckRunShape, ...] = ()
    page_info: PageInfoShape


class WorkflowRunShape(GraphShape):
    """The run of GitHub Actions that made a suite."""

    database_id: int | None = None
    url: str
    name: str = Field("", validation_alias=AliasPath("workflow", "name"))


class AppShape(GraphShape):
    """The App that made a suite."""

    slug: str


class CheckSuiteShape(GraphShape):
    """All check runs of one App for one commit."""

    id: str
    status: str
    conclusion: str | None = None
    url: str
    app: AppShape | None = None
    workflow_run: WorkflowRunShape | None = None
    check_runs: CheckRunsShape


class CheckSuitesShape(GraphShape):
    """A page of a commit's suites."""

    nodes: tuple[CheckSuiteShape, ...] = ()
    page_info: PageInfoShape


class StatusContextShape(GraphShape):
    """One commit status."""

    context: str
    state: str
    target_url: str | None = None


class StatusShape(GraphShape):
    """All commit statuses."""

    contexts: tuple[StatusContextShape, ...] = ()


class CommitShape(GraphShape):
    """A commit with a page of its suites; empty when GitHub does not know it."""

    check_suites: CheckSuitesShape | None = None
    status: StatusShape | None = None
