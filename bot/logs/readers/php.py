"""Here lives PHP: PHPUnit, Pest, fatal errors, and the tables of its linters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut, error_type, shortened
from bot.logs.sections import sections
from bot.values import Frame

_NUMBER = re.compile(r"^\d+\) (?P<test>[A-Za-z_\\][\w\\]*(?:::\w+.*)?)$")
_SECTION = re.compile(r"^There (?:was|were) \d+ (?P<what>\w+?)s?(?: test)?s?:$")
_DOX = re.compile(r"^\s+✘ (?P<test>\S.*?)(?: \[[\d.]+ ms\])?$")
_PLACE = re.compile(
    r"^(?P<path>(?:/|[A-Za-z]:\\|phar://)?[^\s:]+\.(?:php|phpt|inc)):(?P<line>\d+)$"
)
_DATA = re.compile(r'(?P<name>.* with data set (?:"[^"]*"|#\d+)).*')
_FATAL = re.compile(
    r"^(?:PHP )?(?P<level>Fatal error|Parse error|Catchable fatal error):\s+(?:Uncaught (?:"
    r"(?P<kind>[\w\\]+): )?)?(?P<text>.*?)"
    r"(?: in (?P<path>\S+?)(?::(?P<line>\d+)| on line (?P<line2>\d+)))?$"
)
_STEP = re.compile(r"^#\d+ (?P<path>[^\s(]+)\((?P<line>\d+)\): (?P<name>.*?)(?:\(.*)?$")
_PEST = re.compile(r"^\s*FAILED\s+(?P<test>\S.*?)(?:\s{2,}(?P<kind>\w+))?\s*$")
_PEST_AT = re.compile(r"^\s*(?:at |\d+\s+)(?P<path>\S+\.php):(?P<line>\d+)$")
_STAN_FILE = re.compile(r"^\s+Line\s+(?P<path>\S+\.php)(?: \(.*\))?\s*$")
_STAN = re.compile(r"^\s+(?P<line>\d+)\s{2,}(?P<text>\S.*?)\s*$")
_CS_FILE = re.compile(r"^FILE: (?P<path>\S+)$")
_CS = re.compile(r"^\s*(?P<line>\d+) \| ERROR\s+\| (?:\[.\] )?(?P<text>.+)$")
_FIXER = re.compile(r"^\s+\d+\) (?P<path>\S+\.php)(?: \((?P<text>.+)\))?$")


def phpunit_report(lines: Sequence[Line]) -> list[Found]:
    """Each numbered test below `There was 1 failure:`, with what it says and its places, innermost
    first.
    """
    found = []
    heads = list(_heads(lines))
    for at, after in zip(heads, [*heads[1:], len(lines)], strict=False):
        named = _NUMBER.match(lines[at].text)
        if named:
            found.append(_test(lines[at : min(after, at + 300)], named["test"]))
    return [one for one in found if one.frames or one.message]


def _heads(lines: Sequence[Line]) -> Iterator[int]:
    """Where errors and failures begin; what was risky, skipped or deprecated failed nothing."""
    counts = False
    for n, line in enumerate(lines):
        section = _SECTION.match(line.text)
        counts = section["what"] in {"error", "failure", "warning"} if section else counts
        if counts and _NUMBER.match(line.text):
            yield n


def testdox(lines: Sequence[Line]) -> list[Found]:
    """PHPUnit's prose: `✘ What it should do`, then lines behind a bar."""
    found = []
    heads = [n for n, line in enumerate(lines) if _DOX.match(line.text)]
    for at in heads:
        end = next(
            (n for n in range(at + 1, len(lines)) if "│" not in lines[n].text[:8]), len(lines)
        )
        texts = [line.text.partition("│")[2].strip() for line in lines[at + 1 : end]]
        frames = [
            Frame(place["path"], int(place["line"]))
            for text in texts
            if (place := _PLACE.match(text))
        ]
        said = "\n".join(text for text in texts if not _PLACE.match(text)).strip()
        named = _DOX.match(lines[at].text)
        if named and said:
            last = lines[end - 1].number
            found.append(
                Found(
                    "test-failure",
                    "",
                    cut(said),
                    lines[at].number,
                    last,
                    named["test"],
                    shortened(frames[::-1]),
                )
            )
    return found


def _test(block: Sequence[Line], name: str) -> Found:
    data = _DATA.match(name)
    said: list[str] = []
    frames: list[Frame] = []
    last = block[0].number
    for line in block[1:]:
        place = _PLACE.match(line.text)
        if place:
            frames.append(Frame(place["path"], int(place["line"])))
            last = line.number
        elif (frames and line.text.strip()) or (
            (line.text == "--" or line.text.startswith("Caused by")) and said
        ):
            break
        elif not frames:
            said.append(line.text)
    kind = error_type(said[0].replace("\\", ".")).replace(".", "\\") if said else ""
    message = "\n".join(said).strip("\n").removeprefix(f"{kind}: ")
    test = data["name"] if data else name
    return Found(
        "test-failure", kind, cut(message), block[0].number, last, test, shortened(frames[::-1])
    )


def pest_report(lines: Sequence[Line]) -> list[Found]:
    """Each ` FAILED  Suite > test` block."""
    found = []
    for named, below in sections(lines, _PEST, 80):
        block = below[1:]
        places = [place for line in block if (place := _PEST_AT.match(line.text))]
        said = next((line.text.strip() for line in block if line.text.strip()), "")
        if ">" in named["test"] and said and places:
            frames = tuple(Frame(place["path"], int(place["line"])) for place in places[::-1])
            kind = named["kind"] or ""
            first, last = below[0].number, below[-1].number
            found.append(Found("test-failure", kind, cut(said), first, last, named["test"], frames))
    return found


def php_fatal(lines: Sequence[Line]) -> list[Found]:
    """A fatal or parse error, which PHP tells twice: on standard error and on standard output."""
    for at, line in enumerate(lines):
        said = _FATAL.match(line.text)
        if not said:
            continue
        steps = [step for below in lines[at + 1 : at + 60] if (step := _STEP.match(below.text))]
        number = said["line"] or said["line2"]
        inner = [Frame(said["path"], int(number))] if said["path"] and number else []
        frames = [Frame(step["path"], int(step["line"]), step["name"]) for step in steps[::-1]]
        parse = said["level"] == "Parse error"
        kind = said["kind"] or said["level"]
        return [
            Found(
                "compile-error" if parse else "crash",
                kind,
                cut(said["text"]),
                line.number,
                line.number,
                "",
                (*frames, *inner),
            )
        ]
    return []


def phpstan_table(lines: Sequence[Line]) -> list[Found]:
    """PHPStan: a table for each file, whose messages go on below themselves."""
    found: list[Found] = []
    path = ""
    for line in lines:
        file, said = _STAN_FILE.match(line.text), _STAN.match(line.text)
        if file:
            path = file["path"]
        elif said and path:
            place = (Frame(path, int(said["line"])),)
            found.append(Found("type-error", "", said["text"], line.number, line.number, "", place))
    return found


def phpcs_table(lines: Sequence[Line]) -> list[Found]:
    """PHP_CodeSniffer: a table for each file."""
    found: list[Found] = []
    path = ""
    for line in lines:
        file, said = _CS_FILE.match(line.text), _CS.match(line.text)
        path = file["path"] if file else path
        if said and path:
            place = (Frame(path, int(said["line"])),)
            found.append(Found("lint", "", said["text"], line.number, line.number, "", place))
    return found


def php_fixer(lines: Sequence[Line]) -> list[Found]:
    """PHP CS Fixer: files that it would change."""
    names = [(line, name) for line in lines if (name := _FIXER.match(line.text))]
    return [
        Found(
            "lint",
            "",
            f"would be fixed: {name['path']} {name['text'] or ''}".strip(),
            line.number,
            line.number,
            "",
            (Frame(name["path"], None),),
        )
        for line, name in names
    ]
