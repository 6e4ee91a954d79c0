"""What CI will do with a branch, read from the workflows of the base."""

from typing import Final

import pytest

from bot.steps.fetch_checks import fetch_checks
from bot.steps.predict_ci import predict_ci
from bot.values import Branch, ExpectedCi, Patch

BRANCH = Branch("greenlit/7-greet-softly")
JOBS = "\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - run: 'true'\n"
PUSH: Final = "on push"
PULL: Final = "on pull request"
NEVER: Final = "never"


@pytest.fixture(scope="module")
def bare(town):
    """A repository for all tests that only lay other workflows over it."""
    place = town.place("acme/bare", {"a.txt": "a\n"})
    return place, place.tree()


def laid(bare, files):
    """What is expected where the base has these files too."""
    place, tree = bare
    return predict_ci(place.ports, place.ports.mirrors.overlay(tree, Patch(files)), BRANCH)


def expected(place):
    return predict_ci(place.ports, place.tree(), BRANCH)


def workflows(*texts):
    return {
        f".github/workflows/w{number}.yml": text + JOBS for number, text in enumerate(texts)
    } | {"a.txt": "a\n"}


def push(filters):
    return f"on: {{push: {{{filters}}}}}"


@pytest.mark.parametrize(
    ("on", "starts"),
    [
        ("on: push", PUSH),
        ("on: [push, pull_request]", PUSH),
        ("on:\n  push:\n", PUSH),
        ("on: {push: {}}", PUSH),
        ("'on': push", PUSH),
        ('"on":\n  - push', PUSH),
        ("on: pull_request", PULL),
        ("on: {pull_request: {}}", PULL),
        ("on: pull_request_target", PULL),
        ("on: {push: {branches: [main]}, pull_request: {}}", PULL),
        ("on: workflow_dispatch", NEVER),
        ("on: {workflow_call: {inputs: {x: {type: string}}}}", NEVER),
        ("on: {schedule: [{cron: '0 0 * * *'}]}", NEVER),
        ("on: [issues, release]", NEVER),
        ("on: {workflow_run: {workflows: [CI]}}", NEVER),
        ("name: no events", NEVER),
        ("on:", NEVER),
    ],
)
def test_events_decide(bare, on, starts):
    """A text, a list or a mapping; YAML 1.1 reads a bare `on` as true."""
    assert starts == laid(bare, workflows(on)).starts


@pytest.mark.parametrize(
    ("filters", "starts"),
    [
        ("branches: ['**']", True),
        ("branches: ['*']", False),
        ("branches: ['*/*']", True),
        ("branches: ['*/*/*']", False),
        ("branches: '**'", True),
        ("branches: ['greenlit/**']", True),
        ("branches: ['greenlit/*']", True),
        ("branches: ['greenlit/*-softly']", True),
        ("branches: ['greenlit*']", False),
        ("branches: ['green**']", True),
        ("branches: ['**softly']", True),
        ("branches: ['greenlit/[0-9]-**']", True),
        ("branches: ['greenlit/[0-9]+-**']", True),
        ("branches: ['[a-z]+/**']", True),
        ("branches: ['greenlitt?/**']", True),
        ("branches: ['greenlit?/**']", True),
        ("branches: ['greenli?/**']", False),
        ("branches: ['greenlit/7.greet**']", False),
        ("branches: [main, 'release/**']", False),
        ("branches: ['**', '!greenlit/**']", False),
        ("branches: ['!greenlit/**', '**']", True),
        ("branches: ['**', '!greenlit/**', 'greenlit/7*']", True),
        ("branches: ['!main']", False),
        ("branches: []", False),
        ("branches-ignore: [main]", True),
        ("branches-ignore: ['greenlit/**']", False),
        ("branches-ignore: ['*']", True),
        ("tags: ['v*']", False),
        ("tags-ignore: ['v*']", False),
        ("tags: ['v*'], branches: ['**']", True),
        ("paths: ['docs/**']", True),
        ("paths-ignore: ['docs/**']", True),
        ("paths: ['docs/**'], branches: [main]", False),
    ],
)
def test_filters_of_a_push_are_githubs(bare, filters, starts):
    """`*` does not cross a slash, `**` does, `?` and `+` count the character before, `!` takes
    back, order counts.
    """
    assert (PUSH if starts else NEVER) == laid(bare, workflows(push(filters))).starts


@pytest.mark.parametrize(
    ("filters", "starts"),
    [
        ("branches: [main]", True),
        ("branches: [develop]", False),
        ("branches: ['greenlit/**']", False),
        ("branches-ignore: [main]", False),
        ("types: [opened, synchronize, labeled]", True),
        ("types: opened", True),
        ("types: [closed]", False),
        ("types: [labeled, unlabeled]", False),
        ("types: [ready_for_review]", False),
    ],
)
@pytest.mark.parametrize("event", ["pull_request", "pull_request_target"])
def test_filters_of_a_pull_request_are_of_its_base(bare, event, filters, starts):
    """And of its types: what only runs when one is closed, labelled or made ready says nothing of a
    new draft.
    """
    assert (PULL if starts else NEVER) == laid(
        bare, workflows(f"on: {{{event}: {{{filters}}}}}")
    ).starts


@pytest.mark.parametrize(
    ("texts", "ci"),
    [
        (["on: push", "on: push", "on: pull_request"], ExpectedCi(PULL, 3)),
        (["on: [push, pull_request]"], ExpectedCi(PUSH, 1)),
        (["on: pull_request", "on: [pull_request, pull_request_target]"], ExpectedCi(PULL, 3)),
        ([push("branches: [main]"), "on: workflow_call"], ExpectedCi(NEVER)),
        ([push("branches: [main]"), "on: push"], ExpectedCi(PUSH, 1)),
    ],
)
def test_workflows_are_counted(bare, texts, ci):
    """As many must speak before the first green one is believed."""
    assert ci == laid(bare, workflows(*texts))


@pytest.mark.parametrize(
    "files",
    [
        {},
        {".github/workflows/readme.md": "on: push"},
        {".github/workflows/old/ci.yml": "on: push" + JOBS},
        {"workflows/ci.yml": "on: push" + JOBS},
        {".github/ci.yml": "on: push" + JOBS},
    ],
)
def test_only_the_folders_own_yaml_files_are_workflows(bare, files):
    """GitHub reads no deeper and nothing else."""
    assert ExpectedCi(NEVER) == laid(bare, files)


@pytest.mark.parametrize(
    "text",
    [
        b"on: [push\n",
        b"\xff\xfe\x00",
        b"- a\n- b\n",
        b"",
        b"on: 7\n",
        b"on: push\nsince: 2026-99-99\n",
        b"[" * 400,
        b"on: push\nx: &a [1]\ny: *b\n",
        b"on: push\n? {a: b}\n: c\n",
    ],
)
def test_what_cannot_be_read_stops_nothing(bare, text):
    """Neither a broken workflow nor one made to break a parser; the one beside it counts."""
    place, _ = bare
    place.lay(
        {
            ".github/workflows/bad.yml": text,
            ".github/workflows/good.yml": b"on: pull_request" + JOBS.encode(),
        }
    )

    assert PULL == expected(place).starts


def test_a_workflow_that_is_a_symlink_is_not_followed(place):
    """It is not a file of this commit."""
    place.lay(
        {"120000:.github/workflows/ci.yml": b"../../ci.yml", "ci.yml": b"on: push" + JOBS.encode()}
    )

    assert ExpectedCi(NEVER) == expected(place)


def test_other_systems_are_known_by_what_they_said_of_the_base(place):
    """Without workflows, commit statuses on the base promise statuses on the branch."""
    place.forge.set_status(place.repo.name, place.tree().sha, "ci/elsewhere", "success")

    assert ExpectedCi(PUSH, 0, ("ci/elsewhere",)) == expected(place)


def test_workflows_that_only_run_on_the_base_promise_nothing(build):
    """They spoke of the base, and will not speak of our branch: waiting for them would be in vain."""
    place = build(workflows(push("branches: [main]")))
    place.checked({"a.txt": "b\n"})

    assert ExpectedCi(NEVER) == expected(place)


def test_other_systems_are_waited_for_beside_workflows(build):
    """Whoever spoke of the base is named, so that the first green word is not taken for the last."""
    place = build(workflows("on: push"))
    place.forge.set_status(place.repo.name, place.tree().sha, "ci/elsewhere", "success")

    assert ExpectedCi(PUSH, 1, ("ci/elsewhere",)) == expected(place)


def test_a_look_at_checks_tells_when_it_was(place):
    """So that a story can wait by the record's time and not by its own."""
    tree = place.tree()
    before = place.ports.clock.now().timestamp()
    seen = fetch_checks(place.ports, place.repo, tree.sha)

    assert seen.checks.is_silent
    assert before <= seen.at <= place.ports.clock.now().timestamp()
