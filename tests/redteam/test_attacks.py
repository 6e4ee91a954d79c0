"""Attacks by kind: nothing of any gets through, and none of the means is empty."""

from pathlib import Path

from bot.adapters.sandbox.probes.__main__ import ATTACKS
from tests.cli.test_hostile_folder import WAYS
from tests.redteam.attacks import list_kinds
from tests.redteam.payloads import list_payloads
from tests.redteam.shell_orders import ORDERS

README = Path(__file__).parents[2] / "README.md"


def test_no_attack_gets_through(place):
    """Who may ask, the door, hidden text, paths, messages, quoted commands, the bot's secrets; and
    the README has their numbers.
    """
    kinds = list_kinds(place)
    counts = [len(kind.attacks) for kind in kinds]
    others = (len(list_payloads()), 2 * len(ORDERS), len(WAYS), len(ATTACKS))
    readme = README.read_text()

    assert [] == [breach for kind in kinds for breach in kind.find_breaches()]
    assert [] == [count for count in counts if f"| {count}" not in readme]
    assert f"counts the {sum(counts) + sum(others):,} attacks of the suite" in readme
