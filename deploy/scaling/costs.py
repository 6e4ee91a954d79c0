"""What the tables are computed from, as it stands in costs.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class RunCosts:
    """What one run takes of each part, without the repository's own checks."""

    worker_cpu_s: float
    door_cpu_s: float
    database_cpu_s: float
    transactions: float
    record_kib: float
    log_kib: float
    reads: float
    writes: float
    created: float
    graphql_requests: float
    deliveries: float
    slots_taken: float

    @property
    def requests(self) -> float:
        """How many requests to GitHub's REST API count by the hour."""
        return self.reads + self.writes

    @property
    def points(self) -> float:
        """What they count by the minute, at which a write is five."""
        return self.reads + 5 * self.writes


@dataclass(frozen=True)
class ProcessCosts:
    """What one process takes at rest, and what a run that waits in it takes."""

    memory_mib: float
    waiting_kib: float
    connections: float
    rest_transactions_s: float
    rest_cpu_share: float


@dataclass(frozen=True)
class Work:
    """How long a run works and waits."""

    turns: float
    turn_s: float
    repair_turns: float
    repair_share: float
    attempts: float
    ci_s: float
    sandbox_s: float
    sandbox_cpu_s: float
    sandbox_mib: float
    repeated_share: float

    @property
    def first_s(self) -> float:
        """For how long the first attempt holds a slot."""
        return self.turns * self.turn_s * (1 + self.repeated_share) + self.sandbox_s

    @property
    def repair_s(self) -> float:
        """For how long each later attempt holds one."""
        return self.repair_turns * self.turn_s * (1 + self.repeated_share) + self.sandbox_s

    @property
    def attempts_a_run(self) -> float:
        """How many attempts a run has on average."""
        return sum(self.repair_share**number for number in range(int(self.attempts)))


@dataclass(frozen=True)
class Model:
    """What the model's turns of one run cost, and the tokens that count against its limits."""

    usd: float
    input_tokens: float
    output_tokens: float
    input_limit: float
    output_limit: float


@dataclass(frozen=True)
class GitHub:
    """What GitHub allows one installation."""

    requests_an_hour: float
    most_requests_an_hour: float
    points_a_minute: float
    graphql_points_an_hour: float
    created_a_minute: float
    created_an_hour: float
    pause_between_writes_s: float
    look_each_s: float
    heads_a_look: float
    own_look_each_s: float
    deliveries_read_a_look: float
    deliveries_looked_at_each_s: float


@dataclass(frozen=True)
class Fleet:
    """How it is set up, and how busy it may be."""

    slots: float
    patience_s: float
    busy_share: float
    peak_factor: float
    night_share: float
    keep_days: float
    slots_given_s: float
    transactions_s: float
    server_connections: float
    mirror_mib: float
    other_deliveries: float
    runs_of_a_repository: float
    mirror_copies: float


@dataclass(frozen=True)
class Costs:
    """All that the tables are computed from."""

    run: RunCosts
    process: ProcessCosts
    work: Work
    model: Model
    github: GitHub
    fleet: Fleet


def load_costs(path: Path) -> Costs:
    """Read the costs. Raises ValueError where a section has not what it should have."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Costs(
        _load(RunCosts, data, "run"),
        _load(ProcessCosts, data, "process"),
        _load(Work, data, "work"),
        _load(Model, data, "model"),
        _load(GitHub, data, "github"),
        _load(Fleet, data, "fleet"),
    )


def _load(kind: Callable[..., T], data: Mapping[str, Any], name: str) -> T:
    section = data.get(name, {})
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if wrong := names ^ section.keys():
        listed = ", ".join(sorted(wrong))
        raise ValueError(f"costs.toml, [{name}]: missing or unknown is {listed}")
    return kind(**section)
