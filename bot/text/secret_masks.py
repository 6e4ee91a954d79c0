"""Find secrets by their shapes, and mask them."""

from __future__ import annotations

import re

# Each pattern keeps what its group `keep` holds. All are bounded or one class long, so that hostile
# text costs little.
_SECRETS = re.compile(
    r"""
      # GitHub; since April 2026 ghs_<app>_<JWT>, with dots
      \bgh[opsur]_[A-Za-z0-9][A-Za-z0-9._-]{15,}
    | \bgithub_pat_\w{20,}
    | \bsk-ant-[\w-]{8,}                                    # Anthropic
    | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b                         # AWS
    | \b(?:npm_|glpat-|pypi-|xox[abeprs]-|AIza)[\w-]{16,}   # npm, GitLab, PyPI, Slack, Google
    | \beyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?                # JWT
    | -----BEGIN[ ][A-Z0-9 ]{0,40}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----
      (?:(?:Proc-Type|DEK-Info):[^\n]*|[A-Za-z0-9+/=\s\\]){0,20000}
      (?:-----END[ ][A-Z0-9 ]{0,40}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----)?
    | (?P<keep>(?i:authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:basic|bearer|token)\s{1,4}
                  |x-api-key["']?\s{0,4}[:=]\s{0,4}["']?))[^\s"',;]+
    | (?<=://)[^\s/@:]{0,200}:[^\s/@]{1,600}(?=@)           # https://user:password@host
    """,
    re.VERBOSE,
)


def mask_secrets(text: str) -> str:
    """Replace each secret with `***`.

    Give it whole texts: a private key is not recognised by one of its lines.
    """
    return _SECRETS.sub(lambda secret: f"{secret['keep'] or ''}***", text)


def find_secrets(text: str) -> tuple[str, ...]:
    """Return what `mask_secrets` would take out of the text, each once."""
    secrets: dict[str, None] = {}
    for match in _SECRETS.finditer(text):
        secret = match[0].removeprefix(match["keep"] or "")
        if secret.strip():
            secrets[secret] = None
    return tuple(secrets)
