"""What a run asks of GitHub's API: an App's calls are counted by the hour, and each takes time."""

from __future__ import annotations

import re
from collections import Counter

from tests.pull_scenes import wait_for_run
from tests.stage import BEGIN, END, GOOD, script, staged

API = "/api/v3"  # without GraphQL, by which CI is asked as often as it has news


def test_a_green_run_asks_github_nothing_twice_in_vain(tmp_path, checked):
    """Twice it asks only who may write (before it acts, each time) and whether the issue is open,
    and the status comment is edited as the run goes on.
    """
    with staged(tmp_path, checked, script(*BEGIN, [GOOD], END), ci_poll_s=60) as on:
        issue = on.issue()
        on.label(issue)
        on.ended(issue)
        wait_for_run(on, "follow_base")
        calls = [_name_call(*request) for request in on.forge.list_requests()]

    counted = Counter(name for name in calls if API in name)

    assert {
        "GET /app/installations/N": 1,
        "POST /app/installations/N/access_tokens": 2,  # one for the API, one for git
        "GET /repos/acme/greeter/contents/.github/greenlit.yml": 1,
        "GET /repos/acme/greeter/collaborators/ada/permission": 3,  # asked, push, pull request
        "POST /repos/acme/greeter/issues/N/reactions": 2,  # heard, done
        "GET /repos/acme/greeter": 1,
        "GET /repos/acme/greeter/issues/N": 2,  # asked, pull request
        "GET /repos/acme/greeter/issues/N/comments": 2,  # what people said, what we said
        "POST /repos/acme/greeter/issues/N/comments": 2,
        "PATCH /repos/acme/greeter/issues/comments/N": 4,
        "POST /repos/acme/greeter/git/trees": 1,  # the commit, which GitHub signs
        "POST /repos/acme/greeter/git/commits": 1,
        "POST /repos/acme/greeter/git/refs": 1,
        "GET /repos/acme/greeter/pulls": 1,
        "POST /repos/acme/greeter/pulls": 1,
        "GET /repos/acme/greeter/pulls/N": 2,  # can it be merged? GitHub does not know at once
        "POST /repos/acme/greeter/pulls/N/requested_reviewers": 1,
    } == {name.replace(API, ""): count for name, count in counted.items()}


def _name_call(verb: str, path: str, _status: int) -> str:
    return re.sub(r"/\d+", "/N", f"{verb} {path}")
