"""Attacks that need no model: each kind is a list, and tells of each attack what got through."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from starlette.testclient import TestClient

from bot.gates.odd_paths import check_new_paths
from bot.gates.policy import explain_protected_path
from bot.run import StartRun
from bot.steps.admit import is_authorized
from bot.text import SecretValues, extract_visible, parse_commands
from bot.text.git_messages import clean_message, normalize_subject
from bot.text.invisible_chars import is_invisible
from bot.values import Request
from bot.values.events import (
    CommentCreated,
    Event,
    IssueLabeled,
    ReviewCommentCreated,
    ReviewSubmitted,
)
from bot.web.door import create_door
from handlers import route
from tests.deliveries import SECRET, Kept, issues, signature, signed
from tests.place import Place
from tests.text.test_secret_values import FORMS, SECRETS
from tests.text.test_text import HIDDEN, UNSEEN

AT = "2026-11-20T10:00:00Z"
COMMANDS = (
    *("/generate everything", "/fix", "/retry", "/update", "/explain", "/approve", "/stop"),
    *("/status", "@greenlit do it"),
)
# Who may not write, a name that nobody has, and bots, by what GitHub calls them.
STRANGERS = ("eve", "tim", "nan", "nobody-at-all", "evil[bot]", "greenlit[bot]", "dependabot[bot]")
EXISTING = ("README.md", "app/old.py", "caf\u00e9.py")
PATHS = (
    *("a" * 256, "\u00e9" * 128, "/".join(["d" * 99] * 11), "a\0b", "a\nb", "a\tb", "a\x7fb"),
    *("../x", "..", "/etc/x", "a/../../x", "..\\x", "C:x", "C:\\x", "\\\\srv\\x", "a:b", ""),
    *(".git", ".git/config", "a/.git/x", ".GIT/x", ".git /x", ".git./x", ".git::$DATA", "git~1/x"),
    *(
        ".g\u200cit/x",
        ".git\u200b/x",
        ".\uff47\uff49\uff54/x",
        "GIT~1",
        ".gitmodules",
        ".Gitmodules",
    ),
    *(
        ".github/workflows/x.yml",
        ".GITHUB/x",
        ".github\\x",
        ".github /x",
        " .github/x",
        ".github./x",
    ),
    *(
        ".g\u0131thub/x",
        ".g\u00edthub/x",
        ".gith\u00fcb/x",
        "GITHUB~1/x",
        "GITMOD~1",
        "CLAUDE~1.MD",
    ),
    *("CODEOWNERS", "docs/codeowners", "AGENTS.md", "CLAUD\u0415.md", "\u0410GENTS.md", ".npmrc"),
    *("-x", "--upload-pack=x", "-rf", " x", "x ", "a/ x", "x.", "a./x", "x\u00a0y", "\u3000x"),
    *(
        "a\u2028b",
        "a\u2029b",
        "con",
        "NUL.txt",
        "aux.c",
        "COM1",
        "lpt9.md",
        "prn/x",
        "com\u00b9.txt",
    ),
    *("a*b", "a?b", 'a"b', "a<b", "a>b", "a|b", "conin$", "\U000e0041x", "a\u202eb", "a\ud800b"),
    *("readme.md", "README.MD", "App/x", "APP/old.py", "cafe\u0301.py", "CAF\u00c9.py", "app"),
    *("README.md/x", "app/old.py/x"),
)
STATEMENTS = (
    *("[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]", "[SKIP CI]"),
    *("[skip-ci]", "[ci-skip]", "[skip_ci]", "[skipci]", "[skip  ci]", "[skip\u00a0ci]"),
    *(
        "[skip \u200bci]",
        "[skip[skip ci] ci]",
        "[ci [no ci]skip]",
        "***NO_CI***",
        "skip-checks: true",
    ),
    *(
        "skip-ch\u2060ecks:true",
        "[skip travis]",
        "[travis ci skip]",
        "[skip circleci]",
        "[skip azp]",
    ),
    *(
        "[azurepipelines skip]",
        "[skip netlify]",
        "[vercel skip]",
        "[CF-Pages-Skip]",
        "[skip render]",
    ),
    *(
        "[skip appveyor]",
        "[buildkite skip]",
        "[skip gitlab]",
        "[skip release]",
        "[pre-commit.ci skip]",
    ),
    *("Signed-off-by: E <e@x.org>", "Co-authored-by: E <e@x.org>", "reviewed-by: E", "Cc: e@x.org"),
    *(
        "> Acked-by: E",
        "- Tested-by: E",
        "Change-Id: I1",
        "Merged-by: E",
        "On-behalf-of: @a <a@x.org>",
    ),
    *(
        "Signed-off[skip ci]-by: E <e@x.org>",
        "Co-authored\u200b-by: E <e@x.org>",
        "Author: E <e@x.org>",
    ),
    *("Co-authored-by: E\n <e@x.org>", "Release-As: 9.0.0", "Reported-and-tested-by: E <e@x.org>"),
)
# What CI and git look for in the end.
MARKS = (
    *("[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]", "***no_ci***"),
    *("skip]", "[skip", "skipci", "[cf-pages"),
)
TRAILERS = ("skip-checks", "-by:", "cc:", "change-id:", "on-behalf-of:", "release-as:", "e@x.org")
QUOTED = (
    *(
        "    /generate x",
        "\t/generate x",
        "~~~\n/generate x",
        "```\n/generate x\n```",
        "```\n/generate x",
    ),
    *(
        "```math\n/generate x\n```",
        "$$\n/generate x\n$$",
        "$$ a\n/generate x\n$$",
        "$a\n/generate x$",
    ),
    *(
        "$`a\n/generate x`$",
        "`a\n/generate x`",
        "> /generate x",
        "> a\n/generate x",
        "- /generate x",
    ),
    *(
        "- a\n/generate x",
        "1. a\n/generate x",
        "| a |\n|---|\n/generate x",
        "<pre>\n/generate x\n</pre>",
    ),
    *("<pre>\n\n/generate x\n\n</pre>", "<code>a\n/generate x</code>", "<!--\n/generate x\n-->"),
    *(
        "<!--\n\n/generate x\n\n-->",
        "<div hidden>\n\n/generate x\n\n</div>",
        "<kbd>\n/generate x</kbd>",
    ),
    *("<details>\n\n/generate x\n\n</details>", "<svg>\n/generate x\n</svg>", "~~a\n/generate x~~"),
    *(
        "<script>\n/generate x\n</script>",
        "<template>\n\n/generate x\n\n</template>",
        "x /generate y",
    ),
    *(
        "[a]: /generate",
        "[/generate]: x",
        "<b>/generate x</b>",
        "// generate",
    ),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """Attacks of one kind, and what tells whether one got through: its words, or nothing."""

    name: str
    attacks: Collection[Any]
    find_breach: Callable[[Any], str]

    def find_breaches(self) -> list[str]:
        """Make all attacks, and list what got through."""
        found = ((attack, self.find_breach(attack)) for attack in self.attacks)
        return [f"{self.name}: {attack!r}: {what}" for attack, what in found if what]


def list_kinds(place: Place) -> tuple[Kind, ...]:
    """List all kinds; some ask GitHub, in its box, about a place."""
    hidden = {**HIDDEN, **{name: f"seen{text} too" for name, text in UNSEEN.items()}}
    return (
        Kind("who may ask", tuple(_list_askings(place)), lambda event: _ask(place, event)),
        Kind("the door", tuple(_list_deliveries()), _deliver),
        Kind("hidden text", tuple(hidden.values()), _read),
        Kind("a path", PATHS, _write),
        Kind("a mark or a trailer in a message", STATEMENTS, _state),
        Kind("a command that is quoted", QUOTED, _obey),
        Kind("a secret of the bot in another form", tuple(_list_secret_texts()), _tell),
    )


def _list_askings(place: Place) -> Iterator[Event]:
    for sender in STRANGERS:
        is_bot = sender.endswith("[bot]")
        label = IssueLabeled("d", place.repo, 7, "autogen", "T", "B", sender, is_bot, AT)
        yield from (label, replace(label, on_pull=True))
        for words in COMMANDS:
            comment = CommentCreated(
                "d", place.repo, 7, 9, words, False, "T", "B", sender, is_bot, AT
            )
            yield from (comment, replace(comment, on_pull=True))
        pull = ("d", place.repo, 8, "greenlit/7-x", "T", "B", "greenlit[bot]", sender, is_bot, AT)
        yield ReviewSubmitted(*pull, 5, "changes_requested", "/generate everything")
        yield ReviewCommentCreated(*pull, 6, 5, "/generate everything")


def _ask(place: Place, event: Event) -> str:
    """Route an event; whoever would be worked for must be asked for, and may not."""
    for intent in route(event):
        if isinstance(intent, StartRun):
            request = intent.value
            if not isinstance(request, Request) or is_authorized(place.ports, request):
                return f"{intent.story.__name__} would work for them"
    return ""


def _list_deliveries() -> Iterator[tuple[dict[str, str], bytes]]:
    """List deliveries that are not GitHub's: each differs from one that is in one way."""
    head, body = signed("issues", issues("labeled"))
    sign = head["x-hub-signature-256"]
    start = len("sha256=")
    for place in range(start, len(sign)):
        other = "0" if sign[place] != "0" else "1"
        yield {**head, "x-hub-signature-256": sign[:place] + other + sign[place + 1 :]}, body
    for place in range(0, len(body), len(body) // 16):
        yield head, body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
    for value in ("", "sha256=", sign[:-1], f"{sign}0", sign[start:], f"sha1={sign[start:]}"):
        yield {**head, "x-hub-signature-256": value}, body
    for secret in ("", "a secret", SECRET.upper(), f"{SECRET} "):
        yield {**head, "x-hub-signature-256": signature(body, secret or "\0")}, body
    yield {name: value for name, value in head.items() if name != "x-hub-signature-256"}, body
    yield {**head, "x-hub-signature": sign, "x-hub-signature-256": "sha256=" + "0" * 64}, body
    yield head, body + b" "
    yield head, b""


def _deliver(delivery: tuple[dict[str, str], bytes]) -> str:
    engine = Kept()
    head, body = delivery
    with closing(TestClient(create_door(engine, route, (SECRET,)))) as client:
        status = client.post("/github", content=body, headers=head).status_code
    return f"answered {status}" if status < 400 or engine.starts else ""


def _read(markdown: str) -> str:
    visible = extract_visible(markdown)
    return visible if "HIDDEN" in visible or any(map(is_invisible, visible)) else ""


def _write(path: str) -> str:
    refusal = explain_protected_path(path, (), ())
    findings = [] if refusal else list(check_new_paths([path], (), (), EXISTING))
    return "" if refusal or findings else "it would be written"


def _state(words: str) -> str:
    """Say it in a message, and in a title: the subject of a commit is no trailer."""
    message = clean_message(f"Greet.\n\nWhy.\n\n{words}\n").lower()
    title = normalize_subject(f"Greet {words}").lower()
    left = [sign for sign in (*MARKS, *TRAILERS) if sign in message]
    return ", ".join([*left, *(sign for sign in MARKS if sign in title)])


def _obey(markdown: str) -> str:
    return repr(commands) if (commands := parse_commands(markdown)) else ""


def _list_secret_texts() -> Iterator[str]:
    for secret in SECRETS.values():
        yield from (f"It is {write(secret)}." for write in FORMS.values())
        yield b64encode(f"{secret}\n{secret}".encode()).decode()


def _tell(text: str) -> str:
    own = SecretValues(SECRETS.values())
    return "it is not found" if "***" not in own.mask(text) or own.find(own.mask(text)) else ""
