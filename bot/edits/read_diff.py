"""Read unified diffs as git and as models write them, file by file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.edits.diff_hunks import ENDING, FENCES, is_file_header, read_hunk
from bot.edits.diff_names import (
    list_spellings,
    read_names,
    split_names,
    strip_known_prefixes,
    strip_prefixes,
    unquote,
)
from bot.edits.parsed_edit import NOWHERE, FileEdit, Hunk, Rejected

EXTENDED = re.compile(
    r"(?:(rename|copy) (from|to)|(new|deleted) file mode|(old|new) mode) (.*?)\r?$"
)
INDEX = re.compile(r"index ([0-9a-f]{7,64})\.\.[0-9a-f]+(?: (\d{6}))?\r?$")
SHOWN_CHARS = 80
LINK_MODES = ("120", "160")  # the first digits of a link's and a submodule's
# What a text cannot say, or what says something else than a unified diff does.
REFUSED = (
    (
        re.compile(r"GIT binary patch|Binary files .* differ\s*$"),
        "binary changes cannot be made by a text.",
    ),
    (
        re.compile(r"@@@+ -|diff --(?:cc|combined) "),
        (
            "this is a combined diff, which compares a merge with all of its parents at once. "
            "Send a unified diff against one of them: git diff PARENT MERGE."
        ),
    ),
    (re.compile(r"Submodule \S+ [0-9a-f]{7,}"), "a submodule cannot be changed by a text."),
    (re.compile(r"\* Unmerged path "), "the file has conflicts, and this diff leaves it out."),
)


@dataclass(slots=True)
class _Header:
    """The lines before the hunks of one file."""

    line: int
    old: str = ""
    new: str = ""
    by_git: bool = False
    bare: bool = False  # the names are the files' own, without prefixes
    renames: bool = False
    copies: bool = False
    mode: str = ""
    old_hash: str = ""
    is_link: bool = False
    named: bool = False  # by --- and +++
    is_open: bool = False  # its lines may follow
    hunks: list[Hunk] = field(default_factory=list)

    @classmethod
    def read_git_line(cls, number: int, line: str) -> _Header:
        """Read the line `diff --git`."""
        names = split_names(line.removeprefix("diff --git ").removesuffix("\r"))
        old, new = strip_prefixes(*names)
        return cls(number, old, new, by_git=True, bare=(old, new) != names)

    def read_extended_line(self, line: str) -> None:
        """Read a line that git puts below `diff --git`, if it is one."""
        match = EXTENDED.match(line)
        if match:
            self._read_change(*match.groups(""))
        elif match := INDEX.match(line):
            self.old_hash = match[1]
            self.is_link |= (match[2] or "").startswith(LINK_MODES)

    def _read_change(self, move: str, side: str, file: str, mode: str, rest: str) -> None:
        if move:
            self.bare = True
            self.renames |= move == "rename"
            self.copies |= move == "copy"
            if side == "from":
                self.old = unquote(rest)
            else:
                self.new = unquote(rest)
            return
        self.is_link |= rest.startswith(LINK_MODES)
        if file == "new":
            self.old, self.mode = NOWHERE, rest
        elif file == "deleted":
            self.new = NOWHERE
        elif mode == "new":
            self.mode = rest

    def set_names(self, old: str, new: str) -> None:
        """Take the names of --- and +++, unless git said them better."""
        self.named = self.is_open = True
        if self.renames or self.copies:
            return
        if self.bare and _is_same_name(old, self.old) and _is_same_name(new, self.new):
            self.old = NOWHERE if old == NOWHERE else self.old
            self.new = NOWHERE if new == NOWHERE else self.new
            return
        self.old, self.new = strip_known_prefixes(old, new)
        if old == NOWHERE and not self.by_git:
            self.new = list_spellings(new)[-1]
        self.bare = (self.old, self.new) != (old, new)

    def describe(self) -> str:
        """Describe the file for people."""
        names = [name for name in (self.new, self.old) if name not in ("", NOWHERE)]
        return names[0] if names else f"Line {self.line} of the edit"

    def finish(self) -> Iterator[FileEdit]:
        """Give the edit of the file. Raises Rejected for a file of which nothing is said."""
        if self.is_link:
            raise Rejected(
                f"{self.describe()}: a symbolic link or submodule cannot be made by a text."
            )
        changes_tree = self.renames or self.copies or self.mode or NOWHERE in (self.old, self.new)
        if changes_tree or self.hunks:
            yield FileEdit(
                self.old,
                self.new,
                tuple(self.hunks),
                self.renames,
                self.copies,
                self.mode,
                self.bare,
                self.old_hash,
            )
        elif self.named or self.by_git:
            raise Rejected(
                f"{self.describe()}: the diff names the file, on line {self.line} of the edit, and "
                "no hunk (@@) says what changes in it."
            )


def _is_same_name(name: str, bare: str) -> bool:
    """Tell whether a name of --- or +++ is the one without prefix, as far as both say one."""
    return NOWHERE in (name, bare) or name.endswith(bare)


def parse_diffs(lines: Sequence[str]) -> Iterator[FileEdit]:
    """Parse the files of a diff. Raises Rejected for what no text can say, or would be lost."""
    header = _Header(1)
    fenced = False
    index = 0
    while index < len(lines):
        line = lines[index]
        if line.startswith("diff --git "):
            yield from header.finish()
            header = _Header.read_git_line(index + 1, line)
        elif is_file_header(lines, index):
            if header.named or header.hunks:
                yield from header.finish()
                header = _Header(index + 1)
            header.set_names(*read_names(lines, index))
            index += 1
        elif line.startswith("@@") and not line.startswith("@@@"):
            if not header.old:
                raise _make_nameless_error(index)
            hunk, index = read_hunk(lines, index, fenced=fenced)
            header.hunks.append(hunk)
            continue
        else:
            fenced ^= line.startswith(FENCES)
            _read_other_line(header, line)
        index += 1
    yield from header.finish()


def _make_nameless_error(index: int) -> Rejected:
    return Rejected(
        f"Line {index + 1} of the edit begins a hunk (@@), and no line above says which file it is "
        "for. Write --- a/PATH and +++ b/PATH above it."
    )


def _read_other_line(header: _Header, line: str) -> None:
    """Read a line outside of hunks. Raises Rejected for what would be lost."""
    for pattern, reason in REFUSED:
        if pattern.match(line):
            raise Rejected(f"{header.describe()}: {reason}")
    if header.by_git and not (header.named or header.hunks):
        header.read_extended_line(line)
    elif ENDING.match(line) or line.startswith("-- "):
        header.is_open = False
    elif line.startswith("+" if header.hunks else ("+", "-")) and header.is_open:
        raise Rejected(
            f"{header.describe()}: this line stands outside of a hunk (@@), so it would be lost: "
            f"`{line[:SHOWN_CHARS]}`."
        )
