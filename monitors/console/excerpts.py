"""The page that a draft stands on, as its signer sees it beside the paper: the line that was read, and a picture."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.fetch.browser import find_browser
from crawler.page.page import Page
from monitors.app_context import AppContext
from monitors.jobs.evidence_reading import document_of, read_evidence
from storage.evidence import EvidenceError

IMAGES = ("image/png", "image/jpeg", "image/webp")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """``line``: the line in which the newest post stood, "" where none was found; ``picture``: where its picture is, ""
    where there is none."""

    line: str
    picture: str


def excerpt_of(context: AppContext, evidence: str) -> Excerpt | None:
    """What a stored page shows; None where it is not to be had."""
    try:
        stored = context.archive().get(evidence)
    except EvidenceError:
        return None
    headers = {name.lower(): value for name, value in stored.headers.items()}
    if headers.get("content-type", "").partition(";")[0].strip().lower() in IMAGES:
        return Excerpt("", "image")
    drawable = document_of(Page(**vars(stored))) is not None and find_browser(context.settings.browser)
    return Excerpt(read_evidence(context, evidence, stored).line, "picture" if drawable else "")
