"""Patterns of package managers whose versions do not fit."""

from __future__ import annotations

import re

from bot.logs.diagnostic_patterns.diagnostic_pattern import compile_pattern

# What a lock file that does not fit the manifest is said to be, by whichever tool.
_UNFIT = (
    r"out[ -]of[ -](?:date|sync)|not up[ -]to[ -]date|needs? to be updated|outdated|not in sync"
    r"|would have been modified|do(?:es)? not match|changed significantly|is missing"
)
# What is said of a language's version that a package is not made for.
_UNFIT_VERSION = (
    " requires a different Python",
    'engine "node" is incompatible with',
    ", but your Gemfile specified",
    " requires go >= ",
    " requires rustc ",
)

DEPENDENCIES = (
    compile_pattern(
        "lock file",
        "dependency",
        "lock",
        rf"\W{{0,4}}(?:\[?error\]?:? )?(?P<text>(?!warning).{{0,200}}?(?:\block ?file\b|\.lock\b"
        rf"|-lock\.\w).{{0,200}}?(?:{_UNFIT}).*|.{{0,200}}?(?:{_UNFIT}).{{0,200}}?\.lock\b.*)",
    ),
    compile_pattern(
        "go", "dependency", "updates to go.mod needed", r"(?:go: )?(?P<text>updates to go\.mod .*)"
    ),
    *(
        compile_pattern(
            "version",
            "dependency",
            words,
            rf"(?:ERROR: |error:? )?(?P<text>.*{re.escape(words)}.*)",
        )
        for words in _UNFIT_VERSION
    ),
    compile_pattern(
        "nuget",
        "dependency",
        ": error NU",
        r"\s*(?:\d+>)?(?P<path>\S+proj) : error (?P<code>NU\d+): (?P<text>.+?)(?: \[[^\]]+\])?$",
    ),
    compile_pattern(
        "apt",
        "dependency",
        "E: ",
        r"E: (?P<text>(?:Unable to locate package|Package .* has no installation cand).*)",
    ),
    compile_pattern(
        "conda",
        "dependency",
        "Error: ",
        r"(?P<code>PackagesNotFoundError|UnsatisfiableError): (?P<text>.+)",
    ),
    compile_pattern(
        "docker",
        "dependency",
        "failed to ",
        r"(?:ERROR: )?(?P<text>failed to (?:solve|resolve).*: not found)$",
    ),
    compile_pattern(
        "pip",
        "dependency",
        "No matching distribution",
        r"(?:ERROR: )?(?P<text>No matching distribution found for .+)",
    ),
    compile_pattern(
        "pip",
        "dependency",
        "conflicting",
        r"(?:ERROR: )?(?P<text>Cannot install .+ because these package versions have "
        r"conflicting.+)",
    ),
    compile_pattern(
        "uv",
        "dependency",
        "No solution found",
        r"\s*(?:×|error:|x) (?P<text>No solution found when resolving .+)",
    ),
    compile_pattern(
        "npm",
        "crash",
        "issing script",
        r"(?:npm (?:ERR!|error) |\s*ERR_PNPM_NO_SCRIPT\s+)(?P<text>[Mm]issing script: .+)",
    ),
    compile_pattern(
        "npm",
        "dependency",
        "npm ",
        r"npm (?:ERR!|error) (?:code )?(?P<code>ERESOLVE|ETARGET|E404|EUSAGE|EBADENGINE)\b"
        r"(?P<text>.*)",
    ),
    compile_pattern(
        "pnpm",
        "dependency",
        "ERR_PNPM_",
        r"\s*(?:Error: )?(?P<text>(?P<code>ERR_PNPM_(?:OUTDATED_LOCKFILE"
        r"|NO_MATCHING_VERSION|PEER_DEP_ISSUES|FETCH_404|LOCKFILE\w*))(?:\s.+)?)$",
    ),
    compile_pattern(
        "yarn",
        "dependency",
        "lockfile",
        r"(?:error |➤ YN0028: │ )(?P<text>(?:Your|The) lockfile .+)",
    ),
    compile_pattern(
        "bundler",
        "dependency",
        "Could not find",
        r"(?P<text>Could not find (?:compatible versions|gem .+|.+ in (?:any of the sources"
        r"|locally installed gems)).*)",
    ),
    compile_pattern(
        "composer",
        "dependency",
        "could not be resolved",
        r"\s*(?P<text>Your requirements could not be resolved to an installable set of packages.*)",
    ),
    compile_pattern(
        "maven",
        "dependency",
        "ependencies for project",
        r"\[ERROR\] (?:.*: )?(?P<text>Could not resolve dependencies for project .+)",
    ),
    compile_pattern(
        "gradle",
        "dependency",
        "Could not ",
        r"\s*>? ?(?P<text>Could not (?:find|resolve) [\w.-]+:[\w.-]+:[\w.+-]+\.?)$",
    ),
)
