"""Find what of a change CI would run with secrets in reach, by the workflows of its base."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.search.project_checks import (
    WORKFLOW_PATH,
    find_secret_jobs,
    find_unmatched_branch,
    list_exposed,
    list_local_actions,
)
from bot.search.source_files import kind_of
from bot.text import count_noun
from bot.values import Branch, GrepMatch, Patch, SecretExposure, SecretJob, Tree

CONFIGURATION = ".github/"
# What runs the examples of a text: tests of documentation, and directives of Sphinx and MkDocs.
TEXT_RUNNERS = (
    r"doctest[-_]glob|doctest\.(testfile|DocFile)|sphinx\.ext\.doctest|mktestdocs|pytest[-_]markdown"
    r"|pytest[-_]examples|plot_directive|ipython_directive|markdown[-_]exec|sybil|phmdoctest"
    r"|README\.(md|rst)"
)
TEXTS = (".md", ".rst", ".txt", ".lock", ".yml", ".yaml", ".adoc")
MOST_MENTIONS = 500


def _summarize_exposure(exposure: SecretExposure) -> Summary:
    if not exposure.jobs:
        return "CI with secrets", Text("no job with secrets runs what is pushed")
    jobs, files = count_noun(len(exposure.jobs), "job"), count_noun(len(exposure.paths), "file")
    return "CI with secrets", Text(f"{jobs} with secrets, {files} of the change in reach")


@step("find_exposure", _summarize_exposure)
def find_exposure(
    ports: Ports, tree: Tree, patch: Patch, branch: Branch, into: Branch
) -> SecretExposure:
    """Find the jobs that run a push to the branch with secrets, and what of the patch they run.

    `into` is the branch that a pull request from it would be for.
    """
    files = read_workflows(ports, tree)
    jobs = find_jobs(files, patch, branch, into)
    paths = list(find_exposed(ports, tree, patch, jobs))
    if jobs:  # a workflow or an action decides itself what is run, and with what
        paths += [path for path in patch.files if path in files or path.startswith(CONFIGURATION)]
    unmatched = find_unmatched_branch(files, branch, into) if paths else ""
    return SecretExposure(jobs, tuple(dict.fromkeys(paths)), unmatched)


def find_exposed(
    ports: Ports, tree: Tree, patch: Patch, jobs: tuple[SecretJob, ...]
) -> dict[str, SecretJob]:
    """Find which files of the patch these jobs may run, each with such a job.

    Texts count where the repository speaks of running what stands in them.
    """
    if not jobs:
        return {}
    mentions = ports.mirrors.grep(tree, TEXT_RUNNERS, "", MOST_MENTIONS)
    runs_texts = any(map(_runs_texts, mentions))
    return list_exposed(jobs, list(patch.files), runs_texts=runs_texts)


def _runs_texts(mention: GrepMatch) -> bool:
    """Tell whether a line is about running what stands in texts; a manifest only names its own."""
    if "README" in mention.text:
        return kind_of(mention.path) == "test"
    return not mention.path.endswith(TEXTS)


def find_jobs(
    files: Mapping[str, bytes], patch: Patch, branch: Branch, into: Branch
) -> tuple[SecretJob, ...]:
    """Find the jobs with secrets, by the workflows as they are and as the patch would have them."""
    jobs = find_secret_jobs(files, branch, into)
    changed = {
        path: (text or "").encode(errors="replace")
        for path, text in patch.files.items()
        if path in files or path.startswith(CONFIGURATION)
    }
    if not changed:
        return jobs
    return tuple(dict.fromkeys([*jobs, *find_secret_jobs({**files, **changed}, branch, into)]))


def read_workflows(ports: Ports, tree: Tree) -> dict[str, bytes]:
    """Read the workflows of a tree, and the repository's own actions that they use."""
    paths = [entry.path for entry in ports.mirrors.entries(tree)]
    files = dict(
        ports.mirrors.read(tree, [path for path in paths if WORKFLOW_PATH.fullmatch(path)])
    )
    names = [
        f"{folder}/action.{ending}"
        for folder in list_local_actions(files)
        for ending in ("yml", "yaml")
    ]
    return {**files, **ports.mirrors.read(tree, [name for name in names if name in set(paths)])}
