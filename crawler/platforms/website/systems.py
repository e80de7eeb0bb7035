"""Recognises the content system that made a page: 博达 VSB and 苏迪 WebPlus, which most Chinese universities use."""

from __future__ import annotations

from enum import StrEnum

from crawler.page.page import Page


class Cms(StrEnum):
    """The two systems most Chinese universities use, and everything else."""

    VSB = "博达 VSB"
    WEBPLUS = "苏迪 WebPlus"
    OTHER = ""


VSB_MARKS = ("Visual SiteBuilder", "_sitegray", "/system/resource/js/", "vsb_content", "v_news_content", "_jsq_(")
WEBPLUS_MARKS = (
    "sudy-wp",
    "/_css/_system/system.css",
    "webplus-page",
    "wp_articlecontent",
    "WP_VisitCount",
    "/_js/sudy",
)


def cms(page: Page) -> Cms:
    """The system that made the page. Looks at the text only; never raises."""
    text = page.text
    if any(mark in text for mark in VSB_MARKS):
        return Cms.VSB
    return Cms.WEBPLUS if any(mark in text for mark in WEBPLUS_MARKS) else Cms.OTHER
