"""Try all attacks, and print a line of JSON for each: its name, and what came of it."""

from __future__ import annotations

import json
import os
import sys

from .attack import Attack, Targets, name_attack, read_targets
from .file_attacks import FILE_ATTACKS
from .kernel_attacks import KERNEL_ATTACKS
from .limit_attacks import LIMIT_ATTACKS
from .network_attacks import NETWORK_ATTACKS
from .process_attacks import PROCESS_ATTACKS
from .system_attacks import SYSTEM_ATTACKS

ATTACKS = (
    *FILE_ATTACKS,
    *SYSTEM_ATTACKS,
    *PROCESS_ATTACKS,
    *NETWORK_ATTACKS,
    *KERNEL_ATTACKS,
    *LIMIT_ATTACKS,
)


def try_attack(attack: Attack, targets: Targets) -> dict[str, str | bool]:
    """Try one, and tell whether it got through."""
    name = name_attack(attack)
    try:
        return {"name": name, "breached": True, "text": attack(targets)}
    except OSError as refused:
        return {"name": name, "breached": False, "text": refused.strerror or str(refused)}


def main(path: str) -> None:
    """Try all of them; each line is written before the next begins."""
    targets = read_targets(path)
    print(json.dumps({"total": len(ATTACKS)}), flush=True)  # noqa: T201 - to the bot
    for attack in ATTACKS:
        print(json.dumps(try_attack(attack, targets)), flush=True)  # noqa: T201 - to the bot


if __name__ == "__main__":
    os.umask(0o077)
    main(sys.argv[1])
