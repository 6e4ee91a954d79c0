"""Runs that wait for CI are watched together, and depend on that for nothing."""

import logging

import pytest

from bot.values import Caps
from tests.ci_waits import serve_waits

POLL_S = 0.5
QUICK = Caps(ci_poll_s=POLL_S, ci_grace_s=POLL_S)


@pytest.fixture
def scene(tmp_path, checked):
    """A repository with the App, and a CI of which no webhook tells."""
    with serve_waits(tmp_path, checked, POLL_S) as scene:
        scene.add_repository("acme/a")
        yield scene


def test_all_that_wait_are_asked_about_with_one_query(scene):
    """Four commits of two repositories; and what ended without a webhook ends its wait alone."""
    scene.add_repository("acme/b")
    keys = [scene.begin(name) for name in ("acme/a", "acme/b") for _ in range(2)]
    scene.wait_for_waits(4)
    scene.wait_for_queries(1)
    queries, requests = scene.metrics.queries.total(), scene.count_requests()
    scene.wait_for_queries(2)
    queries, requests = scene.metrics.queries.total() - queries, scene.count_requests() - requests
    scene.end_ci(keys[0])

    assert queries <= requests <= queries + 1  # the last may be under way
    assert "ended" == scene.find_outcome(keys[0]).text
    scene.wait_for_waits(3)
    assert {"answered"} == set(scene.metrics.queries)


def test_a_repository_without_the_app_blinds_nobody(scene, caplog):
    """The others are seen as ever, and its own run asks by itself until it is told."""
    scene.add_repository("acme/b")
    scene.add_repository("acme/gone")
    gone = scene.begin("acme/gone", QUICK)
    early = scene.begin("acme/a")
    scene.wait_for_waits(2)
    scene.wait_for_queries(1)
    scene.forge.uninstall(scene.installation, "acme/gone")
    late = scene.begin("acme/b")
    scene.wait_for_queries(2)
    for key in (early, late):
        scene.end_ci(key)

    assert ["ended", "ended"] == [scene.find_outcome(key).text for key in (early, late)]
    assert scene.find_outcome(gone).state in ("refused", "stopped")
    assert "not watched" not in caplog.text


def test_on_a_shared_record_each_process_watches_for_its_own_runs(tmp_path, checked, database_url):
    """The signal reaches the run as any other does there."""
    with serve_waits(tmp_path, checked, POLL_S, database_url=database_url) as scene:
        scene.add_repository("acme/a")
        key = scene.begin("acme/a")
        scene.wait_for_waits(1)
        scene.end_ci(key)

        assert "ended" == scene.find_outcome(key).text


def test_ci_that_never_begins_ends_as_silent(scene):
    """The run itself asks when its grace is over: nobody can see that nothing happens."""
    assert "silent" == scene.find_outcome(scene.begin("acme/a", QUICK, silent=True)).text


def test_a_github_that_fails_is_told_once(scene, caplog):
    """Nothing is asked again at once, and the end of it is told as well."""
    caplog.set_level(logging.INFO, "greenlit")
    key = scene.begin("acme/a")
    scene.wait_for_waits(1)
    scene.forge.faults.add("POST", "/graphql", "500", times=3)
    scene.wait_for_queries(3)
    scene.end_ci(key)
    outcome = scene.find_outcome(key)

    assert "ended" == outcome.text
    assert 1 == caplog.text.count("CI is not watched for installation")
