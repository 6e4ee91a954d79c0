"""Refuse the paths that no run may change unless the repository allows it (gate "policy").

What is pushed runs in CI with the repository's secrets, and what guides agents or reviewers guides
the next run.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from types import MappingProxyType

from bot.edits.paths import normalize_path, path_refusal
from bot.values import Finding

GATE = "policy"


def check_paths(
    paths: Collection[str], allowed: Collection[str], protected: Collection[str]
) -> tuple[Finding, ...]:
    """Find the protected paths, by our list and by `protected`, that `allowed` does not lift.

    Globs are as in .gitignore: without a slash at any depth, else from the root; but what is
    allowed in a folder must be said with `folder/**`. Case, look-alike spelling and invisible
    characters do not matter. Paths inside .git or outside the repository stay refused, whatever is
    allowed.
    """
    findings = []
    for path in paths:
        refusal = explain_protected_path(path, allowed, protected)
        if refusal:
            findings.append(Finding(GATE, path, 0, refusal))
    return tuple(findings)


def check_nontext_files(nontext: Mapping[str, str]) -> tuple[Finding, ...]:
    """Refuse changed paths that hold no text.

    Nobody can review them, and a link or a submodule leads elsewhere.
    """
    findings = []
    for path, kind in nontext.items():
        reason = NONTEXT_REASONS.get(kind.split()[0], "")
        findings.append(Finding(GATE, path, 0, f"This is a {kind}: {reason}"))
    return tuple(findings)


NONTEXT_REASONS = MappingProxyType(
    {
        "binary": "nobody can review it.",
        "symbolic": "what is written through it lands elsewhere.",
        "submodule": "it brings code that is not in this change.",
        "huge": "it is not looked into.",
        "file": "what is in it is not known.",
    }
)


def explain_protected_path(path: str, allowed: Collection[str], protected: Collection[str]) -> str:
    """Say why a path may not be changed; "" when it may."""
    refusal = path_refusal(path)
    if refusal:
        return refusal
    normal = normalize_path(path)
    if any(matches_glob(normal, glob, in_folder=False) for glob in allowed):
        return ""
    for reason, globs in PROTECTED.items():
        if any(matches_glob(normal, glob) for glob in globs):
            return (
                f"{reason} is protected. "
                "A maintainer can allow the path under `allow:` in .github/greenlit.yml."
            )
    for glob in protected:
        if matches_glob(normal, glob):
            return f"the repository protects `{glob}` (`protected:` in .github/greenlit.yml)."
    return ""


def matches_glob(path: str, glob: str, *, in_folder: bool = True) -> bool:
    """Tell whether a normal path is the glob's.

    With `in_folder`, or a glob that ends in **, also when it lies in a folder that is the glob's.
    Own code, as pathspec's regular expressions backtrack: `**/a/` eight times takes it minutes.
    """
    parts = tuple(unicodedata.normalize("NFKC", glob).casefold().strip("/").split("/"))
    if "/" not in glob.rstrip("/"):
        parts = ("**", *parts)
    if parts[-1] == "**":
        parts = parts[:-1]  # a folder's glob is the folder's too: a file may not take its place
        in_folder = True
    return _fits(tuple(path.split("/")), parts, in_folder=in_folder)


def _fits(path: Sequence[str], glob: Sequence[str], *, in_folder: bool) -> bool:
    """Tell whether the glob fits the path, or its beginning.

    By table, so that many ** cost their product and no more.
    """
    reached = _skip_stars({0}, glob)  # how many of the glob's parts the path so far can have used
    for part in path:
        if in_folder and len(glob) in reached:
            return True
        reached = _skip_stars(_advance(reached, part, glob), glob)
    return len(glob) in reached


def _advance(reached: set[int], part: str, glob: Sequence[str]) -> set[int]:
    """Use one part of the path: ** takes any and stays, another glob takes it or fails."""
    advanced = set()
    for index in reached - {len(glob)}:
        if glob[index] == "**":
            advanced.add(index)
        elif fnmatchcase(part, glob[index]):
            advanced.add(index + 1)
    return advanced


def _skip_stars(reached: set[int], glob: Sequence[str]) -> set[int]:
    """Add what is reached when ** stands for no folder at all."""
    skipped = set(reached)
    for index, part in enumerate(glob):
        if index in skipped and part == "**":
            skipped.add(index + 1)
    return skipped


PROTECTED = MappingProxyType(
    {
        "GitHub's own configuration": (".github/**", ".gitea/**", ".forgejo/**"),
        "CI configuration": (
            "/.gitlab-ci.yml",
            "/.gitlab-ci/**",
            "/.gitlab/**",
            ".circleci/**",
            "azure-pipelines*.yml",
            "azure-pipelines*.yaml",
            ".azure-pipelines/**",
            ".azuredevops/**",
            "Jenkinsfile*",
            ".travis.yml",
            ".buildkite/**",
            "appveyor.yml",
            ".appveyor.yml",
            "bitbucket-pipelines.yml",
            ".drone.yml",
            ".drone.star",
            ".woodpecker/**",
            ".woodpecker.y*ml",
            "cloudbuild.y*ml",
            ".cirrus.yml",
            ".cirrus.star",
            ".semaphore/**",
            ".teamcity/**",
            ".tekton/**",
            "buildspec.y*ml",
            "codefresh.yml",
            "wercker.yml",
        ),
        "who must review": ("CODEOWNERS",),
        "git's configuration": (
            ".gitattributes",
            ".gitmodules",
            ".gitconfig",
            ".lfsconfig",
            ".husky/**",
            ".githooks/**",
            ".pre-commit-config.yaml",
            ".pre-commit-hooks.yaml",
            "lefthook.y*ml",
            ".lefthook.y*ml",
            ".lefthook/**",
        ),
        "what guides agents": (
            "AGENTS.md",
            "AGENT.md",
            "CLAUDE.md",
            "CLAUDE.local.md",
            "GEMINI.md",
            ".claude/**",
            ".cursor*",
            ".mcp.json",
            ".codex/**",
            ".gemini/**",
            ".windsurf*",
            ".windsurfrules",
            ".clinerules*",
            ".continue/**",
            ".aider*",
            "copilot-instructions.md",
        ),
        "what an editor or shell runs by itself": (
            ".vscode/**",
            ".devcontainer/**",
            ".devcontainer.json",
            ".envrc",
        ),
        "where credentials and registries are set": (
            ".npmrc",
            ".pypirc",
            ".netrc",
            "_netrc",
            ".yarnrc",
            ".yarnrc.yml",
            ".git-credentials",
            "pip.conf",
            "/.cargo/config*",
        ),
    }
)
