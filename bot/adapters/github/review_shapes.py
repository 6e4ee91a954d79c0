"""Ask GraphQL for the review threads of a pull request, and read its answer.

The REST API knows comments, but neither threads nor whether one is resolved.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AliasPath, Field

from bot.adapters.github.graphql_pages import DROP_NULLS, GraphShape, PageShape
from bot.adapters.github.issues import GHOST
from bot.text.bot_logins import BOT_SUFFIX

ID_IN_URL = re.compile(r"#discussion_r(\d+)$")
COMMENT_FIELDS = """
nodes {
  fullDatabaseId body createdAt lastEditedAt url state diffHunk
  author { __typename login ... on User { databaseId } ... on Bot { databaseId } }
  originalCommit { oid }
  pullRequestReview { fullDatabaseId }
}
pageInfo { hasNextPage endCursor }
"""
THREADS = f"""
query Threads($owner: String!, $name: String!, $number: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    pullRequest(number: $number) {{
      reviewThreads(first: 100, after: $after) {{
        pageInfo {{ hasNextPage endCursor }}
        nodes {{
          id path line startLine originalLine originalStartLine diffSide startDiffSide subjectType
          isResolved isOutdated viewerCanResolve
          comments(first: 100) {{ {COMMENT_FIELDS} }}
        }}
      }}
    }}
  }}
}}
"""
COMMENTS = f"""
query Comments($thread: ID!, $after: String) {{
  node(id: $thread) {{
    ... on PullRequestReviewThread {{
      comments(first: 100, after: $after) {{ {COMMENT_FIELDS} }}
    }}
  }}
}}
"""


class ThreadCommentShape(GraphShape):
    """One comment of a thread. Deleted accounts have no author."""

    full_database_id: int | None = None
    body: str
    created_at: str
    last_edited_at: str | None = None
    url: str = ""
    state: Literal["PENDING", "SUBMITTED"]
    diff_hunk: str = ""
    login: str = Field(GHOST, validation_alias=AliasPath("author", "login"))
    kind: str = Field("", validation_alias=AliasPath("author", "__typename"))
    author_id: int | None = Field(None, validation_alias=AliasPath("author", "databaseId"))
    original_sha: str | None = Field(None, validation_alias=AliasPath("originalCommit", "oid"))
    review: int | None = Field(
        None, validation_alias=AliasPath("pullRequestReview", "fullDatabaseId")
    )

    @property
    def id(self) -> int:
        """The id as the REST API has it; 0 where GitHub tells it nowhere."""
        match = ID_IN_URL.search(self.url)
        return self.full_database_id or (int(match[1]) if match else 0)

    @property
    def author(self) -> str:
        """The login as the REST API has it: GraphQL leaves out the ending of bots."""
        return f"{self.login}{BOT_SUFFIX}" if self.kind == "Bot" else self.login


class ThreadCommentPage(PageShape):
    """Some of a thread's comments."""

    nodes: Annotated[tuple[ThreadCommentShape, ...], DROP_NULLS] = ()


class ThreadShape(GraphShape):
    """One thread, with the beginning of its comments."""

    id: str
    path: str
    line: int | None = None
    start_line: int | None = None
    original_line: int | None = None
    original_start_line: int | None = None
    diff_side: Literal["LEFT", "RIGHT"]
    start_diff_side: Literal["LEFT", "RIGHT"] | None = None
    subject_type: Literal["FILE", "LINE"]
    is_resolved: bool
    is_outdated: bool
    viewer_can_resolve: bool
    comments: ThreadCommentPage


class ThreadPage(PageShape):
    """Some of a pull request's threads."""

    nodes: Annotated[tuple[ThreadShape, ...], DROP_NULLS] = ()
