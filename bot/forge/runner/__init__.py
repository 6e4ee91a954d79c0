"""Here lives the forge's CI: it reads workflow files and runs their jobs for real, with logs shaped
as Actions' are.
"""

from bot.forge.runner.job import JobResult, StepResult, run_job
from bot.forge.runner.workflow import JobSpec, StepSpec, jobs_of

__all__ = ["JobResult", "JobSpec", "StepResult", "StepSpec", "jobs_of", "run_job"]
