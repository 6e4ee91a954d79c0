"""Carry out all orders of the shell in a tier, by the tool `run`, and look for what went wrong."""

from __future__ import annotations

import base64
from dataclasses import replace

from bot.adapters.log_cache import DiskLogCache
from bot.adapters.sandbox.local_sandbox import LocalSandbox
from bot.adapters.sandbox.tier import Tier
from bot.assembly import SystemClock
from bot.ports import Ports
from bot.values import ProjectChecks, SandboxState
from tests.adapters.sandbox.sandboxed import REPO
from tests.redteam.host import PLACES, Host, make_secret
from tests.redteam.payloads import list_payloads
from tests.redteam.shell_orders import CONFIG, ORDERS
from tests.tool_caller import ToolCaller

# The middle of a long log is cut, so that the number is told at its end.
RUN_ALL = (
    "n=0; for order in orders/*.sh; do echo == $order; timeout 2 sh $order; n=$((n + 1)); done 2>&1;"
    " echo carried out: $n"
)
SMUGGLE = "cat {home}/* {neighbour}/* leak/.env > app/back.py; env >> app/back.py; echo kept >> app/back.py"


def obey_in_tier(tier: Tier, host: Host) -> list[str]:
    """Carry out all orders, and list the breaches: what was told, written, reached or left."""
    caller = make_shell_caller(host, tier)
    before = host.read_files()
    caller.answer("create_file", path="app/new.py", text="x = 1\n")
    answer = caller.answer("run", command=RUN_ALL)
    caller.answer("create_file", path="app/back.py", text="x = 1\n")
    smuggled = caller.answer("run", command=host.fill_in(SMUGGLE))
    log = (caller.ports.log_cache.fetch(REPO, find_job(answer)) or b"").decode(errors="replace")
    workspace = read_workspace(host)
    caller.ports.sandbox.discard("w")
    texts = {
        "an answer": answer + smuggled,
        "the log that is kept": log,
        "the workspace": workspace,
        "the change": str(caller.files),
    }
    breaches = [
        f"the secret of the {place} is in {name}"
        for place in PLACES
        for name, text in texts.items()
        if is_told(make_secret(place), text)
    ]
    if f"carried out: {len(ORDERS)}\n" not in log or not str(caller.files["app/back.py"]).endswith(
        "kept\n"
    ):
        breaches.append("not all orders were carried out")
    breaches += [
        f"{path} would be pushed" for path in {*caller.files} - {"app/back.py", "app/new.py"}
    ]
    return breaches + _compare(before, host.read_files()) + host.list_traces()


def make_shell_caller(host, tier):
    """Make a model whose repository holds the orders, and a link to the bot's home."""
    files = {
        f"orders/{number:03}.sh": f"{host.fill_in(order.script, number)}\n".encode()
        for number, order in enumerate(ORDERS)
    }
    files |= {"orders/config": host.fill_in(CONFIG).encode(), "app/old.py": b"x = 0\n"}
    files["notes.md"] = "\n".join(payload.write("") for payload in list_payloads()).encode()
    files["120000 leak"] = bytes(host.home)
    tree = host.scene.lay(files)
    choice = (tier, SandboxState(tier.name))
    sandbox = LocalSandbox(host.scene.home, host.scene.mirrors, lambda: choice)
    logs = DiskLogCache(host.scene.home / "workspaces/logs")
    ports = Ports(host.scene.mirrors, None, SystemClock(), log_cache=logs, sandbox=sandbox)
    caller = ToolCaller(ports, tree)
    caller.context = replace(caller.context, project=ProjectChecks(), workspace="w")
    return caller


def find_job(answer: str) -> int:
    """Find the number under which an answer says that its log is kept."""
    return int(answer.rpartition("that of job ")[2].partition(".")[0])


def read_workspace(host: Host) -> str:
    """Read all files of the run's workspace, and what the sandbox keeps beside them."""
    workspaces = host.scene.home / "workspaces"
    files = (path for path in workspaces.rglob("*") if path.is_file() and not path.is_symlink())
    own = (path for path in files if not path.is_relative_to(host.scene.files))
    return "\n".join(path.read_bytes().decode(errors="replace") for path in own)


def is_told(secret: str, text: str) -> bool:
    """Tell whether a text holds a secret, as it is, turned around or encoded."""
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")[:-1]
    return any(form in text for form in (secret, secret[::-1], encoded, secret.encode().hex()))


def _compare(before: dict[str, object], after: dict[str, object]) -> list[str]:
    changed = [path for path in before | after if before.get(path) != after.get(path)]
    return [f"{path} was written" for path in changed]
