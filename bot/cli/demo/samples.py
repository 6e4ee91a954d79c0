"""The demo's samples: each a small repository, an issue, and who plays Claude's part for it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

from rich.text import Text

from bot.cli.inputs import WrongUseError
from bot.forge.claude_script import Script

LIST = "list"
SCRIPTS = ("review.yml", "conversation_sandbox.yml", "conversation.yml")


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample, by what a person would call it; `summary` says what becomes of what."""

    name: str
    repo: str
    summary: str

    @property
    def folder(self) -> Traversable:
        """Where its files are."""
        return files("bot.cli.demo").joinpath("sample", self.name)

    @property
    def has_review(self) -> bool:
        """Whether its pull request is reviewed in the end."""
        return self.folder.joinpath(SCRIPTS[0]).is_file()

    def read_issue(self) -> tuple[str, str]:
        """Read the title and the body of the issue that is asked."""
        text = self.folder.joinpath("issue.md").read_text(encoding="utf-8")
        title, _, body = text.partition("\n")
        return title, body.strip()

    def read_files(self) -> dict[str, str]:
        """Read the files of its repository, by path."""
        with as_file(self.folder.joinpath("repository")) as root:
            paths = [path for path in sorted(Path(root).rglob("*")) if path.is_file()]
            return {
                path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
                for path in paths
                if "__pycache__" not in path.parts
            }

    def load_scripts(self, instead: Path | None = None) -> list[Script]:
        """Load its conversations, or `instead` in place of those on the issue: each says what it is
        about, and whether code can be run in it.
        """
        with as_file(self.folder) as folder:
            paths = [folder / name for name in SCRIPTS if (folder / name).is_file()]
            if instead is not None:
                paths = [*(path for path in paths if path.name == SCRIPTS[0]), instead]
            return [Script.load(path) for path in paths]


POLLING = Sample("polling", "acme/orders", "a slow endpoint answers at once, with an id to poll")
SAMPLES = (
    POLLING,
    Sample("async", "acme/rates", "a blocking function is made async, and awaited everywhere"),
    Sample("rename", "acme/bank", "a method gets another name in all files, and only it"),
    Sample("script", "acme/hours", "a script becomes functions and a class, with the same output"),
)


def find_sample(name: str) -> Sample:
    """Find a sample by its name. Raises WrongUseError where there is none."""
    for sample in SAMPLES:
        if sample.name == name:
            return sample
    names = ", ".join(sample.name for sample in SAMPLES)
    raise WrongUseError(f"There is no sample {name!r}. There are {names}.")


def render_samples() -> Text:
    """Render the samples with what becomes of what in each, the usual one first."""
    width = max(len(sample.name) for sample in SAMPLES) + 2
    lines = [
        Text.assemble((sample.name.ljust(width), "bold"), sample.summary) for sample in SAMPLES
    ]
    return Text("\n").join(lines)
