"""An account as the rules see it: what is declared beside what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from rules.model.filing import Filing
from rules.model.observation import EvidenceKind, Observation, Outcome, Platform, Precision, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedEvidence:
    """One dated fact with the evidence that shows it.

    ``whole_at``: the server only said that the page is as it was when its bytes came last, at this moment; None where
    they came at ``at`` itself. A step stands on nothing younger (`fetched_at`).
    """

    at: datetime
    evidence: str
    whole_at: datetime | None = None

    @classmethod
    def of(cls, look: Observation) -> Self:
        """What this look shows."""
        return cls(at=look.observed_at, evidence=look.evidence, whole_at=look.whole_at)

    @property
    def fetched_at(self) -> datetime:
        """When the bytes came that show the fact."""
        return self.whole_at or self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstDate:
    """The day a post bore when it was first seen; ``known``: its year was stated, or the post was fresh then."""

    post: str
    day: date
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One counter of a platform's beside the list: ``base`` when both last agreed, ``latest`` now, ``listed`` own posts
    first seen in between. ``worst`` is the most that was ever unlisted, ``moved`` the look that showed it."""

    kind: str
    base: int
    latest: int
    listed: int = 0
    worst: int = 0
    moved: DatedEvidence | None = None

    @property
    def unlisted(self) -> int:
        """How many publications the counter knows of that no list has shown."""
        return max(0, self.latest - self.base - self.listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """Everything the observations of one account say together: the present, without scanning history.

    Built by `rules.evaluation.absorb`. A blocked or unreadable look moves ``attempted_at``, ``obstacle`` and
    ``failures`` (looks in a row that said nothing) only.

    - ``silence_shown``: newest look at the right identity by a source that can prove INACTIVE.
    - ``last_post``: newest own post ever seen, with the evidence of the look that first showed it.
    - ``gone``: looks on distinct days that positively showed the account gone, since it was last seen alive.
    - ``runs``: first and last post of the newest runs of posts (at most a week apart), oldest run first, each time the
      latest its precision allows. They say whether the account was in order when a notice went out.
    - ``days_observed``: days in the last 366 with at least one fact; ``posts_in_year``: distinct posts seen. Both stay as
      they are until ``counts_until``, unless a new look comes; None: for ever.
    - ``listed_from``, ``listed_to``: between these every own post was listed, by looks that overlap without a gap.
    - ``first_dates``: the posts of a website seen of late, each with the day it bore at first sight.
    - ``tallies``: the platform's counters, held against the lists; ``sign_at``, ``sign``: the newest sign of life in the
      account's own space that is no post of its own, and the look that showed it.
    - ``name_seen``, ``body_seen``: newest look that showed them; ``name_since``, ``body_since``: first look that
      showed the present value.
    - ``hijacked``: the first look that showed somebody else's content, until the site shows its own again.
    - ``silence_kind``, ``last_post_kind``: whether a public page or an official interface showed them.
    - ``statements``: what persons stated of late, oldest first.
    """

    attempted_at: datetime | None = None
    obstacle: Outcome | None = None
    obstacle_reason: str = ""
    failures: int = 0
    fact: DatedEvidence | None = None
    outcome: Outcome | None = None
    first_fact_at: datetime | None = None
    alive: DatedEvidence | None = None
    silence_shown: DatedEvidence | None = None
    last_post_at: datetime | None = None
    last_post: DatedEvidence | None = None
    last_post_precision: Precision = Precision.SECOND
    runs: tuple[tuple[datetime, datetime], ...] = ()
    empty: DatedEvidence | None = None
    gone: tuple[DatedEvidence, ...] = ()
    name: str | None = None
    name_seen: DatedEvidence | None = None
    name_since: datetime | None = None
    previous_name: str | None = None
    account_id: str | None = None
    verified_body: str | None = None
    body_seen: DatedEvidence | None = None
    body_since: datetime | None = None
    post_count: int | None = None
    posts_in_year: int = 0
    days_observed: int = 0
    counts_until: datetime | None = None
    listed_from: datetime | None = None
    listed_to: datetime | None = None
    address: str | None = None
    columns: tuple[str, ...] = ()
    columns_seen: DatedEvidence | None = None
    bylines: tuple[str, ...] = ()
    bylines_seen: DatedEvidence | None = None
    moved_to: str | None = None
    first_dates: tuple[FirstDate, ...] = ()
    tallies: tuple[Tally, ...] = ()
    sign_at: datetime | None = None
    sign: DatedEvidence | None = None
    hijacked: DatedEvidence | None = None
    silence_kind: EvidenceKind = EvidenceKind.PUBLIC
    last_post_kind: EvidenceKind = EvidenceKind.PUBLIC
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """Why an unfiled account concerns a school: the name match a person confirmed or has yet to look at.

    ``review``: the matcher itself was unsure, so a person looks before anything is called a violation. ``seen_at`` is
    when the evidence was fetched, for accounts that only a search page has shown. ``unit``: whose it is, as far as a
    person found out; ``body``: an organisation's verified body.
    """

    term: str
    kind: str
    why: str
    own_body: bool
    confirmed_by: str = ""
    evidence: tuple[str, ...] = ()
    review: bool = False
    seen_at: datetime | None = None
    name: str = ""
    unit: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Declared beside seen: a full outer join. Either may be missing, never both.

    ``key`` is ``platform:stable-id`` (``website:host``, ``wechat:gh_…``, ``weibo:1663414103``).
    """

    school: str
    platform: Platform
    key: str
    filing: Filing | None = None
    seen: AccountState | None = None
    suspicion: Suspicion | None = None

    @property
    def title(self) -> str:
        """What to call the account in front of a person: the declared name, else the seen one, else the key."""
        if self.filing:
            return self.filing.name
        return (self.seen and self.seen.name) or (self.suspicion and self.suspicion.name) or self.key
