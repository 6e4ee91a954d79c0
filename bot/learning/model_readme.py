"""Render the card of a model for people: what it is, what it was learnt from, how well it does."""

from __future__ import annotations

from collections.abc import Sequence

from bot.learning.model_card import CorpusPart, ModelCard
from bot.text.quoting import as_code_span

MADE = (
    "Made {card.made_at:%Y-%m-%d %H:%M} UTC by `greenlit learn`, for completing code. Judged on "
    "{card.held_out_characters:,} characters that it had not learnt from, each file read from its "
    "beginning; held out by {card.held_out_by}."
)
LICENCES = (
    "What a model was learnt from can come back word for word in what it suggests: mind the "
    "licences above."
)


def render_readme(card: ModelCard, title: str, about: str) -> str:
    """Render a model's README.md in Markdown. `about` says in a paragraph how the model works."""
    held_out_bits = _render_number(card.held_out_bits)
    figures = [("bits per character on what was held out", held_out_bits)]
    for name, value in card.figures.items():
        figures.append((name.replace("_", " "), _render_number(value)))
    settings = [(name, str(value)) for name, value in card.settings.items()]
    parts = [
        f"# {title}",
        about,
        MADE.format(card=card),
        "## Figures",
        _render_table(("what", "measured"), figures),
        "## Corpus",
        _render_corpus(card.corpus),
        LICENCES,
        "## Settings",
        _render_table(("setting", "value"), settings),
    ]
    return "\n\n".join(parts) + "\n"


def _render_number(value: float) -> str:
    """Render a number with three digits behind the point, or with none where it is big."""
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:.3f}"


def _render_corpus(corpus: tuple[CorpusPart, ...]) -> str:
    rows = [
        (
            as_code_span(part.name),
            as_code_span(part.commit[:12]),
            as_code_span(part.licence),
            f"{part.characters:,}",
            "judged by" if part.held_out else "learnt from",
        )
        for part in corpus
    ]
    return _render_table(("repository", "commit", "licence", "characters", "used"), rows)


def _render_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    return "\n".join(map(_render_row, [head, ("---",) * len(head), *rows]))


def _render_row(cells: Sequence[str]) -> str:
    """Render a row of a table. A bar ends a cell, even in a code span."""
    escaped = [cell.replace("|", "\\|") for cell in cells]
    return f"| {' | '.join(escaped)} |"
