"""Run `uses:` steps: checkout, set-up of languages, cache, upload; refuse all other actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.forge.runner.checkout_action import run_checkout
from bot.forge.runner.job_context import RunningStep
from bot.forge.runner.machine_tools import (
    SETUP_GO,
    SETUP_JAVA,
    SETUP_NODE,
    SETUP_PYTHON,
    run_setup,
)
from bot.forge.runner.upload_action import upload_artifact

Action = Callable[[Mapping[str, str], RunningStep], int]


def run_action(step: RunningStep) -> int:
    """Run the step's action and return its exit code.

    Raises ValueError for an expression that is not understood.
    """
    inputs = step.context.fill_values(step.spec.inputs)
    name = step.context.fill(step.spec.uses)
    _announce(name, inputs, step)
    actions = _actions()
    action = actions.get(name.partition("@")[0].lower())
    if action:
        return action(inputs, step)
    step.log.write_error(
        f"The forge cannot run '{name}': it knows run: steps, {', '.join(sorted(actions))}, "
        "and no containers."
    )
    return 1


def _announce(name: str, inputs: Mapping[str, str], step: RunningStep) -> None:
    lines = [f"  {key}: {value}" for key, value in inputs.items()]
    if lines:
        lines.insert(0, "with:")
    step.log.write_group(f"Run {name}", *lines)


def _actions() -> Mapping[str, Action]:
    return {
        "actions/checkout": run_checkout,
        "actions/setup-python": lambda inputs, step: run_setup(SETUP_PYTHON, inputs, step),
        "actions/setup-node": lambda inputs, step: run_setup(SETUP_NODE, inputs, step),
        "actions/setup-go": lambda inputs, step: run_setup(SETUP_GO, inputs, step),
        "actions/setup-java": lambda inputs, step: run_setup(SETUP_JAVA, inputs, step),
        "actions/upload-artifact": upload_artifact,
        "actions/cache": _miss_cache,
        "actions/cache/restore": _miss_cache,
        "actions/cache/save": _miss_cache,
    }


def _miss_cache(_inputs: Mapping[str, str], step: RunningStep) -> int:
    step.log.write("The forge keeps no caches: cache not found, and nothing will be saved.")
    return 0
