"""Issues that the App opens as parts of another are there once."""

from __future__ import annotations

from collections.abc import Callable

from bot.adapters.github.github_app import GitHubApp
from bot.forge import AppKeys, Forge
from bot.values import Branch, PullRequestContent, Repo
from tests.adapters.github.on_forge.greeter import HEAD, MAIN, REPO

LOWER = Branch("lower")


def test_parts_are_opened_and_linked_once(
    forge: Forge, make: Callable[[], GitHubApp], repo: Repo, issue: int
):
    """However often it is asked, after restarts and though answers got lost; an issue of somebody
    else and a pull request with the same marker are none of these, and what GitHub refuses is told.
    """
    forge.open_issue(REPO, "tim", "Not ours", "<!-- part 1 -->")
    forge.push(REPO, "greenlit[bot]", HEAD, {"new.txt": "1\n"}, "New.")
    forge.open_pull(REPO, "greenlit[bot]", HEAD, "Not an issue", body="<!-- part 1 -->")
    forge.faults.add("POST", "/issues$", "502-after")
    forge.faults.add("POST", "/sub_issues$", "cut-after")
    forge.faults.add("POST", "/blocked_by$", "502-after")
    numbers = []
    for _ in range(2):
        github = make().sub_issues
        parts = [github.open_issue(repo, f"part {name}", "Greet", "Text.") for name in "12"]
        numbers.append([part.number for part in parts])
        first, second = numbers[-1]
        links = [github.add_sub_issue(repo, issue, number) for number in (first, second)]
        links.append(github.add_blocker(repo, second, first))

    repository = forge.state.find_repository(REPO)
    assert [4, 5] == numbers[0] == numbers[1]
    assert {1, 2, 3, 4, 5} == set(repository.issues)
    assert "<!-- part 2 -->\nText." == repository.issues[5].body
    assert ("greenlit[bot]", f"{forge.state.web}/{REPO}/issues/5") == (
        repository.issues[5].author,
        parts[1].url,
    )
    assert ({issue: [4, 5]}, {5: [4]}) == (repository.sub_issues, repository.blockers)
    assert [True, True, True] == links
    assert 3 == forge.faults.count_fired()

    assert not github.add_sub_issue(repo, 2, first)  # it has its parent
    repository.has_sub_issues = False
    assert [False, False] == [
        github.add_sub_issue(repo, issue, second),
        github.add_blocker(repo, second, first),
    ]


def test_base_of_a_pull_request_is_changed(
    forge: Forge, github: GitHubApp, repo: Repo, keys: AppKeys
):
    """To another branch, once; of one that was closed meanwhile it stays."""
    forge.push(REPO, "ada", LOWER, {"lower.txt": "1\n"}, "Lower.")
    forge.push(REPO, "ada", HEAD, {"upper.txt": "2\n"}, "Upper.")
    content = PullRequestContent("Greet", "Text.", draft=False)
    number = github.pulls.open_pull(repo, HEAD, LOWER, content).number
    changes = [github.pulls.change_base(repo, number, MAIN) for _ in range(2)]
    forge.close_pull(REPO, number, "ada")

    assert [True, True] == changes
    assert not github.pulls.change_base(repo, number, LOWER)
    assert "main" == forge.find_pull(REPO, number).base
    assert 1 == sum((verb, status) == ("PATCH", 200) for verb, _, status in forge.list_requests())
