"""What a signer has had open: the facts of a draft go out with its page and come back with the signature."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request

from alerts.notices.notice import EvidenceCitation, Notice
from alerts.notices.reading import facts_of
from monitors.console.app_state import state_of
from rules.cases.case import CaseError
from rules.cases.signing import Signatory
from rules.people import User
from storage.notices import OutboxNotice
from storage.serialization import load

UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that show nothing or turn the text around them: they stay in the facts and out of the page."""
KEPT = 5000
"""How many openings the process remembers; an older page sends its facts along anyway."""


@dataclass(frozen=True, slots=True)
class DraftReading:
    """A draft as it is shown to a person: the letter, its paper, and its facts as the form carries them."""

    row: OutboxNotice
    paper: Notice
    seen: str

    @property
    def parts(self) -> tuple[tuple[Notice, EvidenceCitation | None], ...]:
        """What it says of each account, with the newest page that it stands on."""
        return tuple((one, newest_citation(one)) for one in (self.paper, *self.paper.others))


def newest_citation(paper: Notice) -> EvidenceCitation | None:
    """The newest page that a paper stands on; of an answer the one that proves it. None where it rests on the register."""
    cited = paper.proof or paper.evidence
    dated = [each for each in cited if each.seen_at]
    return max(dated, key=lambda each: each.seen_at or paper.issued_at) if dated else next(iter(cited), None)


def reading(request: Request, row: OutboxNotice) -> DraftReading:
    """Show a draft, and remember that this person had it open."""
    paper = load(Notice, row.document)
    facts = facts_of(paper)
    user: User | None = request.state.session.user
    if user:
        opened: dict[tuple[str, str], Mapping[str, str]] = state_of(request.app).opened_papers
        opened[user.name, row.id] = facts
        while len(opened) > KEPT:
            opened.pop(next(iter(opened)))
    written = json.dumps(facts, ensure_ascii=False)
    return DraftReading(row, paper, UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", written))


def read_by(request: Request, notice_id: str, seen: str) -> Mapping[str, str]:
    """The facts that this person was shown. Raises CaseError where the paper was never open."""
    user: User | None = request.state.session.user
    try:
        facts = json.loads(seen) if seen else None
    except ValueError:
        facts = None
    if isinstance(facts, dict) and all(isinstance(part, str) for pair in facts.items() for part in pair):
        return facts
    opened: Mapping[tuple[str, str], Mapping[str, str]] = state_of(request.app).opened_papers
    if user is None or (user.name, notice_id) not in opened:
        raise CaseError("请先打开文书，阅读之后再签发。")
    return opened[user.name, notice_id]


def signatory(user: User) -> Signatory:
    """Whoever is signed in, as papers bear the name."""
    return Signatory(display=user.display, user=user.name, post=user.post)
