"""Whether a pull request is to blame for a red CI, against where its branch left the base."""

from __future__ import annotations

from bot.forge import StatusDetails
from bot.steps.judge_pull import judge_pull
from bot.values import Branch, PullDetails, Sha


def test_a_pull_request_is_judged_against_where_its_branch_left_the_base(place):
    """What CI said there is told; what the base has become since only shows what was red there."""
    repo = place.repo

    def push(branch, state="", words=""):
        sha = Sha(place.forge.push(repo.name, "ada", branch, {f"{branch}.txt": words}, "Change"))
        if state:
            place.forge.set_status(repo.name, sha, "jenkins", state, StatusDetails(words))
        return sha

    def judge(sha, base_sha):
        names = ("https://x", "Greet", "", "ada", Branch("main"), base_sha, Branch("topic"), sha)
        details = PullDetails(9, *names, repo.name, is_fork=False)
        verdict = judge_pull(place.ports, repo, details, place.ports.ci.fetch_checks(repo, sha))
        return verdict.kind, verdict.why

    silent = push("main")
    early = push("early", "failure", "TypeError in greet")
    of_silent_base = judge(early, silent)
    green = push("main", "success", "All is well")
    topic = push("topic", "failure", "TypeError in greet")
    of_green_base = judge(topic, green)
    broken = push("main", "failure", "TypeError in greet")
    of_broken_tip = judge(topic, broken)
    late = push("late", "failure", "KeyError in greet")

    assert ("ours", "CI says nothing of `main` where this branch left it") == of_silent_base
    assert ("ours", "`main` was green where this branch left it") == of_green_base
    assert ("already red", "") == of_broken_tip
    assert ("ours", "`main` was red where this branch left it, but not in this way") == judge(
        late, broken
    )
