"""What a trace shows of a request's path."""

import pytest

from bot.adapters.github.url_templates import make_url_template


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/repos/acme/issues/issues/7", "/repos/{}/{}/issues/{}"),
        ("/repos/a/b/contents/secret/plans.md", "/repos/{}/{}/contents/{}/{}"),
        ("/repos/a/b/git/ref/heads/greenlit/7-a-word", "/repos/{}/{}/git/ref/heads/{}/{}"),
        ("/api/graphql", "/api/graphql"),
        ("/app/installations/12/access_tokens", "/app/installations/{}/access_tokens"),
    ],
)
def test_names_are_left_out(path, template):
    """Those of owners, repositories, branches and files; GitHub's own words stay."""
    assert template == make_url_template(path)
