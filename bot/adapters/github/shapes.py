"""Here live the shapes of GitHub's answers, of each only the fields we read."""

from __future__ import annotations

from pydantic import AliasPath, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from bot.values import Annotation, Comment, Issue


class Shape(BaseModel):
    """GitHub may add fields when it likes."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Account(Shape):
    login: str
    type: str = "User"


GHOST = Account(login="ghost")  # what GitHub shows for deleted accounts


class Label(Shape):
    name: str


class IssueShape(Shape):
    number: int
    title: str
    body: str | None = None
    user: Account | None = None
    state: str = "open"
    locked: bool = False
    labels: tuple[Label | str, ...] = ()
    pull_request: object = None

    def value(self) -> Issue:
        return Issue(
            self.number,
            self.title,
            self.body or "",
            (self.user or GHOST).login,
            open=self.state == "open",
            locked=self.locked,
            pull=self.pull_request is not None,
            labels=tuple(label if isinstance(label, str) else label.name for label in self.labels),
        )


class AppShape(Shape):
    slug: str


class CommentShape(Shape):
    id: int
    body: str | None = None
    user: Account | None = None
    created_at: str
    updated_at: str
    performed_via_github_app: AppShape | None = None

    def value(self) -> Comment:
        user = self.user or GHOST
        return Comment(
            self.id,
            user.login,
            self.body or "",
            self.created_at,
            self.updated_at,
            user.type == "Bot",
        )


class PermissionShape(Shape):
    permission: str
    role_name: str = ""


class FileShape(Shape):
    type: str
    content: str = ""
    encoding: str = ""


class PullShape(Shape):
    number: int
    html_url: str
    node_id: str
    title: str
    body: str | None = None
    state: str
    draft: bool = False
    branch: str = Field(validation_alias=AliasPath("head", "ref"))
    head: int | None = Field(
        None, validation_alias=AliasPath("head", "repo", "id")
    )  # None: the fork was deleted
    base: int = Field(validation_alias=AliasPath("base", "repo", "id"))


class JobInRun(Shape):
    id: int
    name: str
    status: str
    conclusion: str | None = None
    html_url: str | None = None


class JobsShape(Shape):
    jobs: tuple[JobInRun, ...] = ()


class AnnotationShape(Shape):
    path: str
    start_line: int
    annotation_level: str | None = None
    message: str | None = None

    def value(self) -> Annotation:
        return Annotation(
            self.path, self.start_line, self.annotation_level or "", self.message or ""
        )


class RunShape(Shape):
    run_attempt: int = 1


class GraphShape(Shape):
    """An answer of GraphQL, whose names are in camel case."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class PageInfo(GraphShape):
    has_next_page: bool
    end_cursor: str | None = None


class CheckRun(GraphShape):
    database_id: int | None = None
    name: str
    status: str
    conclusion: str | None = None
    details_url: str | None = None


class CheckRuns(GraphShape):
    nodes: tuple[CheckRun, ...] = ()
    page_info: PageInfo


class WorkflowRun(GraphShape):
    database_id: int | None = None
    url: str
    name: str = Field("", validation_alias=AliasPath("workflow", "name"))


class CheckSuite(GraphShape):
    id: str
    status: str
    conclusion: str | None = None
    url: str
    app: AppShape | None = None
    workflow_run: WorkflowRun | None = None
    check_runs: CheckRuns


class CheckSuites(GraphShape):
    nodes: tuple[CheckSuite, ...] = ()
    page_info: PageInfo


class Context(GraphShape):
    context: str
    state: str
    target_url: str | None = None


class Status(GraphShape):
    contexts: tuple[Context, ...] = ()


class CommitShape(GraphShape):
    check_suites: CheckSuites | None = None
    status: Status | None = None
