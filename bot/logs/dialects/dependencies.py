"""Here lives what package managers say when versions do not fit, a row for each dialect."""

from __future__ import annotations

from bot.logs.dialects.dialect import row

DEPENDENCIES = (
    row(
        "nuget",
        "dependency",
        ": error NU",
        r"\s*(?:\d+>)?(?P<path>\S+proj) : error (?P<code>NU\d+): (?P<text>.+?)(?: \[[^\]]+\])?$",
    ),
    row(
        "apt",
        "dependency",
        "E: ",
        r"E: (?P<text>(?:Unable to locate package|Package .* has no installation cand).*)",
    ),
    row(
        "conda",
        "dependency",
        "Error: ",
        r"(?P<code>PackagesNotFoundError|UnsatisfiableError): (?P<text>.+)",
    ),
    row(
        "docker",
        "dependency",
        "failed to ",
        r"(?:ERROR: )?(?P<text>failed to (?:solve|resolve).*: not found)$",
    ),
    row(
        "pip",
        "dependency",
        "No matching distribution",
        r"(?:ERROR: )?(?P<text>No matching distribution found for .+)",
    ),
    row(
        "pip",
        "dependency",
        "conflicting",
        r"(?:ERROR: )?(?P<text>Cannot install .+ because these package versions have conflicting.+)",
        text_below=False,
    ),
    row(
        "uv",
        "dependency",
        "No solution found",
        r"\s*(?:×|error:|x) (?P<text>No solution found when resolving .+)",
        text_below=False,
    ),
    row(
        "npm",
        "dependency",
        "npm ",
        r"npm (?:ERR!|error) (?:code )?(?P<code>ERESOLVE|ETARGET|E404|EUSAGE|EBADENGINE)\b(?P<text>.*)",
        text_below=True,
    ),
    row(
        "pnpm",
        "dependency",
        "ERR_PNPM_",
        r"\s*(?P<text>(?P<code>ERR_PNPM_(?:OUTDATED_LOCKFILE|NO_MATCHING_VERSION|PEER_DEP_ISSUES|FETCH_404"
        r"|LOCKFILE\w*))\s.+)",
    ),
    row(
        "yarn",
        "dependency",
        "lockfile",
        r"(?:error |➤ YN0028: │ )(?P<text>(?:Your|The) lockfile .+)",
    ),
    row(
        "bundler",
        "dependency",
        "Could not find",
        r"(?P<text>Could not find (?:compatible versions|gem .+|.+ in (?:any of the sources"
        r"|locally installed gems)).*)",
    ),
    row(
        "composer",
        "dependency",
        "could not be resolved",
        r"\s*(?P<text>Your requirements could not be resolved to an installable set of packages.*)",
    ),
    row(
        "maven",
        "dependency",
        "ependencies for project",
        r"\[ERROR\] (?:.*: )?(?P<text>Could not resolve dependencies for project .+)",
    ),
    row(
        "gradle",
        "dependency",
        "Could not ",
        r"\s*>? ?(?P<text>Could not (?:find|resolve) [\w.-]+:[\w.-]+:[\w.+-]+\.?)$",
    ),
)
