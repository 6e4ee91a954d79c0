"""Render a specification as the Markdown that people read, edit and approve."""

from __future__ import annotations

from bot.values import Specification


def render_specification(specification: Specification) -> str:
    """Render `docs/spec.md`, which `read_specification` reads back."""
    return f"# {specification.title}\n"
