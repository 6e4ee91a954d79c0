"""Here lives the forge's CI: it reads workflow files and runs their jobs for real, with logs shaped
as Actions' are.
"""

from bot.forge.runner.run_job import JobResult, StepResult, run_job
from bot.forge.runner.workflow import JobSpec, StepSpec, parse_workflow

__all__ = ["JobResult", "JobSpec", "StepResult", "StepSpec", "parse_workflow", "run_job"]
