"""Run the jobs of workflow files for real and write logs of the shape that GitHub Actions has."""

from bot.forge.runner.job_context import UploadedArtifact
from bot.forge.runner.run_job import JobResult, StepResult, run_job
from bot.forge.runner.workflow import JobSpec, StepSpec, parse_workflow

__all__ = [
    "JobResult",
    "JobSpec",
    "StepResult",
    "StepSpec",
    "UploadedArtifact",
    "parse_workflow",
    "run_job",
]
