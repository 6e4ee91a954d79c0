// What stands in the editor to begin with.
export const SAMPLE = `"""Count the words of files."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path


def count_words(path: Path) -> Counter[str]:
    """Count each word of a file, whatever its case."""
    text = path.read_text(encoding="utf-8")
    return Counter(text.lower().split())


def main(arguments: list[str]) -> None:
    """Print the ten most common words of each file."""
    for name in arguments:
        words = count_words(Path(name))
        for word, count in words.most_common(10):
            print(f"{count:6} {word}")


if __name__ == "__main__":
    main(sys.argv[1:])
`;
