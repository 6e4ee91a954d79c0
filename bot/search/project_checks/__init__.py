"""Tell how a repository is checked: by its CI, and by the tools that it configures.

Everything is read from the files that it is given; nothing of them is run.
"""

from bot.search.project_checks.ci_jobs import CiJob, list_jobs
from bot.search.project_checks.own_checks import CHECK_FILES, list_own_checks
from bot.search.project_checks.quiet_branch import find_unmatched_branch
from bot.search.project_checks.secret_jobs import (
    find_secret_jobs,
    list_exposed,
    list_local_actions,
)
from bot.search.project_checks.workflow_events import (
    WORKFLOW_PATH,
    count_pull_runs,
    read_events,
    read_workflow,
    starts_for,
)

__all__ = [
    "CHECK_FILES",
    "WORKFLOW_PATH",
    "CiJob",
    "count_pull_runs",
    "find_secret_jobs",
    "find_unmatched_branch",
    "list_exposed",
    "list_jobs",
    "list_local_actions",
    "list_own_checks",
    "read_events",
    "read_workflow",
    "starts_for",
]
