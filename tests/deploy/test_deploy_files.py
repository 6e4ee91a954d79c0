"""The files by which it is deployed name what there is: settings, commands, ports and each other."""

import json
import re
from configparser import ConfigParser
from pathlib import Path

import jsonschema
import pytest
import yaml
from typer import BadParameter
from typer.main import get_command

from bot.cli.commands import app
from bot.settings import Settings, make_name
from tests.deploy.chart import CHART, merge, render_chart

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
UNITS = ("greenlit.service", "greenlit-work@.service")
SETTINGS = {make_name(field) for field in Settings.model_fields}
UsageError = BadParameter.__base__
SECRETS = {
    make_name(name)
    for name, field in Settings.model_fields.items()
    if "SecretStr" in str(field.annotation)
}
ALL = yaml.safe_load((DEPLOY / "drills/chart_values.yaml").read_text())
SCHEMA = json.loads((CHART / "values.schema.json").read_text())


def read_unit(name):
    """Read a unit of systemd: each setting with all its values."""
    unit = {}
    for line in (DEPLOY / name).read_text().splitlines():
        key, is_setting, value = line.partition("=")
        if is_setting and not line.startswith("#"):
            unit.setdefault(key, []).append(value)
    return unit


def check_command(words):
    """Parse a command line as `greenlit` would, without running it."""
    command = get_command(app)
    name, *rest = words
    with command.make_context("greenlit", list(words), resilient_parsing=True) as context:
        command.commands[name].make_context(name, rest, parent=context, resilient_parsing=False)


@pytest.mark.parametrize("words", [["doors"], ["work", "--slot", "2"], ["work", "--slots", "0"]])
def test_what_is_no_command_is_refused(words):
    """Or what follows would prove nothing."""
    with pytest.raises((KeyError, UsageError)):
        check_command(words)


@pytest.fixture
def check(tmp_path):
    """Checks a command line, the path of its file with settings apart."""
    settings = tmp_path / "greenlit.env"
    settings.touch()

    def run(words):
        at = words.index("--env-file")
        check_command([*words[: at + 1], str(settings), *words[at + 2 :]])

    return run


@pytest.mark.parametrize("name", [name for name in COMPOSE["services"] if name != "database"])
def test_each_service_of_compose_is_a_command_with_settings_that_exist(name, check):
    """A door and three workers, each with a home, an end, a limit and a probe of its own."""
    service = COMPOSE["services"][name]
    check(service["command"])

    assert set(service["environment"]) <= SETTINGS
    assert [f"{name}:/var/lib/greenlit"] == service["volumes"]
    assert {"cpus", "memory", "pids"} == set(service["deploy"]["resources"]["limits"])
    assert "unless-stopped" == service["restart"]
    assert "127.0.0.1:8484/ready" in service["healthcheck"]["test"][-1]
    assert "service_healthy" == service["depends_on"]["database"]["condition"]


def test_compose_has_what_its_services_name():
    """Volumes and secrets; and no secret stands in an environment, which `docker inspect` shows."""
    services = COMPOSE["services"].values()
    volumes = {volume.partition(":")[0] for service in services for volume in service["volumes"]}
    secrets = {secret for service in services for secret in service["secrets"]}
    variables = {name for service in services for name in service["environment"]}

    assert volumes == set(COMPOSE["volumes"])
    assert secrets == set(COMPOSE["secrets"])
    assert {"GREENLIT_PRIVATE_KEY"} == SECRETS & variables  # the path of its file
    assert {"door", "work-1", "work-2", "work-3"} == set(COMPOSE["services"]) - {"database"}


@pytest.mark.parametrize("name", UNITS)
def test_each_unit_of_systemd_is_a_command_with_settings_that_exist(name, check):
    """And reads as systemd reads it; what bubblewrap would not work with is left out."""
    unit = read_unit(name)
    (started,) = unit["ExecStart"]
    check(started.split()[1:])
    variables = re.findall(r"(\w+)=", " ".join(unit["Environment"]))

    assert set(variables) - {"XDG_CACHE_HOME"} <= SETTINGS
    assert ["yes"] == unit["Delegate"]
    assert ["bot"] == unit["DelegateSubgroup"]
    assert set() == unit.keys() & {
        "ProtectKernelTunables",
        "ProtectKernelLogs",
        "ProcSubset",
        "RestrictNamespaces",
        "ProtectControlGroups",
        "MemoryDenyWriteExecute",
    }
    reader = ConfigParser(interpolation=None, strict=False)
    reader.read(DEPLOY / name)
    assert ["Unit", "Service", "Install"] == reader.sections()


def test_both_units_are_hardened_alike():
    """What is told once in greenlit.service holds for a worker too."""
    one, worker = map(read_unit, UNITS)
    differing = {key for key in one.keys() | worker.keys() if one.get(key) != worker.get(key)}

    assert {
        "Description",
        "After",
        "ExecStart",
        "Environment",
        "StateDirectory",
        "WorkingDirectory",
    } == differing


@pytest.mark.parametrize("values", [{}, ALL], ids=["its own values", "all there is"])
def test_the_chart_starts_commands_with_settings_that_exist(values, check):
    """A door and workers, without rights, on a root that cannot be written to."""
    objects = render_chart(values)
    pods = [item["spec"]["template"]["spec"] for item in objects if item["kind"] == "Deployment"]
    (settings,) = [item["data"] for item in objects if item["kind"] == "ConfigMap"]

    assert set(settings) <= SETTINGS
    assert {"GREENLIT_PRIVATE_KEY"} == SECRETS & set(settings)  # the path of its file
    for pod in pods:
        (container,) = pod["containers"]
        check(container["args"])
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert not container["securityContext"]["allowPrivilegeEscalation"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["terminationGracePeriodSeconds"] == 30
        assert "/health" == container["livenessProbe"]["httpGet"]["path"]
        # A door that is not sent webhooks while GitHub's API is away would lose them.
        ready = "/ready?exclude=github" if container["name"] == "door" else "/ready"
        assert ready == container["readinessProbe"]["httpGet"]["path"]
        assert {mount["name"] for mount in container["volumeMounts"]} == {
            volume["name"] for volume in pod["volumes"]
        }


@pytest.mark.parametrize("values", [{}, ALL], ids=["its own values", "all there is"])
def test_what_selects_pods_in_the_chart_finds_them(values):
    """Services, budgets and the policy name labels that the pods have."""
    objects = render_chart(values)
    labels = [
        item["spec"]["template"]["metadata"]["labels"]
        for item in objects
        if item["kind"] == "Deployment"
    ]
    kinds = [item["kind"] for item in objects]
    for item in objects:
        chosen = item.get("spec", {}).get("selector") or item.get("spec", {}).get("podSelector")
        wanted = (chosen or {}).get("matchLabels", chosen) or {}
        assert any(wanted.items() <= pod.items() for pod in labels), item["metadata"]["name"]
    assert {"Service", "PodDisruptionBudget", "NetworkPolicy"} <= set(kinds)
    assert bool(values) == ("HorizontalPodAutoscaler" in kinds)
    assert bool(values) == ("Ingress" in kinds)


def test_workers_scale_with_the_age_of_the_queue():
    """The metric is the one of /metrics."""
    (scaler,) = [item for item in render_chart(ALL) if item["kind"] == "HorizontalPodAutoscaler"]
    (metric,) = scaler["spec"]["metrics"]

    collector = (ROOT / "bot/adapters/prometheus/load_collector.py").read_text()
    assert f'"{metric["external"]["metric"]["name"]}"' in collector
    assert "acme-work" == scaler["spec"]["scaleTargetRef"]["name"]


def test_the_schema_of_the_chart_knows_every_value():
    """Its own values and all there is pass; what is misspelt, or a secret, does not."""
    own = yaml.safe_load((CHART / "values.yaml").read_text())
    validator = jsonschema.Draft7Validator(SCHEMA)

    assert [] == list(validator.iter_errors(own))
    assert [] == list(validator.iter_errors(merge(own, ALL)))
    wrong = [
        {**own, "works": {}},
        {**own, "settings": {"USD_PER_DAY": 1}},
        {**own, "door": {"ingress": {"enabled": True, "host": ""}}},
        *({**own, "settings": {name: "x"}} for name in sorted(SECRETS)),
    ]
    assert [] == [values for values in wrong if validator.is_valid(values)]


def test_actions_of_workflows_are_pinned():
    """By a full commit, with the version that it is."""
    for workflow in (ROOT / ".github/workflows").glob("*.yml"):
        uses = re.findall(r"uses: (.*)", workflow.read_text())
        assert uses
        assert [] == [
            use for use in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", use)
        ]


def test_the_image_is_the_one_of_the_root():
    """It is not root, its probe asks for /health, and what it copies is there."""
    lines = (ROOT / "Dockerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", lines, re.MULTILINE)
    sources = {name for names in copied for name in names.split()}
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line[0] == "!"}

    assert "\nUSER 10001:10001\n" in lines
    assert "/health" in lines
    assert sources == kept
    assert not (DEPLOY / "Dockerfile").exists()
