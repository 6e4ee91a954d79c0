"""Tell which places a plan leaves out that changed each time when such a thing was added."""

from __future__ import annotations

from collections.abc import Iterator

from bot.gates import explain_protected_path
from bot.search.source_files import kind_of
from bot.text import count_noun
from bot.tools.session import ToolSession
from bot.values import Plan, SharedPlace


def explain_missing_places(session: ToolSession, plan: Plan) -> Iterator[str]:
    """Advise, and no more than that, to look at the places that the plan leaves out."""
    family = session.context.retrieval.family
    if family is None:
        return
    missing = [
        place.path
        for place in family.constant_places
        if not _is_planned(place, plan) and _may_change(session, place)
    ]
    if missing:
        commits = count_noun(family.additions, "commit")
        yield (
            f"The plan leaves out what each of the last {commits} changed that added such a thing "
            f"(* stands for the new name): {', '.join(missing)}. Amend the plan where these belong "
            "to the change; go on where they do not."
        )


def _is_planned(place: SharedPlace, plan: Plan) -> bool:
    """Tell whether the plan names the place; tests may be planned in words."""
    if kind_of(place.path) == "test" and plan.tests:
        return True
    return any(place.is_met_by(file.path) for file in plan.files)


def _may_change(session: ToolSession, place: SharedPlace) -> bool:
    rules = session.rules
    return not explain_protected_path(place.path, rules.allowed, rules.protected)
