"""Load and render the prompts: Markdown files with front matter, checked strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import yaml

PLACEHOLDER = re.compile(r"\{\{ (\w+) \}\}")
FIELDS = {"purpose", "inputs", "returns"}


class PromptError(Exception):
    """A prompt's file, or the values given to it, are not what its front matter promises."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt as its file has it; its text uses each of its `inputs`, and no other names."""

    name: str
    purpose: str
    inputs: frozenset[str]
    returns: str
    text: str

    def render(self, **values: str) -> str:
        """Fill in the inputs, once: what a value holds is never read as a prompt."""
        if values.keys() != self.inputs:
            raise PromptError(
                f"prompts/{self.name}.md takes {sorted(self.inputs)}, not {sorted(values)}"
            )
        return PLACEHOLDER.sub(lambda match: values[match[1]], self.text)


def load(name: str) -> Prompt:
    """Read prompts/NAME.md. Raises PromptError for front matter that is missing or untrue."""
    raw = files("prompts").joinpath(f"{name}.md").read_text(encoding="utf-8")
    match raw.split("---\n", 2):
        case ["", front_matter, text]:
            return _build_prompt(name, yaml.safe_load(front_matter), text.strip() + "\n")
        case _:
            raise PromptError(f"prompts/{name}.md has no front matter")


def _build_prompt(name: str, front_matter: Mapping[str, object], text: str) -> Prompt:
    if front_matter.keys() != FIELDS:
        raise PromptError(
            f"prompts/{name}.md: front matter has {sorted(front_matter)}, wanted {sorted(FIELDS)}"
        )
    inputs = front_matter["inputs"] or []
    used = set(PLACEHOLDER.findall(text))
    if not isinstance(inputs, list) or used != set(inputs):
        raise PromptError(f"prompts/{name}.md names the inputs {inputs} and uses {sorted(used)}")
    purpose, returns = str(front_matter["purpose"]), str(front_matter["returns"])
    return Prompt(name, purpose, frozenset(inputs), returns, text)
