"""Appends pages to the archive and finds them again by id."""

from __future__ import annotations

import hashlib
import io
import os
import re
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from warcio.archiveiterator import ArchiveIterator

from rules.model import BEIJING
from storage.evidence import chain, warc
from storage.evidence.records import PageRecords, PayloadRef, file_head
from storage.evidence.report import VerifyReport
from storage.evidence.shared_store import SharedStore, member_from
from storage.evidence.tombstone import evidence_id, tombstones_in
from storage.evidence.verify import seal_abandoned, verify
from storage.evidence.warc import EVIDENCE_ID, EvidenceError, EvidenceExpired, PageLike, ReferenceLost, StoredPage
from storage.evidence.writer import MAX_SIZE, WarcWriter, chain_path

NOT_MODIFIED = 304
"""The answer of a server to who has the page already."""
DEDUPE_FROM = 512
"""Bodies of at least this many bytes are written once per file and referred to afterwards (captcha walls repeat)."""


class EvidenceArchive:
    """Evidence under one folder. Any number of processes and threads may append at once: each process has own files.

    ``sync_every`` pages are put on the disk together; call `sync` before committing the rows that cite them. A killed
    process loses nothing that was acknowledged; a power cut loses at most what was not synced.
    """

    def __init__(self, root: Path | str, *, sync_every: int = 64, shared: SharedStore | None = None) -> None:
        """Nothing is created until the first page comes. ``shared``: where pages of other hosts are read from."""
        self.root, self.sync_every, self.shared = Path(root), sync_every, shared
        self._writer: WarcWriter | None = None
        self._of: tuple[int, str, str] = (0, "", "")
        self._payloads: dict[bytes, PayloadRef] = {}
        self._lock = threading.RLock()

    def append(
        self,
        page: PageLike,
        *,
        request_headers: Mapping[str, str] | None = None,
        run_id: str = "",
        kind: str = "response",
        same_as: str = "",
    ) -> str:
        """Store a page and return its evidence id, once the bytes are written. Raises EvidenceError: nothing is kept;
        ReferenceLost where it is ``same_as`` that cannot be referred to.

        ``kind`` is ``response`` for what a server sent, ``conversion`` for what a browser made of it. ``same_as``: the
        evidence id of a record, in whatever file, whose body came again, or that the server answers 304 of; that it is
        there and whole is checked first, and only a reference to it is written.
        """
        if page.fetched_at.tzinfo is None:
            raise ValueError("fetched_at must be aware")
        with self._lock:
            writer = self._open(page.fetched_at, run_id)
            digest = hashlib.sha256(page.body).digest()
            first = self._payloads.get(digest) if kind == "response" else None
            profile = warc.NOT_MODIFIED if same_as and page.status == NOT_MODIFIED else warc.SAME_BODY
            if same_as:
                first = self._referred(same_as, whole=profile is warc.SAME_BODY)
                if profile is warc.SAME_BODY and first.digest != f"sha256:{digest.hex()}":
                    raise ValueError(f"{same_as} holds another body")
            records = PageRecords(page)
            unit = [records.response(kind, digest.hex(), first, profile)]
            if request_headers is not None:
                unit.append(records.request(request_headers))
            evidence = evidence_id(writer.name, *writer.write(unit)[0])
            if kind == "response" and not first and len(page.body) >= DEDUPE_FROM:
                self._payloads[digest] = records.first(evidence, digest.hex())
            if writer.unsynced >= self.sync_every:
                writer.sync()
            return evidence

    def append_resource(self, url: str, body: bytes, content_type: str, at: datetime, *, run_id: str = "") -> str:
        """Store what we made ourselves, a screenshot for instance. Returns its evidence id; raises EvidenceError."""
        page = StoredPage(url, body, at, headers={"content-type": content_type})
        return self.append(page, run_id=run_id, kind="resource")

    def get(self, evidence: str) -> StoredPage:
        """The page behind an evidence id, its bytes checked against the id. Raises EvidenceError.

        ``Page(**vars(archive.get(id)))`` is the crawler's page.
        """
        return self._page(self.member(evidence))

    def member(self, evidence: str) -> bytes:
        """The stored record behind an evidence id, one gzip member, checked against the id. Raises EvidenceError,
        EvidenceExpired where a retention rule destroyed it."""
        match = EVIDENCE_ID.fullmatch(evidence)
        if not match:
            raise EvidenceError(f"“{evidence}”不是存证编号")
        name, offset = f"{match[1]}/{match[2]}.warc.gz", int(match[3])
        problem = f"存证文件 {name} 不存在"
        for copy in self._copies(name):
            try:
                with copy as file:
                    file.seek(offset)
                    member = member_from(file)
            except FileNotFoundError:
                continue
            except (OSError, zlib.error):
                problem = f"存证 {evidence} 已损坏，无法读取"
                continue
            if hashlib.sha256(member).hexdigest()[:24] == match[4]:
                return member
            problem = f"存证 {evidence} 的内容与编号不符，可能被改动"
        if self._has_expired(evidence):
            raise EvidenceExpired(evidence)
        raise EvidenceError(problem)

    def _has_expired(self, evidence: str) -> bool:
        """Whether a manifest, this folder's or one of the shared store, holds its tombstone."""
        if evidence in tombstones_in(chain.Manifest(self.root).read()):
            return True
        store = self.shared
        copies = (store.read(folder, chain.MANIFEST) for folder in store.folders()) if store else ()
        return any(evidence in tombstones_in(chain.read(copy)) for copy in copies)

    def _copies(self, name: str) -> Iterator[AbstractContextManager[Any]]:
        """The local file of this name, then those of the shared store."""
        yield _opened(self.root / name)
        if self.shared:
            yield from self.shared.copies(name)

    def pages(self, *, day: str = "", run_id: str = "") -> Iterator[tuple[str, StoredPage]]:
        """Every page with its evidence id, file by file in the order written; of one day (2026-11-21) or one run."""
        for path in sorted(self.root.glob(f"{day or '*'}/*.warc.gz")):
            links = chain.read(chain_path(path).read_bytes(), expirable=True)
            if run_id and not path.name.startswith(_safe(run_id) + "-"):
                continue
            for entry in links.entries[1:]:
                if entry["type"] not in ("warcinfo", "request", chain.EXPIRED):
                    evidence = evidence_id(f"{path.parent.name}/{path.name}", entry["offset"], entry["sha256"])
                    yield evidence, self.get(evidence)

    def sync(self) -> None:
        """Put everything appended so far on the disk. Raises EvidenceError."""
        with self._lock:
            if self._writer and self._of[0] == os.getpid():
                self._writer.sync()

    def close(self) -> None:
        """Seal the open file. Raises EvidenceError."""
        with self._lock:
            writer, self._writer = self._writer, None
            self._payloads.clear()
            if writer and self._of[0] == os.getpid():
                writer.seal()

    def seal_abandoned(self) -> list[str]:
        """Seal files whose writer was killed, torn tail included; those that fail their check are left. Their names."""
        return seal_abandoned(self.root)

    def heads(self) -> dict[str, str]:
        """The chain heads to record elsewhere (database, digest): the manifest's, and those of files not yet sealed.

        `verify` takes them back and finds whoever rewrote everything behind them.
        """
        links = chain.Manifest(self.root).read()
        sealed = {entry["file"] for entry in links.entries if entry["event"] == "seal"}
        heads = {chain.MANIFEST: links.head}
        for entry in links.entries:
            name = entry["file"]
            if name not in sealed and chain_path(self.root / name).exists():
                heads[name] = chain.read(chain_path(self.root / name).read_bytes()).head
        return heads

    def verify(self, heads: Mapping[str, str] | None = None, stamped: Mapping[str, str] | None = None) -> VerifyReport:
        """Check the whole archive, against heads recorded or time-stamped earlier where given."""
        return verify(self.root, heads=heads, stamped=stamped)

    def __enter__(self) -> Self:
        """Use as a context: the file is sealed at the end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Seal."""
        self.close()

    def _open(self, moment: datetime, run_id: str) -> WarcWriter:
        """The writer for this process, day and run; a forked child never writes into its parent's file."""
        at, day = warc.date_field(moment), moment.astimezone(BEIJING).date().isoformat()
        of = (os.getpid(), day, run_id)
        if self._writer and (self._of != of or self._writer.offset >= MAX_SIZE):
            if self._of[0] != of[0]:
                self._writer = None  # the parent's, who will seal it
            self.close()
        if self._writer is None:
            writer = WarcWriter(self.root, day, f"{_safe(run_id) or 'run'}-{of[0]}")
            try:
                writer.write([file_head(writer.path.name, at, _safe(run_id))])
            except EvidenceError:
                writer.close()
                raise
            self._writer, self._of, self._payloads = writer, of, {}
        return self._writer

    def _page(self, member: bytes) -> StoredPage:
        found = _record(member)
        first = found.rec_headers.get_header(warc.REFERS_TO)
        if not first:
            return warc.page_of(found)
        try:
            return warc.page_of(found, first=self.get(first))
        except EvidenceError as error:
            raise EvidenceError(f"这份存证记录的是“页面没有变化”，它引用的存证不能读取：{error}") from error

    def _referred(self, evidence: str, *, whole: bool) -> PayloadRef:
        try:
            return self._reference(evidence, whole=whole)
        except EvidenceError as error:
            raise ReferenceLost(str(error)) from error

    def _reference(self, evidence: str, *, whole: bool) -> PayloadRef:
        """What a record that refers to this one says of it; ``whole``: of the one that holds the bytes themselves."""
        named = _record(self.member(evidence)).rec_headers
        first = named.get_header(warc.REFERS_TO)
        if first and whole:
            return self._reference(first, whole=True)
        fields = ("WARC-Record-ID", "WARC-Target-URI", "WARC-Date", "WARC-Payload-Digest")
        number, url, at, digest = (named.get_header(name) or "" for name in fields)
        return PayloadRef(number, url, at, evidence, digest)


def _record(member: bytes) -> Any:
    return next(iter(ArchiveIterator(io.BytesIO(member))))


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as file:
        yield file


def _safe(run_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", run_id)[:60]
