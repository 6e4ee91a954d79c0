"""The attack suite: nothing gets through the tiers, and most of it does where there is none."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.canaries import PROBES
from bot.adapters.sandbox.choose_tier import ADVICE, choose_tier, try_tiers
from bot.adapters.sandbox.container import Container
from bot.adapters.sandbox.landlock import Landlock
from bot.adapters.sandbox.probes.__main__ import ATTACKS
from bot.adapters.sandbox.probes.attack import name_attack
from bot.adapters.sandbox.tier import Exit, Launch, Tier
from bot.adapters.sandbox.try_probes import try_probes
from bot.ports import Unreachable
from bot.values import SandboxState, TierName
from tests.adapters.sandbox.unprivileged import run_unprivileged
from tests.tier_required import require_tier

NO_HOME = Path("/nowhere")
NAMES = [name_attack(attack) for attack in ATTACKS]
# What root without a sandbox cannot do either, on one machine or another, and why.
SAFE_ANYHOW = {
    "Reach a folder by one of the three standard files": "they are pipes",
    "Open for writing what the kernel runs when a program crashes": "/proc/sys may be read-only",
    "Open the kernel's emergency keys for writing": "not every kernel has them",
    "Open the memory of the kernel": "not every kernel shows it",
    "Open the bot's terminal": "a test has none",
    "Use a capability that it may pass on (inheritable)": "nobody has any",
    "Use a capability that programs keep (ambient)": "nobody has any",
    "Set an attribute of a file of the bot": "not every file system has them",
    "Connect to a port of the bot by IPv6": "not every machine has it",
    "Connect to an engine of containers, or to the system's bus": "there may be none",
    "Open a socket to the machine's hypervisor": "there may be none",
    "Open a socket of a rare kind": "not every kernel has one",
    "Load a module into the kernel": "not every kernel takes them",
    "Load a module into the kernel from a file": "not every kernel takes them",
    "Remove a module from the kernel": "not every kernel takes them",
    "Load another kernel": "not every kernel can",
    "Use the ports of the machine's devices": "not every kernel can",
    "Find a way to the Internet": "there may be none",
    "Find a way to the credentials that a cloud tells its machines": "there may be none",
    "Have other processes ended before it when memory is short": "it depends on the machine",
    "Open files without bounds": "a machine may bound them",
}


@pytest.mark.long
@pytest.mark.parametrize("tier", [Bubblewrap(), Landlock()], ids=["bubblewrap", "landlock"])
def test_nothing_gets_through(tier: Tier, tmp_path: Path):
    """Every attack is tried in the tier, and kept out; afterwards the bot's folder is as before."""
    require_tier(tier)
    report = try_probes(tier, tmp_path)

    assert ((), "", len(NAMES)) == (report.breaches, report.obstacle, report.count)
    assert [] == list(tmp_path.iterdir())


UNPRIVILEGED = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.landlock import Landlock
from bot.adapters.sandbox.try_probes import try_probes
for tier in (Bubblewrap(), Landlock(), Landlock(version=1)):
    report = try_probes(tier, Path(sys.argv[2]))
    print(report.count, report.breaches, report.obstacle)
"""


@pytest.mark.long
def test_nothing_gets_through_where_the_bot_is_not_root(tmp_path: Path):
    """There a sandbox has the bot's own user; Landlock holds in its oldest version too."""
    require_tier(Bubblewrap())
    require_tier(Landlock())

    assert [f"{len(NAMES)} () "] * 3 == run_unprivileged(UNPRIVILEGED, tmp_path).splitlines()


FENCED = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from bot.adapters.sandbox.choose_tier import choose_tier
print(choose_tier("auto", None, Path.cwd())[1])
"""


@pytest.mark.long
def test_where_no_namespaces_can_be_made_landlock_is_used(tmp_path: Path):
    """As in a container of Docker's: here the bot itself is in a sandbox of bubblewrap."""
    require_tier(Bubblewrap())
    prefix, root = Path(sys.base_prefix), Path(__file__).parents[3]
    workspace = tmp_path / "home"
    workspace.mkdir()
    environment = {"PATH": f"{prefix}/bin:/usr/bin:/bin"}
    argv = ("python3", "-B", "-S", "-c", FENCED, str(root))
    launch = Launch(argv, workspace, "", environment, toolchains=(prefix, root))
    output = Bubblewrap().launch(launch).output.decode()

    assert output.startswith("SandboxState(tier='landlock', reason='Why not bubblewrap: ")
    assert "No permissions to create new namespace" in output
    assert output.endswith(f"probes={len(NAMES)})\n")


class NoConfinement:
    """A tier that keeps nothing out."""

    name: TierName = "landlock"
    has_own_root = False
    has_own_network = False

    def find_obstacle(self) -> str:
        """Find none."""
        return ""

    def launch(self, launch: Launch) -> Exit:
        """Run the process as any other, with the bot's environment and open files."""
        done = subprocess.run(
            launch.argv,
            cwd=launch.workspace,
            close_fds=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return Exit(done.returncode, done.stdout, 0.0)


@pytest.mark.long
@pytest.mark.skipif(os.getuid() != 0, reason="the bot is not root here")
def test_a_tier_that_keeps_nothing_out_is_found(tmp_path: Path):
    """Each attack gets through as root, but for those that cannot on such a machine at all."""
    report = try_probes(NoConfinement(), tmp_path)
    breached = {name for name, _ in report.breaches}

    assert set() == breached - set(NAMES)
    assert set(NAMES) - breached <= set(SAFE_ANYHOW)
    assert len(breached) > 100


class Reporting(NoConfinement):
    """A tier that says how its probes ended, and runs none."""

    def __init__(self, *results: tuple[str, bool], total: int = 0, limit_hit: str = "") -> None:
        lines: list[dict[str, object]] = [{"total": total or len(results)}]
        lines += [{"name": name, "breached": bad, "text": "did it"} for name, bad in results]
        output = "\n".join(map(json.dumps, lines)).encode()
        self.ended = Exit(None if limit_hit else 0, output, 0.0, limit_hit)

    def launch(self, launch: Launch) -> Exit:
        """Return what was given."""
        return self.ended


class Failing(NoConfinement):
    """A tier whose program fails."""

    def launch(self, launch: Launch) -> Exit:
        """Fail."""
        raise Unreachable("no such system call", "sandbox")


SOUND = Reporting(("Read", False), ("Write", False), ("Use memory", False))
STATES = {
    "one breach is enough": (
        [Reporting(("Read", False), ("Write", True))],
        "1 of 2 attacks got through, so it is not used: “Write”.",
    ),
    "all are counted": (
        [Reporting(*[(f"Attack {number}", True) for number in range(12)])],
        "“Attack 9”, 2 more.",
    ),
    "probes must end": ([Reporting(("Read", False), total=3)], "did not run to their end"),
    "a limit ends the last one alone": (
        [Reporting(("Read", False), total=3, limit_hit="It took too long.")],
        "did not run to their end (It took too long.)",
    ),
    "probes must begin": ([Reporting()], "did not run to their end"),
    "a tier must start": ([Failing()], "Why not landlock: it fails: no such system call"),
}


@pytest.mark.parametrize(("tiers", "reason"), STATES.values(), ids=STATES)
def test_what_does_not_keep_all_out_is_not_used(tiers: list[Tier], reason: str):
    """Then no code is run, and it is said why."""
    tier, state = try_tiers(tiers, NO_HOME)

    assert (None, "none") == (tier, state.tier)
    assert reason in state.reason


class Recovering(Reporting):
    """A tier whose probes come to no end at first, as where other jobs took all processes."""

    def __init__(self, *ends: Reporting) -> None:
        self.ends = list(ends)
        self.launches: list[Launch] = []

    def launch(self, launch: Launch) -> Exit:
        """Return the next one."""
        self.launches.append(launch)
        return self.ends.pop(0).ended


def test_probes_that_came_to_no_end_are_tried_once_more(tmp_path: Path):
    """In the bot's own home; a breach is a breach, and is not tried away."""
    unfinished, breached = Reporting(("Read", False), total=3), Reporting(("Read", True))
    recovering, unlucky = Recovering(unfinished, SOUND), Recovering(unfinished, unfinished, SOUND)
    breaking = Recovering(breached, SOUND)
    advice = ADVICE["landlock"]

    assert (recovering, SandboxState("landlock", "", advice, 3)) == try_tiers(
        [recovering], tmp_path
    )
    assert 2 == len(recovering.launches)
    assert all(launch.workspace.is_relative_to(tmp_path) for launch in recovering.launches)
    assert try_tiers([unlucky], tmp_path)[0] is None
    assert try_tiers([breaking], tmp_path)[0] is None
    assert (1, 1) == (len(unlucky.ends), len(breaking.ends))


def test_it_is_said_of_each_tier_why_it_is_not_used():
    """In sentences, in the order in which they were tried, and what that means."""
    missing = Container(None)
    reasons = [
        "Why not landlock: it fails: no such system call.",
        f"Why not container: {missing.find_obstacle()}",
        "Why not landlock: 1 of 1 attacks got through, so it is not used: “Read”.",
    ]
    state = SandboxState("none", " ".join(reasons), "No code of a repository is run.")

    assert (None, state) == try_tiers([Failing(), missing, Reporting(("Read", True))], NO_HOME)


def test_the_first_that_keeps_all_out_is_used():
    """It is said why it is none that is better; a limit may end the last probe, which asks for it."""
    ended_by_limit = Reporting(("Read", False), ("Write", False), total=3, limit_hit="Too much.")

    assert (SOUND, 3, "") == _choose(SOUND, Failing())
    assert (ended_by_limit, 3, "Why not landlock: it fails: no such system call.") == _choose(
        Failing(), ended_by_limit
    )


def _choose(*tiers: Tier) -> tuple[Tier | None, int, str]:
    tier, state = try_tiers(tiers, NO_HOME)
    return tier, state.probes, state.reason


def test_an_operator_may_forbid_all_tiers_or_ask_for_one():
    """What is forbidden is not tried; one that does not work is not replaced by another."""
    obstacle = Container(None).find_obstacle()

    assert (
        None,
        SandboxState("none", "GREENLIT_SANDBOX is none.", "No code of a repository is run."),
    ) == choose_tier("none", None, NO_HOME)
    assert (
        None,
        SandboxState("none", f"Why not container: {obstacle}", "No code of a repository is run."),
    ) == choose_tier("container", None, NO_HOME)


def test_the_probes_run_under_old_pythons():
    """An image of an operator's brings its own; each attack has a name, and the documents count."""
    root = Path(__file__).parents[3]
    for path in PROBES.glob("*.py"):
        ast.parse(path.read_text(), feature_version=(3, 8))

    assert len(NAMES) == len(set(NAMES)) >= 60
    assert f"all of {len(NAMES)} attacks" in (root / "deploy" / "RUNBOOK.md").read_text()
    assert f"tries {len(NAMES)} attacks" in (root / "docs" / "adr" / "0006-sandbox.md").read_text()
