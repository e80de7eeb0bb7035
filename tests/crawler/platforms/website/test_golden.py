"""Every fixture page, traps and refusals included, gives exactly the facts written beside it."""

from __future__ import annotations

import pytest

from crawler.observe.parse import parse_page
from crawler.platforms.website import SPEC
from crawler.platforms.website.systems import Cms, cms
from rules.model import ClaimType, Outcome
from tests.support.website import FIXTURES, Told, everything


@pytest.mark.parametrize("told", FIXTURES, ids=lambda told: told.name)
def test_page_gives_these_facts(told: Told) -> None:
    assert everything(parse_page(told.page(), "website")) == told.told["expect"]


def test_every_source_has_a_page_and_refusals_are_among_them() -> None:
    seen = [parse_page(told.page(), "website") for told in FIXTURES]
    assert {source.code for source in SPEC.sources} <= {look.source for look in seen if look.outcome is Outcome.OK}
    assert any(look.outcome is Outcome.UNREADABLE for look in seen)


def test_content_system_is_recognised() -> None:
    found = {told.name: cms(told.page()) for told in FIXTURES}
    assert all(system is Cms.VSB for name, system in found.items() if name.startswith("vsb_"))
    assert all(system is Cms.WEBPLUS for name, system in found.items() if name.startswith("webplus_"))
    assert all(system is Cms.OTHER for name, system in found.items() if name.startswith(("feed_", "sitemap")))


def test_nothing_undated_or_partial_proves_silence() -> None:
    for told in FIXTURES:
        look = parse_page(told.page(), "website")
        if look.last_post_at is None or "truncated" in told.name or "oldest_page" in told.name:
            assert ClaimType.INACTIVE not in look.proves, told.name
