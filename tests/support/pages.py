"""Loads fixture pages: tests/pages/<platform>/<case>.{html,json,jsonl,xml} beside <case>.expected.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.page.page import Page
from rules.model import Observation

ROOT = Path(__file__).parent.parent / "pages"
NOT_OURS = {"website"}


@dataclass(frozen=True)
class Case:
    """One fixture: where its bytes are, how they were fetched, and what reading them must give."""

    name: str
    path: Path
    told: dict[str, Any]

    @property
    def platform(self) -> str:
        return str(self.told["platform"])

    @property
    def expect(self) -> dict[str, Any]:
        expected: dict[str, Any] = self.told["expect"]
        return expected

    def page(self, body: bytes | None = None) -> Page:
        return Page(
            url=self.told.get("url", ""),
            body=self.path.read_bytes() if body is None else body,
            fetched_at=datetime.fromisoformat(self.told["fetched_at"]),
            status=self.told.get("status", 200),
            headers=self.told.get("headers", {}),
        )


def cases() -> list[Case]:
    found = []
    for told in sorted(ROOT.glob("*/*.expected.json")):
        stem = told.name.removesuffix(".expected.json")
        if told.parent.name in NOT_OURS:
            continue
        paths = [path for path in told.parent.glob(f"{stem}.*") if path != told]
        assert len(paths) == 1, f"{told}: wants exactly one page beside it"
        found.append(Case(f"{told.parent.name}/{stem}", paths[0], json.loads(told.read_text("utf-8"))))
    return found


CASES = cases()


def facts(seen: Observation) -> dict[str, Any]:
    """An observation as the expected file writes it; what is absent is left out."""
    told: dict[str, Any] = {
        "outcome": seen.outcome.value,
        "source": seen.source,
        "reason": seen.reason,
        "name": seen.name,
        "account_id": seen.account_id,
        "verified_body": seen.verified_body,
        "post_count": seen.post_count,
        "proves": [proof.name for proof in seen.proves],
        "last_post_at": seen.last_post_at and seen.last_post_at.isoformat(),
        "posts": [
            f"{post.id} | {post.title} | {post.published_at and post.published_at.isoformat()} | {post.precision.value}"
            + (" | pinned" if post.pinned else "")
            for post in seen.posts
        ],
        "results": [
            f"{row.name} | {row.account_id} | {row.verified_body} | {row.last_post_at and row.last_post_at.isoformat()}"
            for row in seen.results
        ],
    }
    return {key: value for key, value in told.items() if value not in (None, "", [])}
