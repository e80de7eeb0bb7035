"""An unchanged page costs nothing: what to ask a server so that it may say "not modified", and what to make of its answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from crawler.observe.page_reading import PageReading
from crawler.page.page import Page
from rules.model import Observation, Outcome
from storage.database import StorageError
from storage.evidence import EvidenceArchive, ReferenceLost
from storage.serialization import dump, load
from storage.whole_fetches import WholeFetch, WholeFetchRepository

NOT_MODIFIED = 304
MOST_TRUSTED = 13
"""Answers "not modified" in a row that are believed; the next visit, the fourteenth, fetches the page whole."""
LASTING = (Outcome.OK, Outcome.EMPTY)
"""What may be said again without reading: a wall stays a wall, and what has ended is looked at anew each time."""
MARK = re.compile(r"[\x20-\x7e]{1,200}")
Address = tuple[str, str]
"""An account's key and an address asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """An answer as it was kept. ``known``: the last whole fetch, where the page is still the same; ``trusted``: only the
    server says so, and sent no body."""

    page: Page
    evidence: str
    known: WholeFetch | None = None
    trusted: bool = False

    def reading(self, reader: str) -> PageReading | None:
        """What was read of these bytes before, where it would be read the same now."""
        if self.known is None or not reader or reader != self.known.reader or not self.known.reading:
            return None
        try:
            before = load(PageReading, self.known.reading)
        except StorageError:  # spoilt, or of another version: the page is at hand
            return None
        return before if before.holds(self.page.fetched_at) else None

    def dated(self, seen: Observation) -> Observation:
        """What was seen, as seen now, with its evidence."""
        seen = replace(seen, observed_at=self.page.fetched_at, evidence=self.evidence)
        seen = replace(seen, address=self.page.address or seen.address)
        if self.known is None:
            return replace(seen, unchanged_since=None, whole_at=None)
        return replace(
            seen, unchanged_since=self.known.first_at, whole_at=self.known.whole_at if self.trusted else None
        )


class Revisits:
    """Of one run: what is known of each address, and what came of asking again."""

    def __init__(self, archive: EvidenceArchive, run: str, memory: WholeFetchRepository, keys: Sequence[str]) -> None:
        """``keys``: the accounts that may be answered "not modified" about; with none, every page is fetched whole and
        nothing is remembered. Raises StorageError."""
        self._archive, self._run, self._memory, self._on = archive, run, memory, bool(keys)
        self._known = memory.of(keys)
        self._asked: set[Address] = set()
        self.fetched: dict[Address, WholeFetch] = {}
        self.forgotten: set[Address] = set()
        self.notes: list[str] = []
        self.unchanged = 0

    def conditions(self, at: Address, *, whole: bool) -> dict[str, str]:
        """Headers that let the server answer "not modified"; none where the page is wanted ``whole``."""
        self._asked.discard(at)
        known = self._known.get(at)
        if not self._on or whole or known is None or known.distrusted or known.trusted >= MOST_TRUSTED:
            return {}
        marks = {"If-None-Match": known.etag, "If-Modified-Since": known.modified}
        marks = {name: value for name, value in marks.items() if value}
        if marks:
            self._asked.add(at)
        return marks

    def keep(self, page: Page, at: Address | None) -> StoredAnswer | None:
        """Store what came. None where "not modified" cannot be used: the page is to be asked for whole. Raises
        EvidenceError."""
        known = self._known.get(at) if at and self._on else None
        unmodified = page.status == NOT_MODIFIED and at in self._asked
        if known and page.url == known.final_url and (unmodified or _same(page, known)):
            try:
                evidence = self._archive.append(page, run_id=self._run, same_as=known.evidence)
            except ReferenceLost:
                known = None
            else:
                self.unchanged += 1
                return StoredAnswer(page=page, evidence=evidence, known=known, trusted=unmodified)
        if unmodified:
            return None
        return StoredAnswer(page=page, evidence=self._archive.append(page, run_id=self._run))

    def whole(self, kept: StoredAnswer) -> Page:
        """The page with its bytes, which "not modified" comes without. Raises EvidenceError."""
        return Page(**vars(self._archive.get(kept.evidence))) if kept.trusted else kept.page

    def remember(self, at: Address, kept: StoredAnswer, reading: PageReading, reader: str, *, direct: bool) -> None:
        """Keep for the next visit what this one saw. ``direct``: the server itself led to the page, if at all."""
        if not self._on:
            return
        before, page = self._known.get(at), kept.page
        known_liar = before is not None and before.distrusted
        lied = before is not None and kept.known is None and _same_mark(page, before)
        if lied and not known_liar:
            host = urlsplit(page.url).hostname
            self.notes.append(f"{host} 的页面已有变化，版本标识却没有变，其“未变化”的答复不可信，今后整页读取")
        if reading.seen.outcome not in LASTING or not direct or page.status not in (200, NOT_MODIFIED):
            self.fetched.pop(at, None)
            self.forgotten |= set() if known_liar or before is None else {at}
            return
        self.forgotten.discard(at)
        self.fetched[at] = replace(
            self._fetch(at, kept),
            distrusted=lied or known_liar,
            reader=reader if reading.lasting else "",
            reading=dump(reading) if reading.lasting else "",
        )

    def flush(self) -> None:
        """Hand over what is known now. Raises StorageError; then it is kept for the next try."""
        self._memory.save(self.fetched.values(), self.forgotten)
        self.fetched, self.forgotten = {}, set()

    def _fetch(self, at: Address, kept: StoredAnswer) -> WholeFetch:
        page, known = kept.page, kept.known
        if known and kept.trusted:
            return replace(known, trusted=known.trusted + 1)
        etag, modified = _marks(page)
        if known:
            return replace(known, etag=etag, modified=modified, whole_at=page.fetched_at, trusted=0)
        return WholeFetch(
            key=at[0],
            url=at[1],
            final_url=page.url,
            etag=etag,
            modified=modified,
            content_type=page.headers.get("content-type", ""),
            payload=hashlib.sha256(page.body).hexdigest(),
            evidence=kept.evidence,
            first_at=page.fetched_at,
            whole_at=page.fetched_at,
        )


def _same(page: Page, known: WholeFetch) -> bool:
    """The same bytes under the same head, as far as it decides how they are read."""
    alike = page.status == 200 and page.headers.get("content-type", "") == known.content_type
    return alike and hashlib.sha256(page.body).hexdigest() == known.payload


def _marks(page: Page) -> tuple[str, str]:
    """ETag and Last-Modified, as sent; what no request could carry back is none."""
    etag, modified = (page.headers.get(name, "") for name in ("etag", "last-modified"))
    return (etag if MARK.fullmatch(etag) else ""), (modified if MARK.fullmatch(modified) else "")


def _same_mark(page: Page, known: WholeFetch) -> bool:
    """True where the server gives another body the mark by which it tells versions, an ETag before a date."""
    (etag, modified), same_body = _marks(page), hashlib.sha256(page.body).hexdigest() == known.payload
    mark, before = (etag, known.etag) if etag or known.etag else (modified, known.modified)
    alike = page.status == 200 and page.url == known.final_url
    return alike and not same_body and bool(mark) and mark == before
