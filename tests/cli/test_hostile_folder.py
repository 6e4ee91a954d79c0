"""A folder whose git configuration names programs: no command of the product runs one of them."""

from __future__ import annotations

import contextlib
import os
import subprocess
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot.adapters.git.mirrors import GitMirrors
from bot.cli.commands import app
from bot.cli.solve import LocalTask, solve_task
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.settings import SolveSettings
from bot.values import Author, Branch, CommitDetails, InstallationId, Remote, Repo
from tests.git_served import SECRET, git, serving
from tests.stage import BEGIN, END, FILES, GOOD, script

ENGINE = Repo("ada/engine", InstallationId(1))
HOOKS = (
    "applypatch-msg",
    "commit-msg",
    "fsmonitor-watchman",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "pre-auto-gc",
    "pre-commit",
    "pre-push",
    "reference-transaction",
)
TOOLS = ".git/tools"  # on a PATH that names it from where one stands
PROGRAMS = ("git", "ruff", "pyrefly", "pip", "npm", "node", "python3", "env", "sh", "cat")
OTHER_TOOLS = {  # settings of ours and of what we run: an address for keys, a program, a plug-in
    ".env": "GREENLIT_ANTHROPIC_URL=http://127.0.0.1:9\nANTHROPIC_BASE_URL=http://127.0.0.1:9\n",
    "pyrefly.toml": 'python-interpreter-path = "canary-python"\n',
    "ruff.toml": 'extend = "/dev/zero"\n',
    "sitecustomize.py": 'open("seen-site", "w")\n',
}
SETTINGS = {  # of git's configuration, that name a program
    "core.alternateRefsCommand": "alternates",
    "core.askPass": "askpass",
    "core.editor": "editor",
    "core.fsmonitor": "fsmonitor",
    "core.gitProxy": "proxy",
    "core.pager": "pager",
    "core.sshCommand": "ssh",
    "credential.helper": "helper",
    "diff.evil.command": "diff-command",
    "diff.evil.textconv": "textconv",
    "diff.external": "external",
    "diff.second.textconv": "second-textconv",
    "filter.evil.clean": "clean",
    "filter.evil.smudge": "smudge",
    "filter.second.process": "process",
    "gpg.program": "gpg",
    "merge.evil.driver": "merge",
    "remote.origin.receivepack": "receivepack",
    "remote.origin.uploadpack": "uploadpack",
    "trailer.evil.command": "trailer",
    "uploadpack.packObjectsHook": "pack-objects",
}
ALIASES = ("apply", "cat-file", "diff", "evil", "grep", "log", "rev-parse", "show", "status")
VARIABLES = {  # of the environment, that name one
    "EDITOR": "editor",
    "GIT_ASKPASS": "askpass",
    "GIT_EDITOR": "editor",
    "GIT_EXTERNAL_DIFF": "external",
    "GIT_PAGER": "pager",
    "GIT_PROXY_COMMAND": "proxy",
    "GIT_SEQUENCE_EDITOR": "sequence",
    "GIT_SSH": "ssh",
    "GIT_SSH_COMMAND": "ssh",
    "PAGER": "pager",
    "SSH_ASKPASS": "askpass",
    "VISUAL": "editor",
}
WAYS = (*HOOKS, *SETTINGS, *ALIASES, *VARIABLES, *PROGRAMS, *OTHER_TOOLS)
EDIT = "README.md\n<<<<<<< SEARCH\n# Greeter\n=======\n# The greeter\n>>>>>>> REPLACE\n"
LOG = 'Traceback (most recent call last):\n  File "greeting.py", line 2, in greet\nNameError: x\n'


@dataclass(frozen=True)
class HostileFolder:
    """A repository in which every program that git could be told to run leaves its name."""

    root: Path
    names: Path  # one line for each that ran

    def canary(self, name: str) -> str:
        """Give a program that leaves this name, and passes on what a simple filter is given."""
        program = self.names.parent / f"canary-{name}"
        then = "exec cat" if name.endswith(("clean", "smudge")) else "exit 1"
        program.write_text(f"#!/bin/sh\necho {name} >> {self.names}\n{then}\n")
        program.chmod(0o755)
        return str(program)

    def ran(self) -> set[str]:
        """Tell what ran since it was asked last."""
        names = set(self.names.read_text().split()) if self.names.exists() else set()
        self.names.unlink(missing_ok=True)
        return names

    def touch(self) -> None:
        """Make git doubt its index, so that it reads every file again."""
        for path in self.root.rglob("*"):
            if path.is_file() and ".git" not in path.parts:
                os.utime(path, (1, 1))


@pytest.fixture
def hostile(tmp_path: Path) -> HostileFolder:
    """The greeter's repository with all of it configured, and a nested one that is no better."""
    folder = HostileFolder(tmp_path / "greeter", tmp_path / "ran")
    fill(folder.root)
    fill(folder.root / "nested")
    missing = git(folder.root, "rev-parse", "HEAD:greeting.py")
    git(folder.root, "add", "nested")
    git(folder.root, "commit", "--quiet", "--message=Nest")
    git(folder.root, "checkout", "--quiet", "-b", "topic")
    for root, where in ((folder.root, ""), (folder.root / "nested", "nested-")):
        configure(folder, root, where)
    lost = git(folder.root, "hash-object", "-w", "--stdin", given=b"lost\n")
    (folder.root / f".git/objects/{lost[:2]}/{lost[2:]}").unlink()
    (folder.root / ".git/refs/heads/lost").write_text(f"{'1' * 40}\n")
    assert missing
    (folder.root / "README.md").write_text("# Greeter\n\nIt greets.\n")
    folder.touch()
    return folder


def fill(root: Path) -> None:
    """Commit the greeter there."""
    for path, text in {**FILES, **OTHER_TOOLS}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")
    (root / ".gitmodules").write_text('[submodule "nested"]\n\tpath = nested\n\turl = ./nested\n')
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=Greet")


def configure(folder: HostileFolder, root: Path, where: str) -> None:
    """Name a canary wherever git's configuration takes a program."""
    for hook in HOOKS:
        (root / ".git/hooks").mkdir(exist_ok=True)
        (root / ".git/hooks" / hook).symlink_to(folder.canary(f"{where}hook-{hook}"))
    (root / ".git/included").write_text(f"[core]\n\tpager = {folder.canary(where + 'included')}\n")
    (root / ".git/info").mkdir(exist_ok=True)
    (root / ".git/info/attributes").write_text("*.py filter=second diff=second\n")
    values = {name: folder.canary(where + canary) for name, canary in SETTINGS.items()}
    values |= {f"alias.{name}": f"!{folder.canary(where + 'alias')}" for name in ALIASES}
    values |= {
        "commit.gpgSign": "true",
        "extensions.partialClone": "origin",
        "filter.evil.required": "true",
        "filter.second.required": "true",
        "include.path": "included",
        "log.showSignature": "true",
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
        "remote.origin.promisor": "true",
        "remote.origin.url": str(root),
        f"url.ext::{folder.canary(where + 'ext')} .insteadOf": "http://",
    }
    for name, value in values.items():
        git(root, "config", name, value)
    git(root, "config", "core.repositoryFormatVersion", "1")


def run_plain_git(folder: HostileFolder) -> set[str]:
    """Run git in the folder as somebody would who trusts it, and tell which canaries ran."""
    commands = (
        "status",
        "diff",
        "diff main~1 main",
        "log -p -1 main~1 --no-ext-diff",
        "evil",
        "show lost",
        "update-ref refs/heads/other HEAD",
    )
    for command in commands:
        folder.touch()
        subprocess.run(
            ["git", *command.split()],
            cwd=folder.root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
    return folder.ran()


def solve(folder: HostileFolder, *, apply: bool) -> int:
    """Run `greenlit solve` there, with the model scripted."""
    request = folder.names.parent / "request.md"
    request.write_text("# Greet more quietly\n\nIt shouts.\n")
    play = script(*BEGIN, [GOOD], END).model_copy(update={"about": ""})
    with serve_claude(ClaudeDouble(play, pace=0)) as url:
        given = {"anthropic_api_key": "k", "anthropic_url": url, "sandbox": "none"}
        settings = SolveSettings.model_validate(given)
        task = LocalTask(folder.root, str(request), apply)
        return solve_task(Console(file=StringIO()), lambda: settings, task)


def type_command(folder: HostileFolder, *words: str, given: str = "") -> int:
    """Type a command of Greenlit in the folder, with an environment that names programs too."""
    env = name_programs(folder)
    with contextlib.chdir(folder.root):
        return CliRunner().invoke(app, words, input=given, env=env).exit_code


def name_programs(folder: HostileFolder) -> dict[str, str]:
    """Name a canary in each variable in which git or an editor takes a program, and a folder that
    has one for each command.
    """
    named = {name: folder.canary(f"env-{canary}") for name, canary in VARIABLES.items()}
    fsmonitor = folder.canary("env-fsmonitor")
    configured = {"GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": fsmonitor}
    elsewhere = {"GIT_DIR": "/dev/null", "GIT_WORK_TREE": "/", "GIT_EXEC_PATH": str(folder.root)}
    path = os.pathsep.join([".", TOOLS, *os.get_exec_path()])
    for program in PROGRAMS:
        (folder.root / TOOLS).mkdir(exist_ok=True)
        (folder.root / TOOLS / program).unlink(missing_ok=True)
        (folder.root / TOOLS / program).symlink_to(folder.canary(f"path-{program}"))
    return {**named, **configured, **elsewhere, "GIT_CONFIG_COUNT": "1", "PATH": path}


def mirror(folder: HostileFolder, tmp_path: Path) -> bool:
    """Serve what the folder has committed, and fetch, change and push it as the bot does."""
    with serving(tmp_path / "srv") as served:
        origin = served.create()
        plain = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")
        git(folder.root, *plain, "push", "--quiet", "--no-verify", origin.as_uri(), "topic:main")
        folder.ran()
        remote = Remote(f"{served.url}/ada/engine.git", SECRET)
        mirrors = GitMirrors(tmp_path / "home", ("http",))
        tree = mirrors.fetch(ENGINE, remote, Branch("main"))
        ada = Author("Ada", "ada@example.org")
        details = CommitDetails("Change.\n", ada, "2026-11-20T12:00:00+00:00")
        sha = mirrors.commit(tree, {"README.md": "# Greeter\n"}, (tree.sha,), details)
        return mirrors.push(ENGINE, remote, sha, Branch("greenlit/7"), None).is_ours


def test_no_command_runs_what_a_folder_configures(hostile: HostileFolder, tmp_path: Path):
    """Not one canary, where a plain git leaves a dozen; and every command does its work."""
    control = run_plain_git(hostile)
    cache = str(tmp_path / "cache")
    hostile.touch()
    ended = {
        "solve": solve(hostile, apply=False),
        "solve --apply": solve(hostile, apply=True),
        "check": type_command(hostile, "check"),
        "check --base": type_command(hostile, "check", "--base", "main"),
        "check lost": type_command(hostile, "check", "--base", "lost"),
        "explain": type_command(hostile, "explain", "--repo", ".", given=LOG),
        "locate": type_command(hostile, "locate", "--cache", cache, given="Greet quietly\n"),
        "map": type_command(hostile, "map", "--cache", cache),
        "rename": type_command(hostile, "refactor", "rename", "greeting.greet", "hail"),
        "apply": type_command(hostile, "apply", given=EDIT),
        "checks": type_command(hostile, "checks"),
        "async": type_command(hostile, "refactor", "async", "greeting.greet"),
        "move": type_command(hostile, "refactor", "move", "greeting.greet", "hailing"),
        "merge": type_command(hostile, "merge", "README.md", "README.md", "README.md"),
    }
    ran = hostile.ran()

    assert control >= {
        "alias",
        "clean",
        "diff-command",
        "fsmonitor",
        "hook-reference-transaction",
        "nested-clean",
        "nested-fsmonitor",
        "nested-process",
        "process",
        "textconv",
        "uploadpack",
    }
    assert set() == ran
    assert {
        "solve": 0,
        "solve --apply": 0,
        "check": 0,
        "check --base": 0,
        "check lost": 2,
        "explain": 0,
        "locate": 0,
        "map": 0,
        "rename": 0,
        "apply": 0,
        "checks": 0,
        "async": 0,
        "move": 0,
        "merge": 0,
    } == ended
    assert not (hostile.root / "seen-site").exists()
    assert mirror(hostile, tmp_path)
    assert set() == hostile.ran()
