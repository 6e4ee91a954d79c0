"""Keep tokens that read CI in several repositories of an installation, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from bot.adapters.github.api_errors import Unprocessable
from bot.adapters.github.auth import FOR_CI, MARGIN_S, SharedToken, TokenStore
from bot.values import InstallationId

MOST_REPOSITORIES = 500  # that GitHub takes for one token
REFUSED_S = 3600.0  # until a repository is asked for again on which the App was not installed


@dataclass(slots=True)
class CiTokens:
    """One token for each installation, for the repositories that are asked about in these minutes.

    Not thread-safe for one installation: whoever watches it asks in turn.
    """

    store: TokenStore
    clock: Callable[[], float]
    _tokens: dict[InstallationId, SharedToken] = field(default_factory=dict)
    _refused: dict[tuple[InstallationId, str], float] = field(default_factory=dict)

    def fetch(
        self, installation: InstallationId, asked: Collection[str], scope: Collection[str]
    ) -> SharedToken | None:
        """Return a token for the repositories `asked`, of those in `scope`; None where the App is
        installed on none of them. On some it may not be: the token's names tell.
        """
        refused = self._list_refused(installation)
        wanted = frozenset(asked) - refused
        token = self._tokens.get(installation)
        if token and wanted <= token.names and token.until - MARGIN_S > self.clock():
            return token if wanted else None
        names = wanted if len(scope) > MOST_REPOSITORIES else frozenset(scope) - refused
        minted = self._mint(installation, sorted(names))
        if minted is not None:
            self._tokens[installation] = minted
        return minted

    def forget(self, installation: InstallationId) -> None:
        """Forget the token, which GitHub does not accept any more."""
        self._tokens.pop(installation, None)

    def _mint(self, installation: InstallationId, names: Sequence[str]) -> SharedToken | None:
        """Make a token for those of the repositories that the App is installed on."""
        if not names:
            return None
        try:
            minted = self.store.mint(installation, names, FOR_CI)
        except Unprocessable:
            installed = self._find_installed(installation, names)
            if len(installed) == len(names):  # it refuses none of them by itself
                raise
            return self._mint(installation, installed)
        return SharedToken(installation, frozenset(names), minted.secret, minted.until)

    def _find_installed(self, installation: InstallationId, names: Sequence[str]) -> list[str]:
        """Find by halves what GitHub refuses: it does not say which of the repositories it is."""
        if len(names) == 1:
            self._refused[installation, names[0]] = self.clock()
            return []
        middle = len(names) // 2
        first = self._keep_installed(installation, names[:middle])
        return [*first, *self._keep_installed(installation, names[middle:])]

    def _keep_installed(self, installation: InstallationId, names: Sequence[str]) -> Sequence[str]:
        """Keep those of the repositories that a token can be made for."""
        try:
            self.store.mint(installation, names, FOR_CI)
        except Unprocessable:
            return self._find_installed(installation, names)
        return names

    def _list_refused(self, installation: InstallationId) -> set[str]:
        """List what GitHub refused within the last hour."""
        since = self.clock() - REFUSED_S
        # Of a copy: another installation's is found in another thread.
        for key, refused_at in self._refused.copy().items():
            if refused_at <= since:
                self._refused.pop(key, None)
        return {name for owner, name in self._refused.copy() if owner == installation}
