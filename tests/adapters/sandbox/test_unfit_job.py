"""What no program can be given is told before a tier fails at it."""

from __future__ import annotations

import pytest

from bot.values import ProjectSetup

UNFIT = {
    "NUL in a command": ({}, ("echo a\0b",), (), "holds a NUL character"),
    "NUL in a variable": ({"A": "a\0b"}, ("true",), (), "holds a NUL character"),
    "NUL in a set-up": ({}, ("true",), (ProjectSetup(("echo \0",)),), "holds a NUL character"),
    "a name with a sign": ({"A=B": "c"}, ("true",), (), "No variable can be called “A=B”."),
    "no name": ({"": "c"}, ("true",), (), "No variable can be called “”."),
    "too long": ({}, ("#" * 131_072,), (), "longer than the 128 KB"),
}


@pytest.mark.parametrize(("environment", "commands", "setups", "reason"), UNFIT.values(), ids=UNFIT)
def test_what_cannot_be_passed_on_is_told(scene, environment, commands, setups, reason):
    """Nothing is run, and it is no failure of the machine."""
    tree = scene.lay({"a": b""})
    result = scene.run(tree, *commands, environment=environment, setups=setups)

    assert reason in result.obstacle
    assert [] == scene.tier.launches


def test_what_is_just_short_enough_is_run(scene):
    """Up to the last byte."""
    result = scene.run(scene.lay({"a": b""}), "#" * 131_071)

    assert ("", 0) == (result.obstacle, result.exit_code)
