"""Reduce the path of a request to GitHub to what it asks for, without the names in it."""

from __future__ import annotations

# The words of GitHub's paths that the bot uses. All else, such as names of people, branches and
# files, is somebody's, and becomes {}.
_WORDS = """
access_tokens actions annotations api app artifacts assignees attempts blobs branches
check-runs check-suites code collaborators comments commits compare config contents deliveries
dismissals events files git graphql heads hook installation installations issues jobs
labels logs matching-refs merge merges parent permission pulls reactions ref refs replies
repos repositories requested_reviewers reviews runs search status statuses sub_issue sub_issues
tags trees update-branch user users v3 workflows zip
"""


def make_url_template(path: str) -> str:
    """Make "/repos/{}/{}/issues/{}" of "/repos/acme/greeter/issues/7"."""
    words = frozenset(_WORDS.split())
    owned = 2 if path.startswith("/repos/") else 0
    parts = path.strip("/").split("/")
    known = [
        part if part in words and not 0 < number <= owned else "{}"
        for number, part in enumerate(parts)
    ]
    return f"/{'/'.join(known)}"
