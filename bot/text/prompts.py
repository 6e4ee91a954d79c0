"""Here live the prompts' loading and rendering: Markdown files with front matter, checked strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

import yaml

INPUT = re.compile(r"\{\{ (\w+) \}\}")
FIELDS = {"purpose", "model", "inputs", "returns"}


class PromptError(Exception):
    """A prompt's file, or the values given to it, are not what its front matter promises."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt as its file says it. `inputs` are the names that its text must use, all of them and
    no others.
    """

    name: str
    purpose: str
    model: Literal["strong", "quick"]
    inputs: frozenset[str]
    returns: str
    text: str

    def render(self, **values: str) -> str:
        """The text with its inputs filled in, once: what a value holds is never read as a prompt."""
        if values.keys() != self.inputs:
            raise PromptError(
                f"prompts/{self.name}.md takes {sorted(self.inputs)}, not {sorted(values)}"
            )
        return INPUT.sub(lambda found: values[found[1]], self.text)


def load(name: str) -> Prompt:
    """Read prompts/NAME.md. Raises PromptError for front matter that is missing, unknown or untrue."""
    raw = files("prompts").joinpath(f"{name}.md").read_text(encoding="utf-8")
    match raw.split("---\n", 2):
        case ["", front, text]:
            return _checked(name, yaml.safe_load(front), text.strip() + "\n")
        case _:
            raise PromptError(f"prompts/{name}.md has no front matter")


def _checked(name: str, front: Mapping[str, object], text: str) -> Prompt:
    if front.keys() != FIELDS:
        raise PromptError(
            f"prompts/{name}.md: front matter has {sorted(front)}, wanted {sorted(FIELDS)}"
        )
    inputs = front["inputs"] or []
    used = set(INPUT.findall(text))
    if not isinstance(inputs, list) or used != set(inputs):
        raise PromptError(f"prompts/{name}.md names the inputs {inputs} and uses {sorted(used)}")
    if front["model"] not in ("strong", "quick"):
        raise PromptError(f"prompts/{name}.md: model is {front['model']!r}, wanted strong or quick")
    model: Literal["strong", "quick"] = "strong" if front["model"] == "strong" else "quick"
    return Prompt(
        name, str(front["purpose"]), model, frozenset(inputs), str(front["returns"]), text
    )
