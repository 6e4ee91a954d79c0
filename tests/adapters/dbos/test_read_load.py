"""What is counted of runs, and what a process tells a monitor of its load."""

import time

import psycopg
import pytest

from bot.adapters.dbos.read_load import measure_queue
from bot.adapters.dbos.record import open_record
from bot.adapters.dbos.slots import Slots
from bot.adapters.prometheus.prometheus_metrics import PrometheusMetrics
from bot.values import ProcessLoad, QueueLength
from tests.adapters.dbos import engine_stories as stories
from tests.adapters.dbos.engine_stage import (
    durable,
    ended,
    eventually,
    parked,
    start,
    tell,
)
from tests.metric_samples import samples

IDLE = ProcessLoad(0, 0, 4)


def launched(home, metrics, **options):
    """An engine that counts there."""
    engine = durable(home, metrics=metrics, **options)
    engine.launch()
    return engine


def counted(metrics):
    """What was counted of steps, tries and ends."""
    names = ("greenlit_step_seconds_count", "greenlit_step_retries", "greenlit_runs_ended_total")
    read = samples(metrics.render(IDLE, {}, time.time()))
    return {name: value for name, value in read.items() if name.startswith(names)}


def test_steps_tries_and_ends_are_counted(tmp_path, diary):
    """Each try of a step took its time."""
    metrics = PrometheusMetrics()
    engine = launched(tmp_path / "home", metrics)
    ended(engine, start(engine, stories.faltering, diary, times=1))
    engine.close()

    assert {
        'greenlit_step_seconds_count{step="falter"}': 2,
        'greenlit_step_retries_total{service="GitHub"}': 1,
        'greenlit_runs_ended_total{outcome="done",story="faltering"}': 1,
    } == counted(metrics)


def test_a_replay_counts_nothing(tmp_path, diary):
    """What the process before this one did is not done again."""
    first = launched(tmp_path / "home", PrometheusMetrics())
    start(first, stories.listen, diary, subject="o/r#7", seconds=600)
    parked(first, "o/r#7/1")
    first.close()
    metrics = PrometheusMetrics()
    second = launched(tmp_path / "home", metrics)
    parked(second, "o/r#7/1")
    eventually(lambda: second.read_load().waits, {"other": 1})
    tell(second, "o/r#7", "go")
    ended(second, "o/r#7/1")
    second.close()

    assert {
        'greenlit_step_seconds_count{step="mark"}': 1,
        'greenlit_runs_ended_total{outcome="done",story="listen"}': 1,
    } == counted(metrics)


def test_the_load_is_that_of_the_moment(tmp_path, diary):
    """One run works, and another waits for its slot."""
    engine = launched(tmp_path / "home", PrometheusMetrics(), slots=1)
    for key in "ab":
        start(engine, stories.slotted, diary, key=key, seconds=0.3)
    eventually(lambda: engine.read_load().waits, {"slot": 1}, 20)
    load = engine.read_load()
    for key in "ab":
        ended(engine, key)
    engine_load = engine.read_load()
    engine.close()

    assert (2, 1, 1, 1) == (load.live_runs, load.slots_held, load.slots, load.queue.runs)
    assert 0 < load.queue.oldest_s < 20
    assert ProcessLoad(0, 0, 1, {}, QueueLength()) == engine_load


def test_live_runs_are_listed_from_the_record_and_the_process(tmp_path, diary):
    """One that waits for days lives; one that has not come back after a start lives, too."""
    engine = launched(tmp_path / "home", PrometheusMetrics())
    start(engine, stories.listen, diary, subject="o/r#7", seconds=600)
    parked(engine, "o/r#7/1")
    assert {"o/r#7/1"} == engine.list_live_runs()
    engine.close()
    assert {"o/r#7/1"} == engine.list_live_runs()


def test_a_record_that_is_away_is_not_asked(engine):
    """The numbers of this process are told all the same."""
    assert ProcessLoad(0, 0, 4) == engine.read_load(with_record=False)


@pytest.mark.served
def test_the_queue_of_a_shared_record_is_that_of_all(tmp_path, database_url):
    """What no process took yet, and what waits in line in another one, by the database's clock."""
    record = open_record(tmp_path, database_url)
    empty = measure_queue(record, Slots(1, 1))
    with psycopg.connect(database_url, autocommit=True) as database:
        database.execute(
            """
            insert into dbos.workflow_status (workflow_uuid, status, updated_at)
            values ('a', 'ENQUEUED', (extract(epoch from clock_timestamp()) - 100) * 1000),
              ('b', 'PENDING', 1), ('c', 'SUCCESS', 1)
            """
        )
        database.execute(
            """
            insert into greenlit.slots (run, worker, owner, repo, asked_at, entered_at, granted_at)
            values ('b', 'x', 'o', 'o/r', '', clock_timestamp() - interval '300 s', null),
              ('d', 'x', 'o', 'o/r', '', clock_timestamp() - interval '900 s', clock_timestamp())
            """
        )
    queue = measure_queue(record, Slots(1, 1))

    assert QueueLength() == empty
    assert (2, 300) == (queue.runs, round(queue.oldest_s, -1))
    assert measure_queue(open_record(tmp_path, database_url + "x"), Slots(1, 1)) is None
