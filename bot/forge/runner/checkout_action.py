"""Run `actions/checkout`: clone the commit into the workspace as GitHub's own action does."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.forge.runner.job_context import JobContext, RunningStep
from bot.forge.runner.workflow_log import WorkflowLog

ALL_BRANCHES = "+refs/heads/*:refs/remotes/origin/*"
ALL_TAGS = "+refs/tags/*:refs/tags/*"
# The commit may be one that no branch holds any more; the repository is the forge's own.
UPLOAD_PACK = "git -c uploadpack.allowAnySHA1InWant=true upload-pack"


def run_checkout(inputs: Mapping[str, str], step: RunningStep) -> int:
    """Make the folder a clone at the commit, of depth 1 unless `fetch-depth` says otherwise.

    Nothing of the repository is run: the clone has no hooks, and no filters but git's own.
    """
    context, log = step.context, step.log
    folder = (context.workspace / inputs.get("path", "")).resolve()
    repository = context.machine_env.get("GITHUB_REPOSITORY", "")
    if not folder.is_relative_to(context.workspace):
        log.write_error(f"Repository path '{folder}' is not under '{context.workspace}'")
        return 1
    if inputs.get("repository") not in {None, "", repository}:
        log.write_error(
            f"The forge can only check out this repository, not '{inputs['repository']}'."
        )
        return 1
    log.write(f"Syncing repository: {repository or context.git_dir.name}")
    log.write_group("Getting Git version info", f"Working directory is '{folder}'")
    folder.mkdir(parents=True, exist_ok=True)
    clone = _Clone(folder, context, log)
    try:
        clone.init()
        revision = clone.resolve(inputs.get("ref", ""))
        clone.fetch(revision, inputs)
        clone.checkout(revision)
    except subprocess.CalledProcessError as error:
        log.write_error(f"The process 'git' failed with exit code {error.returncode}")
        return error.returncode
    return 0


@dataclass(frozen=True, slots=True)
class _Revision:
    """A commit or its tag, the ref that holds it in the clone, and the branch ("": detached)."""

    sha: str
    ref: str
    branch: str = ""


@dataclass(frozen=True, slots=True)
class _Clone:
    """The clone in the workspace; every command is written to the log."""

    folder: Path
    context: JobContext
    log: WorkflowLog

    def init(self) -> None:
        """Make an empty repository whose origin is the address on the web, unless there is one."""
        if (self.folder / ".git").exists():
            return
        self._git("init", "--quiet", "--template=", str(self.folder))
        self._git("remote", "add", "origin", self._origin())

    def resolve(self, ref: str) -> _Revision:
        """Find the commit: the event's own when no ref is given; a branch goes before a tag."""
        if not ref:
            return self._event_revision()
        name = ref.removeprefix("refs/heads/")
        if sha := self._find_ref(f"refs/heads/{name}"):
            return _Revision(sha, f"refs/remotes/origin/{name}", name)
        tag = f"refs/tags/{ref.removeprefix('refs/tags/')}"
        if sha := self._find_ref(tag):
            return _Revision(sha, tag)
        sha = self._source_git("rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}")
        return _Revision(sha, "refs/remotes/origin/HEAD")

    def fetch(self, revision: _Revision, inputs: Mapping[str, str]) -> None:
        """Fetch the commit to its ref, as deep as asked; depth 0 is all of every branch."""
        depth = inputs.get("fetch-depth") or "1"
        command = ["fetch", "--quiet", "--no-tags", f"--upload-pack={UPLOAD_PACK}"]
        if not depth.isdigit() or int(depth) == 0:
            self._git(*command, self._source(), ALL_BRANCHES, ALL_TAGS)
        else:
            command.append(f"--depth={depth}")
        refspecs = [f"+{revision.sha}:{revision.ref}"]
        if inputs.get("fetch-tags") == "true":
            refspecs.append(ALL_TAGS)
        self._git(*command, self._source(), *refspecs)

    def checkout(self, revision: _Revision) -> None:
        """Write the commit's files, on its branch or with a detached HEAD."""
        head = ["--no-track", "-B", revision.branch] if revision.branch else ["--detach"]
        self._git("checkout", "--quiet", "--force", *head, revision.ref)

    def _event_revision(self) -> _Revision:
        spec = self.context.spec
        if spec.event == "pull_request":
            return _Revision(self.context.sha, "refs/remotes/pull/1/merge")
        return _Revision(self.context.sha, f"refs/remotes/origin/{spec.branch}", spec.branch)

    def _find_ref(self, ref: str) -> str:
        try:
            return self._source_git("show-ref", "--verify", "--hash", ref)
        except subprocess.CalledProcessError:
            return ""

    def _source(self) -> str:
        return f"file://{self.context.git_dir}"

    def _origin(self) -> str:
        server = self.context.machine_env.get("GITHUB_SERVER_URL", "")
        repository = self.context.machine_env.get("GITHUB_REPOSITORY", "")
        if server and repository:
            return f"{server}/{repository}.git"
        return self._source()

    def _git(self, *arguments: str) -> None:
        self.log.write(f"[command]git {' '.join(arguments)}")
        process = self._run(arguments, self.folder)
        for line in process.stdout.decode(errors="replace").splitlines():
            self.log.write(line)
        process.check_returncode()

    def _source_git(self, *arguments: str) -> str:
        process = self._run(arguments, self.context.git_dir)
        process.check_returncode()
        return process.stdout.decode().strip()

    def _run(self, arguments: tuple[str, ...], folder: Path) -> subprocess.CompletedProcess[bytes]:
        environment = {
            "PATH": self.context.machine_env.get("PATH", ""),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_TERMINAL_PROMPT": "0",
        }
        options = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")
        return subprocess.run(
            ["git", *options, "-c", "init.defaultBranch=main", *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
