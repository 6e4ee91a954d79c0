"""What Prometheus reads of a process."""

from bot.adapters.prometheus.prometheus_metrics import PrometheusMetrics
from bot.values import DayLimit, DiskUse, ProcessLoad, QueueLength, RequestBudget, Usage
from tests.metric_samples import samples

IDLE = ProcessLoad(live_runs=0, slots_held=0, slots=4)
NOW = 1_800_000_000.0
SOON = NOW + 600


def read(metrics, load=IDLE, parts=None, now=NOW):
    """What a monitor reads now."""
    return samples(metrics.render(load, parts or {}, now))


def test_what_was_counted_is_read():
    """Deliveries, ends, steps, tries and turns."""
    metrics = PrometheusMetrics()
    metrics.count_delivery("issues", 202)
    metrics.count_delivery("issues", 202)
    metrics.count_end("solve_issue", "opened")
    metrics.time_step("push", 2.0)
    metrics.count_retry("GitHub")
    metrics.count_retry("")
    metrics.count_ci_query("answered")
    metrics.count_turn(Usage(0.25, 1, 2, 3, 4))
    read_now = read(metrics)

    assert 2 == read_now['greenlit_deliveries_total{answer="202",event="issues"}']
    assert 1 == read_now['greenlit_runs_ended_total{outcome="opened",story="solve_issue"}']
    assert (1, 2.0) == (
        read_now['greenlit_step_seconds_count{step="push"}'],
        read_now['greenlit_step_seconds_sum{step="push"}'],
    )
    assert 1 == read_now['greenlit_step_retries_total{service="GitHub"}']
    assert 1 == read_now['greenlit_step_retries_total{service="this machine"}']
    assert 1 == read_now['greenlit_ci_queries_total{answer="answered"}']
    assert {"input": 1, "cache_write": 2, "cache_read": 3, "output": 4} == {
        kind: read_now[f'greenlit_model_tokens_total{{kind="{kind}"}}']
        for kind in ("input", "cache_write", "cache_read", "output")
    }
    assert 0.25 == read_now["greenlit_model_usd_total"]


def test_what_is_kept_is_read_by_kind():
    """With what the disk has free, what went, and the cap; nothing where nothing is kept."""
    metrics = PrometheusMetrics()
    assert not [name for name in read(metrics) if name.startswith("greenlit_disk")]
    metrics.keep_disk(
        DiskUse({"mirrors": 7, "logs": 2}, free_bytes=30, cap_bytes=50, reserve_bytes=3)
    )
    metrics.count_eviction("mirrors", 5)

    assert {
        'greenlit_disk_kept_bytes{kind="mirrors"}': 7,
        'greenlit_disk_kept_bytes{kind="logs"}': 2,
        "greenlit_disk_free_bytes": 30,
        "greenlit_disk_cap_bytes": 50,
        "greenlit_disk_reserve_bytes": 3,
        'greenlit_disk_evictions_total{kind="mirrors"}': 1,
        'greenlit_disk_evictions_total{kind="logs"}': 0,
        'greenlit_disk_evicted_bytes_total{kind="mirrors"}': 5,
        'greenlit_disk_evicted_bytes_total{kind="logs"}': 0,
    } == {name: value for name, value in read(metrics).items() if "disk" in name}


def test_a_first_failure_is_a_rise():
    """A series that begins with its first failure would show none."""
    assert (
        0
        == read(PrometheusMetrics(["merge"]))[
            'greenlit_runs_ended_total{outcome="failed",story="merge"}'
        ]
    )


def test_how_it_stands_is_read_at_each_moment():
    """Runs, slots, waits, the queue, the caps of a day and the parts."""
    caps = tuple(
        DayLimit("GREENLIT_X", 10.0, usd, "", repo)
        for usd, repo in ((9.0, ""), (2.0, "o/a"), (4.0, "o/b"))
    )
    load = ProcessLoad(7, 3, 4, {"ci": 2}, QueueLength(5, 61.5), caps, 2)
    read_now = read(PrometheusMetrics(), load, {"database": True, "disk": False})
    read_later = read(PrometheusMetrics(), IDLE)

    assert {
        "greenlit_runs_live": 7,
        "greenlit_slots_held": 3,
        "greenlit_slots": 4,
        'greenlit_runs_waiting{for="ci"}': 2,
        'greenlit_runs_waiting{for="slot"}': 0,
        "greenlit_ci_heads_watched": 2,
        "greenlit_queue_runs": 5,
        "greenlit_queue_oldest_seconds": 61.5,
        'greenlit_day_cap_used_ratio{cap="all"}': 0.9,
        'greenlit_day_cap_used_ratio{cap="repository"}': 0.4,
        'greenlit_part_works{part="database"}': 1,
        'greenlit_part_works{part="disk"}': 0,
    }.items() <= read_now.items()
    assert not any("o/" in name for name in read_now)
    assert "greenlit_queue_runs" not in read_later  # nobody knows


def test_the_least_budget_of_all_installations_counts():
    """Until it is made up: one that was filled again since says nothing of now."""
    metrics = PrometheusMetrics()
    metrics.keep_budget(1, RequestBudget("core", 4000, 5000, SOON))
    metrics.keep_budget(2, RequestBudget("core", 12, 12500, SOON - 300))
    metrics.keep_budget(2, RequestBudget("graphql", 5, 5000, SOON))
    metrics.keep_budget(2, RequestBudget("graphql", 4, 5000, SOON))

    def left(now, name="left"):
        return {
            resource: read(metrics, now=now).get(
                f'greenlit_github_requests_{name}{{resource="{resource}"}}'
            )
            for resource in ("core", "graphql")
        }

    assert {"core": 12, "graphql": 4} == left(NOW)
    assert {"core": 12500, "graphql": 5000} == left(NOW, "limit")
    assert {"core": 4000, "graphql": 4} == left(SOON - 200)
    assert {"core": None, "graphql": None} == left(SOON)
