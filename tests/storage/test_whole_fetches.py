"""The last whole fetch of an address is replaced, forgotten, and left out where its address is too long."""

from __future__ import annotations

from dataclasses import replace

from storage.store import Store
from storage.whole_fetches import CHUNK, LONGEST_URL, WholeFetch
from tests.conftest import NOW

BASE = WholeFetch(
    key="weibo:1",
    url="https://a.example/",
    final_url="https://a.example/",
    etag='"1"',
    modified="",
    content_type="text/html",
    payload="0" * 64,
    evidence="e:1",
    first_at=NOW,
    whole_at=NOW,
)


def _address(size: int) -> str:
    return "https://a.example/".ljust(size, "a")


def test_whole_fetches(store: Store) -> None:
    fetches = store.whole_fetches
    longest, longer = replace(BASE, url=_address(LONGEST_URL)), replace(BASE, url=_address(LONGEST_URL + 1))
    fetches.save([BASE, longest, longer])
    assert fetches.of(["weibo:1"]) == {("weibo:1", BASE.url): BASE, ("weibo:1", longest.url): longest}
    changed = replace(BASE, etag='"2"', trusted=1)
    fetches.save([changed])
    fetches.save([])
    assert fetches.of(["weibo:1", "weibo:2"])["weibo:1", BASE.url] == changed
    fetches.save([], [("weibo:1", longest.url), ("weibo:2", "")])
    assert fetches.of(["weibo:1"]) == {("weibo:1", BASE.url): changed}
    many = [replace(BASE, key=f"weibo:{number}") for number in range(CHUNK + 1)]
    fetches.save(many)
    assert len(fetches.of([each.key for each in many])) == CHUNK + 1
    fetches.save([], [(each.key, each.url) for each in many])
    assert fetches.of([each.key for each in many]) == {}
