"""Find the set-up and the checks of projects in Go, Rust and Java, and of Makefiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.checks.named_tasks import find_kind
from bot.checks.python_manifests import FoundCheck
from bot.checks.task_files import list_targets

# Targets by what they check, the first of each line that is there.
TARGETS = (
    ("lint", "linter", "linters"),
    ("typecheck", "types", "mypy"),
    ("test", "tests", "check", "unit-test", "test-unit", "unittest"),
)


def list_other_checks(folder: str, paths: Sequence[str]) -> list[FoundCheck]:
    """List the checks of a folder by the manifests of these languages."""
    prefix = f"{folder}/" if folder else ""
    checks: list[FoundCheck] = []
    if (source := f"{prefix}go.mod") in paths:
        checks += [FoundCheck("go vet ./...", source), FoundCheck("go test ./...", source)]
    if (source := f"{prefix}Cargo.toml") in paths:
        checks += [
            FoundCheck("cargo fmt --all --check", source),
            FoundCheck("cargo clippy --all-targets", source),
            FoundCheck("cargo test", source),
        ]
    if (source := f"{prefix}pom.xml") in paths:
        checks.append(FoundCheck("mvn --batch-mode test", source))
    gradle = [f"{prefix}build.gradle", f"{prefix}build.gradle.kts"]
    if source := next((path for path in gradle if path in paths), ""):
        has_wrapper = f"{prefix}gradlew" in paths
        checks.append(FoundCheck(f"{'./gradlew' if has_wrapper else 'gradle'} test", source))
    return checks


def list_target_checks(folder: str, texts: Mapping[str, str]) -> list[FoundCheck]:
    """List the targets of a Makefile or justfile that check something."""
    targets = list_targets(folder, texts)
    chosen = [[name for name in names if name in targets][:1] for names in TARGETS]
    names = [name for group in chosen for name in group]
    return [
        FoundCheck(
            f"{'just' if targets[name].lower().endswith('justfile') else 'make'} {name}",
            targets[name],
        )
        for name in names
        if find_kind(name)
    ]
