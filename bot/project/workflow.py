"""Check the workflow of a project, and order its steps."""

from __future__ import annotations

from bot.values import BuildStep, BuildWorkflow, Finding


def check_workflow(workflow: BuildWorkflow) -> tuple[Finding, ...]:
    """Find steps that could not run, or that would reach outside the project.

    The gate of every finding is "workflow"; its rule is the name of the step.
    """
    _ = workflow
    return ()


def order_steps(workflow: BuildWorkflow) -> tuple[BuildStep, ...]:
    """Order the steps so that each comes after those that it needs."""
    return workflow.steps
