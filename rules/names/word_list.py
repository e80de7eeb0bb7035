"""jieba's word list, looked into where it lies: reading all of it takes a quarter of a second, which few names are worth.

The file is read, for importing jieba would leave a cache file in /tmp for anyone to replace.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

FEW = 8000
"""Words that are looked up one by one; whoever asks for more has the whole list read."""
FIRST = "一"
"""From this word on the file is sorted (a test holds it) but for the `MISPLACED`; the few lines before it are read at once."""
MISPLACED = ("吉林", "高富帅")  # in the file's order


class WordList:
    """Word → how often it occurs in jieba's corpus."""

    def __init__(self, listed: bytes) -> None:
        """``listed``: a line a word, with its frequency and part of speech; also the last line ends."""
        first = listed.index(f"\n{FIRST} ".encode()) + 1
        self._few = _read(listed[:first])
        kept: list[bytes] = []
        end = len(listed)
        for word in reversed(MISPLACED):
            at = listed.rfind(f"\n{word} ".encode(), first, end) + 1
            after = listed.index(b"\n", at) + 1
            if at:
                self._few |= _read(listed[at:after])
                kept, end = [listed[after:end], *kept], at
        self._sorted = b"".join([listed[first:end], *kept])
        self._met = dict(self._few)
        self._all: dict[str, int] | None = None

    def get(self, word: str) -> int:
        """0 for a word that is not listed."""
        found = self._met.get(word)
        if found is not None:
            return found
        if len(self._met) >= FEW:
            return self.all().get(word, 0)
        self._met[word] = found = self._look_up(word.encode("utf-8", "surrogatepass")) if word else 0
        return found

    def all(self) -> dict[str, int]:
        """Every word."""
        if self._all is None:
            self._all = self._met = _read(self._sorted) | self._few
        return self._all

    def _look_up(self, word: bytes) -> int:
        """Halves what lies between `low` and `high`, both beginnings of lines: no word before `low` is above this one."""
        low, high = 0, len(self._sorted)
        while low < high:
            at = max(low, self._sorted.rfind(b"\n", 0, (low + high) // 2) + 1)
            if self._sorted[at : self._sorted.index(b" ", at)] <= word:
                low = self._sorted.index(b"\n", at) + 1
            else:
                high = at
        before = self._sorted[self._sorted.rfind(b"\n", 0, max(low - 1, 0)) + 1 : low].split(b" ")
        return int(before[1]) if before[0] == word else 0


def _read(listed: bytes) -> dict[str, int]:
    fields = listed.decode("utf-8").split()
    return dict(zip(fields[::3], map(int, fields[1::3]), strict=True))


@cache
def frequencies() -> WordList:
    """The list that jieba came with."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:  # pragma: no cover - jieba is a locked dependency
        return WordList(f"\n{FIRST} 1 m\n".encode())
    return WordList((Path(spec.origin).parent / "dict.txt").read_bytes())
