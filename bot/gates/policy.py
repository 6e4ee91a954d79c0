"""Here lives the gate "policy": the paths that no run may change unless the repository allows it.

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


def protected(
    paths: Collection[str], allowed: Collection[str], extra: Collection[str]
) -> tuple[Finding, ...]:
    """The paths among these that are protected, by our list and by `extra`, and not by `allowed`.

    Globs are as in .gitignore: without a slash at any depth, else from the root; but what is
    allowed in a folder must
    be said with `folder/**`. Case, look-alike spelling and invisible characters do not matter.
    Paths inside .git or
    outside the repository stay refused, whatever is allowed.
    """
    return tuple(
        Finding(GATE, path, 0, why) for path in paths if (why := _why(path, allowed, extra))
    )


def odd_files(odd: Mapping[str, str]) -> tuple[Finding, ...]:
    """Changed paths that hold no text: nobody can review them, and a link or a submodule leads
    elsewhere.
    """
    return tuple(
        Finding(GATE, path, 0, f"This is a {what}: {ODD_WHY.get(what.split()[0], '')}")
        for path, what in odd.items()
    )


ODD_WHY = MappingProxyType(
    {
        "binary": "nobody can review it.",
        "symbolic": "what is written through it lands elsewhere.",
        "submodule": "it brings code that is not in this change.",
        "huge": "it is not looked into.",
    }
)


def _why(path: str, allowed: Collection[str], extra: Collection[str]) -> str:
    if why := path_refusal(path):
        return why
    plain = normalize_path(path)
    if any(matches(plain, glob, inside=False) for glob in allowed):
        return ""
    for reason, globs in PROTECTED.items():
        if any(matches(plain, glob) for glob in globs):
            return f"{reason} is protected. A maintainer can allow the path under `allow:` in .github/greenlit.yml."
    glob = next((glob for glob in extra if matches(plain, glob)), None)
    return (
        f"the repository protects `{glob}` (`protected:` in .github/greenlit.yml)." if glob else ""
    )


def matches(path: str, glob: str, *, inside: bool = True) -> bool:
    """Whether a normal path is the glob's, or (when `inside` counts, or the glob says **) lies in a
    folder that is.
    """
    parts = tuple(unicodedata.normalize("NFKC", glob).casefold().strip("/").split("/"))
    if "/" not in glob.rstrip("/"):
        parts = ("**", *parts)
    if parts[-1] == "**":
        parts = parts[:-1]  # a folder's glob is the folder's too: a file may not take its place
        inside = True
    return _fits(tuple(path.split("/")), parts, inside=inside)


def _fits(path: Sequence[str], glob: Sequence[str], *, inside: bool) -> bool:
    """Whether the glob fits the path, or its beginning. By table, so that many ** cost their
    product and no more.
    """
    reached = {0}  # how many of the glob's parts the path so far can have used
    for part in path:
        reached = _past_stars(reached, glob)
        if inside and len(glob) in reached:
            return True
        left = reached - {len(glob)}
        stay = {at for at in left if glob[at] == "**"}
        reached = stay | {at + 1 for at in left - stay if fnmatchcase(part, glob[at])}
    return len(glob) in _past_stars(reached, glob)


def _past_stars(reached: set[int], glob: Sequence[str]) -> set[int]:
    found = set(reached)
    for at in range(len(glob)):
        if at in found and glob[at] == "**":
            found.add(at + 1)
    return found


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
