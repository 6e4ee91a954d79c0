"""Hold once what opens the conversations of many runs: thousands wait, each with a state."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from bot.run import to_json
from bot.values import PromptPrefix, RunState

MOST_KEPT = 64  # there is one for each set of tools and each release


@dataclass(frozen=True, slots=True)
class SharedPrefixes:
    """The prefixes that runs of this process have, by their text. Lives on one loop."""

    _by_text: dict[str, PromptPrefix] = field(default_factory=dict)

    def share(self, before: RunState | None, state: RunState) -> RunState:
        """Let a state have the prefix of another run that is the same, byte for byte.

        `before` is the run's state until now, whose conversation is most often the same one.
        """
        if state.start is None or (before is not None and before.start is state.start):
            return state
        prefix = self._share_prefix(state.start.prefix)
        return replace(state, start=replace(state.start, prefix=prefix))

    def _share_prefix(self, prefix: PromptPrefix) -> PromptPrefix:
        text = json.dumps(to_json(prefix))
        if text not in self._by_text and len(self._by_text) >= MOST_KEPT:
            del self._by_text[next(iter(self._by_text))]
        return self._by_text.setdefault(text, prefix)
