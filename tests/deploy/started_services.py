"""The services of deploy/, as commands that this machine can start without Docker and the like."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.chart import render_chart

DEPLOY = Path(__file__).parents[2] / "deploy"
# Ports that no file need name, so that a test can put others in their place.
PORTS = {"GREENLIT_PORT": "8484", "GREENLIT_PAGE_PORT": "8485"}
ASK = "import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=7)"


@dataclass(frozen=True)
class Service:
    """One service: what is started, with what environment, and how its file asks it and ends it."""

    name: str
    words: Sequence[str]
    environment: Mapping[str, str]
    probes: Sequence[Sequence[str]]  # Python's arguments; each ends with 0 while all is well
    grace_s: float

    def move(self, places: Mapping[str, str]) -> Service:
        """Put other paths and ports in the place of those of the file."""
        pattern = re.compile("|".join(map(re.escape, sorted(places, key=len, reverse=True))))

        def replace(text: str) -> str:
            return pattern.sub(lambda found: places[found[0]], text)

        return Service(
            self.name,
            [replace(word) for word in self.words],
            {name: replace(value) for name, value in self.environment.items()},
            [[replace(word) for word in probe] for probe in self.probes],
            self.grace_s,
        )


def read_compose() -> list[Service]:
    """Read the services of compose.yaml that are ours."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    return [
        Service(
            name,
            service["command"],
            PORTS | service["environment"],
            [read_health_check(service["healthcheck"]["test"])],
            float(service["stop_grace_period"].removesuffix("s")),
        )
        for name, service in services.items()
        if name != "database"
    ]


def read_health_check(test: Sequence[str]) -> Sequence[str]:
    """Read a health check that runs Python, as all of ours do."""
    kind, program, *arguments = test
    assert ("CMD", "python") == (kind, program)
    return arguments


def read_units() -> list[Service]:
    """Read the units of systemd, the second as its first instance."""
    return [read_unit(DEPLOY / "greenlit.service"), read_unit(DEPLOY / "greenlit-work@.service")]


def read_unit(path: Path) -> Service:
    """Read a unit. systemd asks nothing of a service that lives: the probe is the RUNBOOK's."""
    settings = dict(
        line.split("=", 1)
        for line in path.read_text().replace("%i", "1").splitlines()
        if "=" in line and not line.startswith("#")
    )
    pairs = shlex.split(settings["Environment"])
    environment = PORTS | dict(pair.split("=", 1) for pair in pairs)
    program, *words = shlex.split(settings["ExecStart"])
    assert program.endswith("/bin/greenlit")
    probe = ["-c", ASK, f"http://127.0.0.1:{environment['GREENLIT_PORT']}/ready"]
    return Service(path.stem, words, environment, [probe], float(settings["TimeoutStopSec"]))


def read_chart() -> list[Service]:
    """Read the deployments of the chart, with the image's own environment."""
    objects = render_chart()
    (settings,) = [item["data"] for item in objects if item["kind"] == "ConfigMap"]
    pods = [item["spec"]["template"]["spec"] for item in objects if item["kind"] == "Deployment"]
    return [read_pod(pod, PORTS | {"GREENLIT_HOST": "0.0.0.0"} | settings) for pod in pods]


def read_pod(pod: Mapping[str, Any], environment: Mapping[str, str]) -> Service:
    """Read what a pod runs, and what the node asks of it."""
    (container,) = pod["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    asked = [container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")]
    probes = [
        ["-c", ASK, f"http://127.0.0.1:{ports[probe['port']]}{probe['path']}"] for probe in asked
    ]
    grace_s = float(pod["terminationGracePeriodSeconds"])
    return Service(container["name"], container["args"], environment, probes, grace_s)
