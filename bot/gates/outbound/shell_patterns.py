"""How commands of a shell read the environment, send, decode and run."""

from __future__ import annotations

from bot.gates.outbound.sign_patterns import compile_signs

# Where a command stands: at the beginning, behind a separator, or behind what runs another one.
START = (
    r"(?:^|[;&|(`{!]|\$\((?:shell\s)?|\b(?:then|do|else)\s)\s*"
    r"(?:(?:sudo|exec|command|env|nohup|time|timeout\s+\S+|xargs|busybox|\w+=\S*|-\S+)\s+)*"
    r"(?:[\w./-]*/)?"
)
END = r"(?=[\s;|&)`'\"]|$)"
LAST = r"\s*(?=[|>&;)]|$)"  # without arguments
INTERPRETER = r"(?:(?:ba|z|da|k)?sh|python3?|node|perl|ruby|php|source)"

SHELL_SIGNS = (
    compile_signs(
        "environment",
        "reads the whole environment",
        rf"{START}(?P<quote>printenv|export\s+-p|declare\s+-[xp]+|compgen\s+-[ve]+|set|env){LAST}",
        r"(?P<quote>/proc/(?:self|\d+|\$\$|\*)/environ)",
    ),
    compile_signs(
        "network",
        "opens a connection",
        rf"{START}(?P<quote>curl|wget|nc|ncat|netcat|socat|telnet|ftp|tftp|sftp|scp|rsync|ssh|dig"
        rf"|nslookup|aria2c|httpie|https?|lynx|w3m|mail|sendmail|swaks|websocat){END}",
        r"(?P<quote>/dev/(?:tcp|udp)/)",
        r"(?P<quote>openssl\s+s_client)",
        r"(?P<quote>git\s+(?:push|remote\s+(?:add|set-url)))",
        r"(?P<quote>(?:gh\s+(?:api|gist|issue|pr)|aws\s+s3|gsutil|az\s+storage)\b)",
        r"(?P<quote>(?:npm\s+publish|twine\s+upload)\b)",
        r"(?P<quote>169\.254\.169\.254|metadata\.google\.internal|ACTIONS_ID_TOKEN_REQUEST)",
    ),
    compile_signs(
        "execution",
        "runs what is computed or fetched",
        rf"\|\s*(?:sudo\s+)?(?P<quote>{INTERPRETER})\b(?!\s+\S+\.\w)",
        rf"{START}(?P<quote>eval)\s",
        r"(?P<quote>(?:source|\.|ba?sh|python3?)\s+<\()",
        r"\b(?P<quote>(?:ba|z|da)?sh\s+-\w*c)\s",
        r"(?P<quote>(?:ba)?sh\s+<<<)",
    ),
    compile_signs(
        "execution",
        "runs a text as a program",
        r"\b(?P<quote>(?:python3?|node|perl|ruby|php|deno\s+eval|bun)\s+-\w*[cepr])\s",
        is_weak=True,
    ),
    compile_signs(
        "encoding",
        "encodes or decodes",
        rf"{START}(?P<quote>base64|base32|xxd|uuencode|uudecode|hexdump){END}",
        rf"{START}(?P<quote>openssl\s+(?:enc|base64)|od\s+-\w+|gpg\s+-\w*[cd]){END}",
        is_weak=True,
    ),
)
