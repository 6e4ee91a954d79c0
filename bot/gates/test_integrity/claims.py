"""Here lives what an assertion claims: of what, which value, how firmly, and how near is near
enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.gates.test_integrity.assertion_names import (
    BOUND,
    EXACT,
    EXPECTED_FIRST,
    NEAR,
    NOTHING,
    PART,
    SOME,
    TOLERANCES,
    bound_of,
    firmness_of,
    third_is_gap,
    tolerance_of,
    word_of,
)
from bot.gates.test_integrity.expression_scan import (
    arguments,
    called,
    links,
    literal,
    numbers,
    split_at,
    squeezed,
)

OR = re.compile(r"\bor\b(?=[\s(])|\|\|")
BLOCK = re.compile(
    r"expect\s*(?:do|\{)\s*(.*?)\s*(?:\}|\bend)\s*\.(.*)$"
)  # expect { boom }.to raise_error
COMPARES = re.compile(
    r"===|!==|==|!=|<=|>=|(?<![-=<>])[<>](?![<>=])|(?<=\s)(?:not in|in|is not|is)(?=[\s(\[{])"
)
WILD = re.compile(
    r"\bANY\b|\banything\(|\bany\(|\bmock\.ANY\b|\bAny\w*\(|\bexpect\.any|\bobjectContaining|\bIsNull\b"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One assertion: `actual` is what it looks at, `expected` what must be there."""

    text: str
    actual: str
    expected: str = ""
    firmness: int = SOME
    tolerance: float = 0.0
    bound: str = ""  # the sign of a comparison by size
    line: int = 0
    is_row: bool = False


def claim(text: str, line: int = 0) -> Claim:
    """What an assertion claims, as far as its text tells. Any text will do."""
    flat = squeezed(text)
    flat = re.sub(r"^await ", "", flat)
    found = _statement(flat) or _spoken(flat) or _call(flat) or _of(flat)
    if WILD.search(found.expected):
        found = replace(found, firmness=min(found.firmness, PART))
    return replace(found, text=flat, line=line)


def row(parts: list[str], keys: list[str], text: str, line: int) -> Claim:
    """A case of a table: what is put in, and what must come out, which is what is named so or
    stands last.
    """
    out = [
        at
        for at, key in enumerate(keys)
        if re.search(r"want|expect|output|result|out$|exp$", key, re.IGNORECASE)
    ]
    out = out or [len(parts) - 1]
    put = ", ".join(squeezed(part) for at, part in enumerate(parts) if at not in out)
    come = ", ".join(squeezed(parts[at]) for at in out)
    return Claim(squeezed(text), put, come, EXACT, line=line, is_row=True)


def _statement(flat: str) -> Claim | None:
    """`assert x == 1, "why"` and `if got != want`, which claims the contrary."""
    if flat.startswith(("assert ", "assert(")) and not flat.startswith("assert(("):
        inner = flat[6:].strip()
        whole = called(f"_{inner}") if inner.startswith("(") else None
        inner = whole[1] if whole and not whole[2] else inner
        return _of((arguments(inner) or [inner])[0])
    if flat.startswith("if "):
        return _contrary(_of(flat[3:].rpartition("; ")[2].rstrip("{ ")))
    return None


def _spoken(flat: str) -> Claim | None:
    """expect(x).toBe(1), assertThat(x).isEqualTo(1), expect(x).to eq(1), x.should eq 1."""
    if should := re.match(
        r"(.+?)[.\s]+(?:should|Should)(_not|Not)?(?:\(\))?([A-Z.\s].*)$", flat
    ):  # x.should eq 1, x.Should().Be(1)
        flat = f"expect({should[1]}){'.not' if should[2] else ''}.{should[3].lstrip('. ')}"
    if block := re.match(
        r"expect\s*(?:do|\{)\s*(.*?)\s*(?:\}|\bend)\s*\.(.*)$", flat
    ):  # expect { boom }.to raise_error
        flat = f"expect({block[1]}).{block[2]}"
    head = called(flat)
    if (
        not head
        or not re.search(r"(?:expect|assertThat|expectThat|assert_that|that)$", head[0])
        or not head[2].startswith((".", "!", " "))
    ):
        return None
    actual, chain = head[1], head[2]
    negated = bool(re.search(r"\.not\b|\.never\b|\bnot_to\b|\bto_not\b", chain))
    best = Claim("", actual, firmness=NOTHING)
    for name, inner in links(chain):
        found = _named(name, [actual, *arguments(inner)])
        best = found if found.firmness >= best.firmness else best
    return _contrary(best) if negated else best


def _call(flat: str) -> Claim | None:
    """assertEqual(a, b), assert_eq!(a, b), require.Equal(t, a, b), assert_equal a, b,
    m.assert_called_with(1).
    """
    spoken = re.match(r"^([\w.:$>!-]+)\s+(?=[^\s=(.])(.+)$", flat)  # ruby's way
    head = called(flat) if not spoken or "(" in spoken[1] else (spoken[1], spoken[2], "")
    if not head:
        return None
    callee = head[0].replace("->", ".").replace("::", ".")
    owner, _, name = callee.rpartition(".")
    parts = arguments(head[1])
    if (
        parts and owner in ("assert", "require", "is", "must") and parts[0] in ("t", "b", "c")
    ):  # testify's way
        parts = parts[1:]
    if owner and not re.search(
        r"(?:assert\w*|require|expect|testing|self|this|cls|should|chai|pytest|unittest|^t)$",
        owner,
        re.IGNORECASE,
    ):
        parts = [owner, *parts]  # mock.assert_called_with(1) speaks of the mock
    return _named(name or callee, parts)


def _named(name: str, parts: list[str]) -> Claim:
    """What an assertion of this name claims of its arguments."""
    plain = name.rstrip("!?")
    if word := word_of(plain):
        return _is_word(word, parts)
    if not parts:
        return Claim("", plain, "", SOME)
    firmness = firmness_of(plain)
    if firmness is None:
        return (
            _of(parts[0])
            if re.search(
                r"assert|expect|check|require|verify|true|truthy|ok|should", plain, re.IGNORECASE
            )
            else Claim("", plain, ", ".join(parts), SOME)
        )
    if firmness == SOME:
        return Claim("", parts[0], ", ".join(parts[1:]), firmness)
    return _two_sided(plain, parts, firmness)


def _two_sided(name: str, parts: list[str], firmness: int) -> Claim:
    positional = [part for part in parts if not re.match(r"\w+\s*=(?!=)", part)]
    if firmness == PART and re.search(
        r"raises|throw|panic|warns|reject|error", name, re.IGNORECASE
    ):
        return _raises(parts)
    if len(positional) < 2:
        return Claim("", parts[0], "", firmness)
    first, second = positional[:2]
    turned = (literal(first) and not literal(second)) or (
        EXPECTED_FIRST.search(name) and not literal(second)
    )
    actual, expected = (second, first) if turned else (first, second)
    if firmness == EXACT and (any(map(TOLERANCES.search, parts)) or third_is_gap(positional)):
        firmness = NEAR
    tolerance = tolerance_of(name, parts, positional) if firmness == NEAR else 0.0
    bound = bound_of(name) if firmness == BOUND else ""
    return _near(Claim("", actual, expected, firmness, tolerance, bound))


def _raises(parts: list[str]) -> Claim:
    kind = next(
        (
            part
            for part in parts
            if re.match(
                r"[\w.:&]*(?:Error|Exception|Warning|Exit|Interrupt|Fault|\.class)\b|[A-Z]\w+$",
                part,
            )
        ),
        "",
    )
    more = any(
        re.match(r"(?:match|message|expected_regex)\s*=", part) or part.startswith(('"', "/"))
        for part in parts
    )
    broad = (
        not kind or re.match(r"(?:Base)?Exception|Error|Throwable|StandardError", kind) is not None
    )
    firmness = EXACT if more else SOME if broad else PART
    return Claim(
        "",
        "raises",
        ", ".join(part for part in parts if "=>" not in part and "(" not in part),
        firmness,
    )


def _is_word(word: str, parts: list[str]) -> Claim:
    inner = _of(parts[0]) if parts else Claim("", "")
    if word == "True":
        return inner
    if word == "False":
        return _contrary(inner)
    return Claim("", parts[0] if parts else "", word, EXACT)


def _of(expression: str) -> Claim:
    """What a condition claims."""
    inner = expression.strip()
    while inner.startswith("(") and (whole := called(f"_{inner}")) and not whole[2]:
        inner = whole[1]
    if split_at(inner, OR):
        left = split_at(inner, OR) or (inner, "", "")
        trivial = any(_always(side) for side in (left[0], left[2]))
        return replace(
            _of(left[0]), firmness=NOTHING if trivial else min(_of(left[0]).firmness, PART)
        )
    if inner.startswith(("not ", "!")) and not inner.startswith("!="):
        return _contrary(_of(inner.removeprefix("not ").removeprefix("!")))
    sides = split_at(inner, COMPARES)
    if sides is None:
        return _bare(inner)
    return _compared(*sides)


def _compared(left: str, sign: str, right: str) -> Claim:
    turned = literal(left) and not literal(right)
    actual, expected = (right, left) if turned else (left, right)
    if sign in ("==", "===", "is"):
        firmness = NOTHING if left == right else EXACT
        return _near(Claim("", actual, expected, firmness))
    if sign in ("!=", "!==", "is not"):
        return Claim(
            "",
            actual,
            expected,
            SOME if re.fullmatch(r"None|nil|null|undefined", expected) else BOUND,
            bound="!=",
        )
    if sign in ("in", "not in"):
        known = literal(right) and not literal(left)
        return Claim(
            "",
            left if known else right,
            right if known else left,
            PART,
            bound="in" if sign == "in" else "not in",
        )
    sign = sign.translate(str.maketrans("<>", "><")) if turned else sign
    gap = re.match(r"^(?:\w+\.)*(?:abs|fabs|Abs)\((.+)\)$|^\((.+)\)\.abs\(\)$", actual)
    if gap and "<" in sign:
        inside = split_at((gap[1] or gap[2]), re.compile(r"-(?=\s)"))
        sides = (inside[0], inside[2]) if inside else (gap[1] or gap[2], "")
        return Claim("", sides[0], sides[1], NEAR, tolerance=(numbers(expected) or [0.0])[0])
    return Claim("", actual, expected, BOUND, bound=sign)


def _near(found: Claim) -> Claim:
    """`== approx(1)` is only near, and so is what a matcher stands for."""
    head = called(found.expected)
    if head and re.search(r"approx|within|close_?to|isclose", head[0], re.IGNORECASE):
        parts = arguments(head[1])
        return replace(
            found,
            expected=parts[0] if parts else "",
            firmness=NEAR,
            tolerance=tolerance_of("approx", parts, parts),
        )
    return found


def _bare(inner: str) -> Claim:
    if _always(inner):
        return Claim("", inner, "", NOTHING)
    head = called(inner)
    name = head[0].rpartition(".")[2] if head else ""
    if (
        head
        and not head[2]
        and re.search(
            r"isclose|allclose|almost|DeepEqual|equals$|^eq$|isinstance|startswith"
            r"|starts_with|endswith|contains|includes|matche?s?$|search$|test$"
            r"|issubset|is_subset",
            name,
        )
    ):
        owner = head[0].rpartition(".")[0]
        parts = [
            *(
                [owner]
                if owner
                and not re.search(
                    r"math|np|numpy|torch|re|reflect|cmp|bytes|strings|Objects|Arrays", owner
                )
                else []
            ),
            *arguments(head[1]),
        ]
        return replace(_named(f"{name}_like" if name == "test" else name, parts), bound="")
    return Claim("", inner, "True", SOME)


def _contrary(found: Claim) -> Claim:
    """What is claimed when this must not be so."""
    if found.bound in CONTRARY:
        sign = CONTRARY[found.bound]
        firmness = EXACT if sign == "==" else found.firmness
        return replace(found, bound="" if sign == "==" else sign, firmness=firmness)
    if found.firmness == EXACT and found.expected not in ("True", "False"):
        return replace(found, firmness=SOME if found.expected == "None" else BOUND, bound="!=")
    if found.expected in ("True", "False"):
        return replace(found, expected="False" if found.expected == "True" else "True")
    return (
        found
        if found.firmness == NEAR
        else replace(found, bound=f"not {found.bound}".strip(), firmness=min(found.firmness, PART))
    )


CONTRARY = MappingProxyType(
    {"!=": "==", "<": ">=", ">": "<=", "<=": ">", ">=": "<", "in": "not in", "not in": "in"}
)


def _always(text: str) -> bool:
    """Whether a condition holds whatever the code does."""
    plain = text.strip()
    if plain in ("True", "true", "1", "!0", "not False", "!false"):
        return True
    sides = split_at(plain, COMPARES)
    return (
        bool(sides)
        and bool(sides)
        and sides is not None
        and sides[0] == sides[2]
        and literal(sides[0])
    )
