"""Choose which of the learnt models serves: the one that knew files best that it had not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.learning.model_card import BadModel, ModelCard, read_card


class NoSuchModel(BadModel):
    """There is no model of the name that was given; the text says which there are."""


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model in its folder, as its card tells of it."""

    folder: Path
    card: ModelCard

    @property
    def name(self) -> str:
        """What people call it: its folder's name."""
        return self.folder.resolve().name


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model that serves, the others, and the sentences about those that cannot."""

    model: FoundModel
    others: tuple[FoundModel, ...] = ()
    unfit: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """Why it serves, in a sentence."""
        bits = f"{self.model.card.held_out_bits:.2f} bits per character on held-out files"
        if not self.others:
            return f"{self.model.name}, with {bits}."
        others = ", ".join(
            f"{model.name} needs {model.card.held_out_bits:.2f}" for model in self.others
        )
        return f"{self.model.name}, with {bits}, the fewest: {others}."


def choose_model(models: Path, wanted: str = "") -> ModelChoice:
    """Choose the model that is wanted, by its name or its folder; else the one with fewest bits.

    `models` is the folder with all of them. Raises BadModel with a sentence where there is none.
    """
    if wanted:
        return ModelChoice(_find_wanted(models, wanted))
    fit: list[FoundModel] = []
    unfit: list[str] = []
    for folder in _list_folders(models):
        try:
            fit.append(FoundModel(folder, read_card(folder)))
        except BadModel as bad:
            unfit.append(str(bad))
    if unfit and not fit:
        raise BadModel(unfit[0])
    if not fit:
        raise BadModel(f"There is no model in {models} yet. Learn one with: greenlit learn")
    best, *others = sorted(fit, key=lambda each: each.card.held_out_bits)
    return ModelChoice(best, tuple(others), tuple(unfit))


def _find_wanted(models: Path, wanted: str) -> FoundModel:
    for folder in (models / wanted, Path(wanted)):
        if folder.is_dir():
            return FoundModel(folder, read_card(folder))
    names = [folder.name for folder in _list_folders(models)]
    raise NoSuchModel(
        f"There is no model {wanted}, neither in {models} nor as a folder. {_render_names(names)}"
    )


def _render_names(names: Sequence[str]) -> str:
    return f"There are: {', '.join(names)}." if names else "Learn one with: greenlit learn"


def _list_folders(models: Path) -> Iterator[Path]:
    """List the folders of models; one that is being written has a name that begins with a dot."""
    try:
        folders = sorted(models.iterdir())
    except OSError:
        return
    yield from (path for path in folders if path.is_dir() and not path.name.startswith("."))
