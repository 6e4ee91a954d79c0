"""The paths that no run may change unless the repository allows it."""

from __future__ import annotations

import pytest

from bot.gates.policy import check_nontext_files, check_paths


@pytest.mark.parametrize(
    "path",
    [
        ".github/workflows/ci.yml",
        ".github/copilot-instructions.md",
        ".GitHub/Workflows/ci.yml",
        ".gith\u200bub/workflows/ci.yml",
        ".ｇｉｔｈｕｂ/workflows/ci.yml",
        "./.github/dependabot.yml",
        ".github\\workflows\\ci.yml",
        ".github./workflows/ci.yml",
        ".github",
        ".gitlab-ci.yml",
        ".circleci/config.yml",
        "azure-pipelines.yml",
        "ci/Azure-Pipelines-release.yaml",
        "Jenkinsfile",
        "deploy/Jenkinsfile.prod",
        ".travis.yml",
        ".buildkite/pipeline.yml",
        "CODEOWNERS",
        "docs/codeowners",
        ".gitattributes",
        "sub/.gitmodules",
        ".husky/pre-commit",
        ".pre-commit-config.yaml",
        "AGENTS.md",
        "pkg/agents.md",
        "CLAUDE.md",
        ".claude/settings.json",
        ".cursorrules",
        ".cursor/rules/a.mdc",
        ".mcp.json",
        ".vscode/tasks.json",
        ".npmrc",
        "web/.npmrc",
        ".pypirc",
        ".netrc",
        ".git/config",
        "a/.GIT/hooks/post-checkout",
        "a/git~1/config",
        ".git./config",
        ".git::$INDEX_ALLOCATION/config",
        "../x",
        "a/../../x",
        "/etc/passwd",
        "C:/x",
        "a\nb",
        "",
    ],
)
def test_protected_paths_are_found(path):
    """In any spelling that some file system would take for them."""
    (finding,) = check_paths([path], (), ())

    assert ("policy", path, True) == (finding.gate, finding.path, finding.blocks)


@pytest.mark.parametrize(
    "path",
    [
        "src/app.py",
        "README.md",
        "github/x.py",
        "src/.githubber/x",
        "docs/agents.rst",
        "ci.yml",
        ".gitignore",
        "é/ü.py",
    ],
)
def test_other_paths_are_not(path):
    """The list does not reach further than it says."""
    assert () == check_paths([path], (), ())


def test_a_repository_can_lift_and_add():
    """Its globs are as in .gitignore."""
    lifted = check_paths(
        [".github/labels.yml", ".github/workflows/ci.yml", "docs/AGENTS.md"],
        [".github/*", "AGENTS.md"],
        (),
    )
    added = check_paths(
        ["db/migrations/1.sql", "a/b/secret.env", "src/a.py"], (), ["db/**", "*.env"]
    )

    assert [".github/workflows/ci.yml"] == [finding.path for finding in lifted]
    assert ["db/migrations/1.sql", "a/b/secret.env"] == [finding.path for finding in added]
    assert () == check_paths([".github/workflows/ci.yml"], [".github/**"], ())


def test_what_is_allowed_wins_over_what_is_added():
    """But never for git's own directory or outside the repository."""
    assert () == check_paths(["db/1.sql"], ["db/**"], ["db/**"])
    assert 2 == len(check_paths([".git/config", "../x"], ["**"], ()))


def test_many_stars_cost_little():
    """A glob that would make a backtracking matcher run for years."""
    assert () == check_paths(["a/" * 100 + "b"], ("**/a/" * 30 + "c", "*a" * 50 + "c"), ())


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("x" * 256, "a name in the path has 256 bytes"),
        ("a/" + "\u00fc" * 128, "a name in the path has 256 bytes"),
        ("a/" * 500 + "a", "the path has 1,001 bytes"),
    ],
)
def test_a_path_that_no_file_system_takes_is_found(path, why):
    """By its bytes, in whatever letters; one that just fits passes."""
    (finding,) = check_paths([path], (), ())

    assert finding.text.startswith(why)
    assert () == check_paths([path[:-1], "x" * 255], (), ())


def test_a_changed_file_that_cannot_be_read_is_told_in_a_whole_sentence():
    """Neither is it called huge, nor looked into."""
    (finding,) = check_nontext_files({"a.bin": "file that cannot be read"})

    assert "This is a file that cannot be read: what is in it is not known." == finding.text
