"""When a server is asked whether a page has changed, and what is made of its answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.fetch.revisits import Revisits, StoredAnswer
from crawler.observe.page_reading import PageReading, read_page, reader_of
from crawler.page.page import Page
from crawler.platforms import spec_of
from rules.model import Outcome
from storage.evidence import EvidenceArchive
from storage.store import Store
from tests.conftest import NOW
from tests.support.unchanged_sites import LAST_MODIFIED, NEW, OLD, SINCE, WALL, target

ETAG = target("etag")
AT = (ETAG.key, ETAG.url)
MARKS = {"etag": '"1"', "content-type": "text/html"}
HOME = Page(url=ETAG.url, body=OLD, fetched_at=NOW, headers=MARKS, requested_url=ETAG.url)
UNMODIFIED = replace(HOME, status=304, body=b"", headers={"etag": '"1"'})


@dataclass
class Visits:
    """Visits to one page, each a run of its own, a day apart."""

    folder: Path
    store: Store
    day: int = 0
    asked: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    parsed: bool = False

    def visit(self, answer: Page, *, whole: bool = False, direct: bool = True) -> StoredAnswer | None:
        """One visit that is answered so; None where the answer is of no use."""
        with EvidenceArchive(self.folder / "evidence") as archive:
            revisits = Revisits(archive, f"r{self.day}", self.store.whole_fetches, [ETAG.key])
            self.asked = revisits.conditions(AT, whole=whole)
            page = replace(answer, fetched_at=NOW + timedelta(days=self.day))
            self.day += 1
            if kept := revisits.keep(page, AT):
                reading, reader = self.read(revisits, kept)
                revisits.remember(AT, kept, reading, reader, direct=direct)
                revisits.flush()
            self.notes = revisits.notes
        return kept

    def read(self, revisits: Revisits, kept: StoredAnswer) -> tuple[PageReading, str]:
        """As the spider reads."""
        spec = spec_of("website")
        reader = reader_of(ETAG, spec, spec.sources[0], asked=True, follow=True)
        before = kept.reading(reader)
        self.parsed = before is None
        return before or read_page(revisits.whole(kept), ETAG, spec, spec.sources[0], asked=True, follow=True)[
            0
        ], reader


@pytest.fixture
def visits(tmp_path: Path) -> Iterator[Visits]:
    store = Store(f"sqlite:///{tmp_path / 'xunjian.db'}")
    yield Visits(tmp_path, store)
    store.close()


def test_the_first_visit_asks_nothing_and_the_second_is_not_parsed(visits: Visits) -> None:
    visits.visit(HOME)
    assert visits.asked == {}
    kept = visits.visit(UNMODIFIED)
    assert visits.asked == {"If-None-Match": '"1"'}
    assert kept is not None
    assert kept.trusted
    assert not visits.parsed


def test_a_date_is_asked_with_where_there_is_no_tag(visits: Visits) -> None:
    visits.visit(replace(HOME, headers={"last-modified": LAST_MODIFIED}))
    visits.visit(HOME)
    assert visits.asked == {"If-Modified-Since": LAST_MODIFIED}


@pytest.mark.parametrize("mark", ['"' + "x" * 300 + '"', '"a\r\nHost: b"', "中文"])
def test_a_mark_that_no_request_should_carry_is_none(visits: Visits, mark: str) -> None:
    visits.visit(replace(HOME, headers={"etag": mark}))
    visits.visit(HOME)
    assert visits.asked == {}


def test_every_fourteenth_visit_is_whole_however_true_the_server_seems(visits: Visits) -> None:
    visits.visit(HOME)
    whole = []
    for _ in range(28):
        visits.visit(UNMODIFIED if visits.store.whole_fetches.of([ETAG.key])[AT].trusted < 13 else HOME)
        whole.append(visits.asked == {})
    assert [n + 1 for n, each in enumerate(whole) if each] == [14, 28]


def test_before_a_step_the_page_is_asked_for_whole(visits: Visits) -> None:
    visits.visit(HOME)
    visits.visit(UNMODIFIED)
    kept = visits.visit(HOME, whole=True)
    assert visits.asked == {}
    assert kept is not None
    assert not kept.trusted
    known = visits.store.whole_fetches.of([ETAG.key])[AT]
    assert (known.first_at, known.whole_at, known.trusted) == (NOW, NOW + timedelta(days=2), 0)


def test_a_server_that_lied_is_named_once_and_never_asked_again(visits: Visits) -> None:
    visits.visit(HOME)
    visits.visit(UNMODIFIED)
    visits.visit(replace(HOME, body=NEW), whole=True)
    assert "etag.example" in visits.notes[0]
    for body in (NEW, NEW, OLD):
        visits.visit(replace(HOME, body=body))
        assert (visits.asked, visits.notes) == ({}, [])


def test_a_changed_page_with_a_new_mark_is_no_lie(visits: Visits) -> None:
    visits.visit(HOME)
    visits.visit(replace(HOME, body=NEW, headers=MARKS | {"etag": '"2"'}))
    assert visits.notes == []
    visits.visit(UNMODIFIED)
    assert visits.asked == {"If-None-Match": '"2"'}


def test_of_a_wall_nothing_is_kept_and_nothing_is_asked(visits: Visits) -> None:
    wall = replace(HOME, body=WALL.encode())
    visits.visit(HOME)
    visits.visit(replace(wall, headers=MARKS | {"etag": '"wall"'}))
    assert visits.store.whole_fetches.of([ETAG.key]) == {}
    for _ in range(3):
        kept = visits.visit(wall)
        assert visits.asked == {}
        assert visits.parsed, "an unchanged wall is read again, and is a wall"
        assert kept is not None
        assert kept.known is None


def test_not_modified_without_having_been_asked_is_no_page(visits: Visits) -> None:
    kept = visits.visit(UNMODIFIED)
    assert kept is not None
    assert visits.parsed
    reading, _ = visits.read(Revisits(EvidenceArchive(visits.folder / "x"), "r", visits.store.whole_fetches, []), kept)
    assert reading.seen.outcome is Outcome.UNREADABLE
    assert visits.store.whole_fetches.of([ETAG.key]) == {}


def test_not_modified_of_another_address_is_asked_for_whole(visits: Visits) -> None:
    visits.visit(HOME)
    assert visits.visit(replace(UNMODIFIED, url="http://etag.example/elsewhere")) is None


def test_not_modified_is_worth_nothing_where_the_record_is_gone(visits: Visits) -> None:
    visits.visit(HOME)
    for path in (visits.folder / "evidence").glob("*/*.warc.gz"):
        path.unlink()
    assert visits.visit(UNMODIFIED) is None
    again = visits.visit(HOME)
    assert again is not None
    assert again.known is None, "the same body is stored anew"


def test_the_same_body_under_another_type_is_another_page(visits: Visits) -> None:
    visits.visit(replace(HOME, headers={"content-type": "text/html; charset=utf-8"}))
    kept = visits.visit(replace(HOME, headers={"content-type": "text/html; charset=gbk"}))
    assert kept is not None
    assert kept.known is None
    assert visits.parsed


def test_a_page_that_another_page_led_to_by_itself_is_not_remembered(visits: Visits) -> None:
    visits.visit(HOME, direct=False)
    assert visits.store.whole_fetches.of([ETAG.key]) == {}


def test_dates_that_count_from_now_are_read_again(visits: Visits) -> None:
    visits.visit(replace(HOME, body=SINCE))
    kept = visits.visit(UNMODIFIED)
    assert kept is not None
    assert kept.trusted
    assert visits.parsed
    visits.visit(replace(HOME, body=SINCE), whole=True)
    assert visits.parsed


def test_another_program_reads_again(visits: Visits) -> None:
    visits.visit(HOME)
    known = visits.store.whole_fetches.of([ETAG.key])[AT]
    visits.store.whole_fetches.save([replace(known, reader="of yesterday's version")])
    visits.visit(UNMODIFIED)
    assert visits.parsed
    visits.store.whole_fetches.save([replace(known, reading='{"spoilt')])
    visits.visit(UNMODIFIED)
    assert visits.parsed
