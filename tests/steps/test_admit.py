"""Who may ask, what stands in the way, and whether the work is still wanted."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from bot.adapters.dbos.day_spending import DayCaps, DaySpending
from bot.adapters.dbos.record import open_record
from bot.forge.review_records import NewThread, ThreadPlace
from bot.ports import NoSandbox, Refusal
from bot.steps.admit import (
    LOST_ACCESS,
    LabelReading,
    acknowledge,
    compute_caps,
    find_obstacle,
    find_stop_reason,
    is_authorized,
    is_mentioned,
    load_repo_config,
    read_label,
)
from bot.steps.checkout import checkout
from bot.values import (
    Caps,
    Issue,
    PullRequestContent,
    Repo,
    RepoConfig,
    RepoInfo,
    SandboxState,
)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("ada", True),
        ("mel", True),
        ("wes", True),
        ("tim", False),
        ("eve", False),
        ("nan", False),
        ("nobody-knows", False),
        ("greenlit[bot]", False),
        ("dependabot[bot]", False),
        ("ghost", False),
    ],
)
@pytest.mark.parametrize("label", ["autogen", ""])
def test_only_who_may_write_may_ask(place, who, may, label):
    """By label or by command alike: admin, maintain and write. Triage can add labels, so the label
    proves nothing.
    """
    assert may is is_authorized(place.ports, place.asking(place.issue(), by=who, label=label))


def test_in_an_empty_repository_it_is_said_what_to_do(town):
    """Nothing can be built on no commit; once there is one, the same request goes on."""
    place = town.place("octo/empty", {})
    request = place.asking(place.issue())
    config = load_repo_config(place.ports, request)
    feasible = find_obstacle(place.ports, request)
    with pytest.raises(Refusal) as refused:
        checkout(place.ports, request)
    place.lay({"README.md": b"# Empty\n"})

    assert ("autogen", "", "main") == (
        config.label,
        feasible.obstacle,
        feasible.default_branch,
    )
    assert str(refused.value).startswith("octo/empty is empty: it needs a first commit")
    assert "Add a README there and ask again" in str(refused.value)
    assert "main" == checkout(place.ports, request).branch


def test_the_answer_is_of_this_moment(place):
    """Who loses access may not ask any more; nothing is remembered."""
    asking = place.asking(place.issue(), by="wes")
    before = is_authorized(place.ports, asking)
    place.forge.set_permission(place.repo.name, "wes", "read")

    assert (True, False) == (before, is_authorized(place.ports, asking))


def lock(place, issue):
    place.forge.lock_issue(place.repo.name, issue, "ada")


def close(place, issue):
    place.forge.close_issue(place.repo.name, issue, "ada")


def delete(place, issue):
    place.forge.delete_issue(place.repo.name, issue, "ada")


def archive(place, _):
    place.forge.archive_repository(place.repo.name)


def nothing(_place, _issue):
    pass


@pytest.mark.parametrize(
    ("act", "word"),
    [(nothing, ""), (archive, "archived"), (lock, "locked"), (close, "closed"), (delete, "gone")],
)
def test_an_obstacle_is_named(place, act, word):
    """Each has its reason, and each reason says what would help where something would."""
    issue = place.issue()
    asking = place.asking(issue)
    act(place, issue)
    told = find_obstacle(place.ports, asking).obstacle

    assert word in told
    assert bool(word) is bool(told)


def test_a_pull_request_is_no_issue(place):
    """GitHub counts pull requests as issues; commands there are answered with where to go."""
    place.forge.push(place.repo.name, "ada", "topic", {"README.md": "# Topic\n"}, "Topic")
    pull = place.ports.pulls.open_pull(
        place.repo, "topic", "main", PullRequestContent("Topic", "", draft=False)
    )

    assert "pull request" in find_obstacle(place.ports, place.asking(pull.number)).obstacle


@pytest.mark.parametrize(
    ("act", "word"),
    [(nothing, ""), (close, "closed"), (delete, "deleted"), (lock, ""), (archive, "")],
)
def test_the_work_is_wanted_while_the_issue_is_open(place, act, word):
    """Asked by a command: closing or deleting the issue ends it; locking a discussion does not."""
    issue = place.issue()
    asking = place.asking(issue)
    act(place, issue)

    assert word in find_stop_reason(place.ports, asking)
    assert bool(word) is bool(find_stop_reason(place.ports, asking))


def test_taking_the_label_away_ends_what_the_label_began(place):
    """But not what a command began."""
    issue = place.issue()
    place.forge.add_label(place.repo.name, issue, "autogen", "ada")
    by_label, by_command = place.asking(issue, label="autogen"), place.asking(issue)
    before = find_stop_reason(place.ports, by_label)
    place.forge.remove_label(place.repo.name, issue, "autogen", "ada")

    assert ("", "") == (before, find_stop_reason(place.ports, by_command))
    assert "`autogen` was removed" in find_stop_reason(place.ports, by_label)


def test_an_odd_label_that_was_taken_away_calls_nobody(place):
    """Its name stays one piece of code in the sentence."""
    why = find_stop_reason(place.ports, place.asking(place.issue(), label="a`@eve"))

    assert "the label `a'@eve` was removed" == why


def test_an_asking_is_acknowledged_where_it_was_made(place):
    """Eyes on the comment that asked, else on the issue; once, however often it is tried."""
    issue = place.issue()
    comment = place.comment(issue, "ada", "/generate")
    for _ in range(2):
        acknowledge(place.ports, place.asking(issue, comment=comment))
        acknowledge(place.ports, place.asking(issue))

    for where in (comment, None):
        assert ["eyes"] == [
            one.content for one in place.forge.list_reactions(place.repo.name, issue, where)
        ]


@pytest.mark.parametrize("act", [lock, delete])
def test_the_reaction_is_a_courtesy(place, act):
    """Where none can be left the run goes on to say why it cannot work."""
    issue = place.issue()
    asking = place.asking(issue)
    act(place, issue)

    acknowledge(place.ports, asking)

    assert [] == place.forge.list_reactions(place.repo.name, issue)


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [("@greenlit", True), ("@greenlit-staging", False), ("@ada", False), ("greenlit", False)],
)
def test_the_bot_knows_its_own_name(place, name, is_ours):
    """It is the App's slug on GitHub, whatever whoever runs the bot has named it."""
    asking = place.asking(place.issue(), command=name)

    assert is_ours is is_mentioned(place.ports, asking)


def test_the_rules_are_those_of_the_default_branch(build):
    """A branch's own configuration says nothing; without one all is as usual."""
    place = build({".github/greenlit.yml": "label: robot\n"})
    place.forge.push(
        place.repo.name, "ada", "topic", {".github/greenlit.yml": "label: mine\n"}, "Mine"
    )

    assert "robot" == load_repo_config(place.ports, place.asking(1)).label
    assert RepoConfig(ci_secrets="ask") == load_repo_config(
        place.ports, replace(place.asking(1), repo=build().repo)
    )


def test_a_mistake_in_the_rules_refuses_with_its_line(build):
    """The text is what the asker reads."""
    place = build({".github/greenlit.yml": "label: a\nattemps: 2\n"})

    with pytest.raises(Refusal, match=r"line 2.*Did you mean `attempts`"):
        load_repo_config(place.ports, place.asking(1))


def test_what_was_read_at_the_admission_is_not_asked_again(build):
    """The label comes with the whole configuration, and the issue with the default branch."""
    place = build({".github/greenlit.yml": "label: robot\nattempts: 2\n"})
    request = place.asking(place.issue())
    reading = read_label(place.ports, place.repo)
    branch = find_obstacle(place.ports, request).default_branch
    admitted = replace(request, config=reading.config, default_branch=branch)
    tree = checkout(place.ports, request)
    before = len(place.forge.list_requests())
    config, again = load_repo_config(place.ports, admitted), checkout(place.ports, admitted)
    asked = [path for _, path, _ in place.forge.list_requests()[before:] if "/api/" in path]

    assert ("robot", 2) == (reading.label, config.attempts)
    assert tree == again
    assert [] == asked


def test_label_of_a_configuration_with_a_mistake_comes_alone(build):
    """The run reads the file itself then, and says what is wrong with it."""
    place = build({".github/greenlit.yml": "label: robot\nattemps: 2\n"})

    assert LabelReading("robot") == read_label(place.ports, place.repo)


@pytest.mark.parametrize(
    ("config", "usd", "minutes", "attempts"),
    [
        (RepoConfig(), 5.0, 60, 3),
        (RepoConfig(budget_usd=1.5, minutes=10, attempts=1), 1.5, 10, 1),
        (RepoConfig(budget_usd=50.0, minutes=600, attempts=9), 5.0, 60, 3),
    ],
)
def test_a_repository_may_ask_for_less_than_the_operator_allows(
    place, config, usd, minutes, attempts
):
    """Never for more."""
    assert Caps(usd=usd, minutes=minutes, attempts=attempts) == compute_caps(place.ports, config)


def test_a_repository_that_is_gone_refuses_in_words(place):
    """Deleted, or the App was taken from it: no bug, but a reason."""
    asking = replace(place.asking(place.issue()), repo=Repo("acme/gone", place.repo.installation))

    with pytest.raises(Refusal):
        find_obstacle(place.ports, asking)


@pytest.mark.parametrize(
    ("config", "rabbit", "sonar"),
    [
        ('reviewers: ["coderabbitai[bot]"]\n', True, False),
        ('reviewers: ["coderabbitai[bot]"]\nlable: x\n', False, False),
        ("label: x\n", False, False),
    ],
)
def test_only_a_bot_that_the_repository_names_may_ask(build, config, rabbit, sonar):
    """By its whole name, and by a configuration without a mistake."""
    place = build({".github/greenlit.yml": config})
    may_ask = [
        is_authorized(place.ports, place.asking(1, by=login))
        for login in ("coderabbitai[bot]", "sonar[bot]")
    ]

    assert [rabbit, sonar] == may_ask


@dataclass(frozen=True)
class MovedIssues:
    """GitHub's answer for an issue that is in another repository now, with this number."""

    def fetch_issue(self, _repo, number):
        return Issue(number, "T", "B", "ada", open=False, moved_to="acme/other#9")


def test_a_transferred_issue_is_told_by_its_new_place(place):
    """It is closed here too, which would be the wrong thing to mend."""
    ports = replace(place.ports, issues=MovedIssues())
    request = place.asking(1)

    assert (
        "This issue was transferred to acme/other#9. Ask there."
        == find_obstacle(ports, request).obstacle
    )
    assert "the issue was transferred to acme/other#9" == find_stop_reason(ports, request)


class ClosedIssues:
    """An issue that somebody closed in this way."""

    def __init__(self, **how):
        self.how = how

    def fetch_issue(self, _repo, number):
        return Issue(number, "T", "B", "ada", open=False, **self.how)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({}, "the issue was closed"),
        ({"closed_as": "completed"}, "the issue was closed"),
        ({"closed_as": "not_planned"}, "the issue was closed as not planned"),
        ({"closed_as": "duplicate"}, "the issue was closed as a duplicate"),
        ({"locked": True}, "the issue was closed and locked"),
    ],
)
def test_how_an_issue_was_closed_is_told(place, how, why):
    """One that becomes a discussion is locked, too."""
    ports = replace(place.ports, issues=ClosedIssues(**how))

    assert why == find_stop_reason(ports, place.asking(1))


class DisabledRepository:
    """A repository that GitHub closed."""

    def fetch_info(self, _repo):
        return RepoInfo("main", disabled=True)


def test_a_disabled_repository_is_told(place):
    """It is neither archived nor gone."""
    ports = replace(place.ports, repositories=DisabledRepository())

    assert "disabled this repository" in find_obstacle(ports, place.asking(1)).obstacle


class FixedClock:
    """Noon of a day."""

    def now(self):
        return datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("spent_usd", "begins"), [(0.0, True), (4.9, True), (4.91, False), (7.0, False)]
)
def test_no_run_begins_when_a_day_has_no_dollars_left(place, tmp_path, spent_usd, begins):
    """Ten cents buy a turn; less does not. A refactoring asks no model, so it needs none."""
    spending = DaySpending(open_record(tmp_path), DayCaps(all_usd=5.0), FixedClock())
    spending.add(place.repo, spent_usd)
    ports, asked = replace(place.ports, spending=spending), place.asking(place.issue())
    found = find_obstacle(ports, asked)

    assert "" == find_obstacle(ports, replace(asked, command="refactor")).obstacle

    assert (begins, begins) == (found.obstacle == "", found.default_branch == "main")
    assert begins or ("is used up" in found.obstacle and "`/retry`" in found.obstacle)


def test_who_lost_write_access_is_not_worked_for(place):
    """Asked where somebody is about to act; what happened to the issue is told first."""
    issue = place.issue()
    by_eve, by_ada = place.asking(issue, by="eve"), place.asking(issue)
    reasons = [
        find_stop_reason(place.ports, by_eve),
        find_stop_reason(place.ports, by_eve, check_access=True),
        find_stop_reason(place.ports, by_ada, check_access=True),
    ]
    close(place, issue)

    assert ["", LOST_ACCESS, ""] == reasons
    assert "the issue was closed" == find_stop_reason(place.ports, by_eve, check_access=True)


def test_a_reaction_is_left_where_github_takes_one(place):
    """On the comment of a thread; none for a review, nor where nobody asked."""
    repo = place.repo.name
    place.forge.push(repo, "ada", "topic", {"README.md": "# Topic\n"}, "Topic")
    number = place.forge.open_pull(repo, "ada", "topic", "Topic")
    threads = [NewThread(ThreadPlace("README.md", 1), "/generate it")]
    review = place.forge.submit_review(repo, number, "ada", "COMMENT", "", threads)
    (comment,) = place.forge.list_review_comments(repo, number)
    before = len(place.forge.list_requests())
    for request in (
        place.asking(number, cause="CI turned red"),
        place.asking(number, review=review),
    ):
        acknowledge(place.ports, request)
    untouched = place.forge.list_requests()[before:]
    acknowledge(place.ports, place.asking(number, comment=comment.id, in_thread=True))
    sent = [(verb, path) for verb, path, _ in place.forge.list_requests()[before:]]

    assert [] == untouched
    assert ("POST", f"/api/v3/repos/{repo}/pulls/comments/{comment.id}/reactions") in sent
    assert [] == place.forge.list_reactions(repo, number)


class LandlockHere(NoSandbox):
    """A machine whose sandbox is of the tier landlock."""

    def describe(self):
        return SandboxState("landlock")


@pytest.mark.parametrize(("sandbox", "tier"), [(True, "landlock"), (False, "none")])
def test_code_runs_only_where_the_repository_lets_it(place, sandbox, tier):
    """The tier is the machine's, and none is used where the configuration says so."""
    ports = replace(place.ports, sandbox=LandlockHere())

    assert tier == compute_caps(ports, RepoConfig(sandbox=sandbox)).sandbox
