"""What a day takes of each part, what GitHub allows, and what ends first."""

from __future__ import annotations

import math

from deploy.scaling.costs import Costs
from deploy.scaling.day import Day, simulate

KIB, MIB = 1024, 1024 * 1024
MANY = 1_000_000  # runs a day, at which nothing is rounded up to a whole any more


def list_needs(costs: Costs, day: Day) -> dict[str, float]:
    """List what the day takes of each part, by its title in the table."""
    workers = max(2, math.ceil(day.slots / costs.fleet.slots))  # one of which may be away
    doors = _count_doors(costs, day)
    return {
        "runs in the busiest hour": day.peak_an_hour,
        "slots": day.slots,
        "worker processes": workers,
        "door processes": doors,
        "runs that wait for CI": day.waiting,
        **_list_machine_needs(costs, day, workers + doors),
        **_list_database_needs(costs, day, workers + doors),
        **_list_service_needs(costs, day),
    }


def _count_doors(costs: Costs, day: Day) -> int:
    """Count the doors: two at least, so that one may be away. One is kept busy by one core."""
    return max(2, math.ceil(_count_door_cores(costs, day) / costs.fleet.busy_share))


def _count_door_cores(costs: Costs, day: Day) -> float:
    """Count the cores that take the webhooks in."""
    cpu_of_delivery_s = costs.run.door_cpu_s / costs.run.deliveries
    return _count_deliveries_s(costs, day) * cpu_of_delivery_s


def _count_deliveries_s(costs: Costs, day: Day) -> float:
    """Count the webhooks a second, of what others do in the repositories too."""
    return day.peak_a_second * (costs.run.deliveries + costs.fleet.other_deliveries)


def _list_machine_needs(costs: Costs, day: Day, processes: int) -> dict[str, float]:
    run, process, work, fleet = costs.run, costs.process, costs.work, costs.fleet
    runs_cpu = day.peak_a_second * run.worker_cpu_s
    cpu = runs_cpu + _count_door_cores(costs, day) + processes * process.rest_cpu_share
    checks_cpu = day.peak_a_second * work.sandbox_cpu_s * work.attempts_a_run
    memory_mib = processes * process.memory_mib + day.waiting * process.waiting_kib / KIB
    mirrors = fleet.mirror_copies * day.runs / fleet.runs_of_a_repository
    return {
        "cores for the bot": cpu / fleet.busy_share,
        "cores for the repositories' checks": checks_cpu / fleet.busy_share,
        "GB of memory for the bot": memory_mib / KIB,
        "GB of memory for the checks": day.slots * work.sandbox_mib / KIB,
        "GB of mirrors on all disks": mirrors * fleet.mirror_mib / KIB,
    }


def _list_database_needs(costs: Costs, day: Day, processes: int) -> dict[str, float]:
    run, process, fleet = costs.run, costs.process, costs.fleet
    at_rest = processes * process.rest_transactions_s
    a_day = day.runs * run.record_kib / MIB
    return {
        "database: transactions a second": day.peak_a_second * run.transactions + at_rest,
        "database: cores": day.peak_a_second * run.database_cpu_s / fleet.busy_share,
        "database: connections": processes * process.connections,
        "database: GB a day": a_day,
        "database: GB kept": a_day * fleet.keep_days,
        "database: GB of write-ahead log a day": day.runs * run.log_kib / MIB,
    }


def _list_service_needs(costs: Costs, day: Day) -> dict[str, float]:
    model, a_minute = costs.model, 60 * day.peak_a_second
    installations = day.peak_an_hour / count_runs_an_hour(costs)
    return {
        "GitHub: deliveries a second": _count_deliveries_s(costs, day),
        "GitHub: requests in the busiest hour": day.peak_an_hour * costs.run.requests,
        "GitHub: installations, at least": math.ceil(installations),
        "Claude: million input tokens a minute": a_minute * model.input_tokens / 1e6,
        "Claude: million output tokens a minute": a_minute * model.output_tokens / 1e6,
        "Claude: dollars a day": day.runs * model.usd,
    }


def list_installation_limits(costs: Costs) -> dict[str, float]:
    """List how many runs an hour one installation can have by each of GitHub's limits."""
    run, github = costs.run, costs.github
    pause_s = github.pause_between_writes_s
    return {
        f"{github.created_an_hour:,.0f} contents an hour": github.created_an_hour / run.created,
        f"{github.created_a_minute:,.0f} contents a minute": (
            60 * github.created_a_minute / run.created
        ),
        f"a write each {pause_s:g} s": 3600 / (pause_s * run.writes),
        f"{github.requests_an_hour:,.0f} requests an hour": github.requests_an_hour / run.requests,
        f"{github.most_requests_an_hour:,.0f} requests an hour": (
            github.most_requests_an_hour / run.requests
        ),
        f"{github.points_a_minute:,.0f} points a minute": 60 * github.points_a_minute / run.points,
        f"{github.graphql_points_an_hour:,.0f} points of GraphQL an hour": (
            github.graphql_points_an_hour / count_graphql_points(costs)
        ),
    }


def count_runs_an_hour(costs: Costs) -> float:
    """Count the runs that one installation can have in an hour."""
    return min(list_installation_limits(costs).values())


def count_graphql_points(costs: Costs) -> float:
    """Count what a run asks of GraphQL: its own requests, and its share of the looks at CI."""
    github, work = costs.github, costs.work
    looks_s = 1 / (github.look_each_s * github.heads_a_look) + 1 / github.own_look_each_s
    return costs.run.graphql_requests + work.attempts_a_run * work.ci_s * looks_s


def list_walls(costs: Costs) -> dict[str, float]:
    """List with how many runs a day each limit is reached, the lowest first."""
    day = simulate(costs, MANY)
    needs = list_needs(costs, day)
    github, fleet, model = costs.github, costs.fleet, costs.model
    read_s = github.deliveries_read_a_look / github.deliveries_looked_at_each_s
    million = "million {} tokens a minute of Claude"
    slots_s = day.peak_a_second * costs.run.slots_taken
    limits = (
        ("runs an hour of one installation of GitHub", count_runs_an_hour(costs), day.peak_an_hour),
        ("connections of one database", fleet.server_connections, needs["database: connections"]),
        (
            "transactions a second of one database",
            fleet.transactions_s,
            needs["database: transactions a second"],
        ),
        ("slots a second from the one line for them", fleet.slots_given_s, slots_s),
        (
            "deliveries a second among which lost ones are found",
            read_s,
            needs["GitHub: deliveries a second"],
        ),
        *(
            (million.format(kind), limit / 1e6, needs[f"Claude: million {kind} tokens a minute"])
            for kind, limit in (("input", model.input_limit), ("output", model.output_limit))
        ),
    )
    walls = {f"{limit:,.0f} {name}": MANY * limit / need for name, limit, need in limits}
    return dict(sorted(walls.items(), key=lambda wall: wall[1]))
