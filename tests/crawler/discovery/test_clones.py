"""仿冒网站: a copy is known by title, wording and layout together; a copied footer or a shared content system is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crawler.discovery.clones import LookalikeMatch, ReferencePage, find_lookalike, part
from crawler.page.page import Page
from crawler.platforms.website.fingerprint import fingerprint
from monitors.demo.answer import DemoRequest
from monitors.demo.campus import DemoCampus
from monitors.demo.sites import website
from rules.model import Platform
from tests.conftest import NOW
from tests.support.website import captures

CAMPUS = DemoCampus(NOW)


def campus_page(host: str) -> Page:
    given = website(CAMPUS, DemoRequest(host, "/"))
    assert given
    return Page(f"http://{host}/", given.body, NOW)


OWN = [
    ReferencePage(actor.id, fingerprint(campus_page(actor.id)))
    for actor in CAMPUS.actors
    if actor.platform is Platform.WEBSITE and not actor.unfiled and not actor.trait
]


def test_the_demo_clone_copies_the_main_site() -> None:
    copy = find_lookalike(fingerprint(campus_page("www.shifan-edu.example.net")), OWN)
    assert copy
    assert copy.original == "www.shifan.example"
    assert copy.likeness > 0.7
    said = copy.sentence("www.shifan-edu.example.net")
    assert "标题" in said
    assert "不作为归属依据" in said


def test_the_same_template_and_the_same_footer_are_no_copy() -> None:
    assert find_lookalike(fingerprint(campus_page("www.shifan-tea.example.com")), OWN) is None


def test_parts_are_compared_alone() -> None:
    mark = OWN[0].mark
    assert part(mark, mark, "title") == part(mark, mark, "text") == part(mark, mark, "layout") == 1.0
    assert part(mark, replace(mark, title=frozenset()), "title") == 0.0
    assert LookalikeMatch("a.cn", 0.9, ("标题",)).sentence("b.cn").startswith("b.cn 不在学校域名之下")


def clones(shared: Path) -> list[Path]:
    return sorted((shared / "samples" / "website").glob("CLONE_*"))


def restored(body: bytes) -> bytes:
    """What the clone was made from: the school's own name where another was put in its place."""
    text = body.decode("utf-8", "replace")
    return text.replace("重庆市合川广播电视大学-重庆广播电视大学", "示例开放大学").encode()


def test_real_clones_copy_what_they_were_made_from(shared: Path) -> None:
    found = clones(shared)
    if not found:
        pytest.skip("no CLONE_* among the samples beside the project")
    for path in found:
        own = ReferencePage(
            "www.open.example", fingerprint(Page("http://www.open.example/", restored(path.read_bytes()), NOW))
        )
        mark = fingerprint(Page("http://clone.example/", path.read_bytes(), NOW))
        copy = find_lookalike(mark, [own, *OWN])
        assert copy
        assert copy.original == "www.open.example"


def test_real_sites_copy_nobody(shared: Path) -> None:
    marks = {c.file.split("/")[-1]: fingerprint(c.page) for c in captures(shared / "samples", "website")}
    marks = {name: mark for name, mark in marks.items() if not name.startswith("CLONE_")}
    assert len(marks) > 10
    footers = frozenset().union(*(mark.footer for mark in marks.values()))
    for name, mark in marks.items():
        others = [
            ReferencePage(other, known) for other, known in marks.items() if other.split("_")[0] != name.split("_")[0]
        ]
        assert find_lookalike(mark, others) is None, name
        assert find_lookalike(replace(mark, footer=footers), others) is None, f"{name}: a copied footer proves nothing"
