"""How long the evidence chain is and how many bytes it holds, by reading only what its manifest gained since the last look."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from storage.evidence.chain import MANIFEST


@dataclass(slots=True)
class EvidenceSize:
    """Kept between looks: a walk over years of files would take longer than a scrape may."""

    root: Path
    links: int = 0
    _offset: int = 0
    _sealed: int = 0
    _open: set[str] = field(default_factory=set)

    def look(self) -> tuple[int, int] | None:
        """Links of the manifest and bytes of all WARC files; None where there is no archive. Raises OSError."""
        path = self.root / MANIFEST
        if not path.exists():
            return None
        if path.stat().st_size < self._offset:  # cut off: what is gone must show
            self.links, self._offset, self._sealed, self._open = 0, 0, 0, set()
        with path.open("rb") as file:
            file.seek(self._offset)
            for line in file:
                if line.endswith(b"\n"):
                    self._add(line)
        return self.links, self._sealed + sum(self._size(name) for name in self._open)

    def _add(self, line: bytes) -> None:
        self._offset, self.links = self._offset + len(line), self.links + 1
        try:
            entry = json.loads(line[65:])
        except ValueError:
            return  # `evidence verify` says what is wrong with it
        if entry.get("event") == "open":
            self._open.add(str(entry.get("file")))
        elif entry.get("event") == "seal":
            self._open.discard(str(entry.get("file")))
            self._sealed += int(entry.get("bytes", 0))

    def _size(self, name: str) -> int:
        try:
            return (self.root / name).stat().st_size
        except OSError:
            return 0
