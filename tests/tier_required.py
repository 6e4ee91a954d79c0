"""Tests that need a tier of the sandbox: skipped where it does not work, but not in CI."""

from __future__ import annotations

import os

import pytest

from bot.adapters.sandbox.tier import Tier

REQUIRED = "REQUIRED_TIERS"  # names of tiers with commas between, set by .ci/run


def require_tier(tier: Tier) -> None:
    """Skip the test, with the reason, where the tier does not work; fail where it must."""
    obstacle = tier.find_obstacle()
    if not obstacle:
        return
    required = os.environ.get(REQUIRED, "")  # noqa: TID251 - asks where it runs, not how it is set
    if tier.name in required.split(","):
        pytest.fail(f"{tier.name} must work here: {obstacle}")
    pytest.skip(f"{tier.name}: {obstacle}")
