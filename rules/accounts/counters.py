"""A platform's own counter held against its lists: where it rose and no list showed why, a list has left posts out."""

from __future__ import annotations

from dataclasses import replace

from rules.model import AccountState, ClaimType, DatedEvidence, Observation, Platform, Tally

COUNTS_EVERYTHING = frozenset({Platform.WEIBO, Platform.DOUYIN})
"""Platforms that define a number as all posts of a visible account; every other number counts a part of them."""


def with_counters(seen: AccountState, look: Observation) -> AccountState:
    """``seen`` with what this look's counters and signs of life add; ``seen`` does not hold the look's posts yet."""
    if seen.fact and seen.fact.at > look.observed_at:
        return seen
    here = DatedEvidence.of(look)
    known = seen.last_post_at
    dated = [(post.published_at, post.pinned) for post in look.posts if post.published_at]
    new = sum(known is None or at > known for at, _ in dated)
    overlaps = known is not None and any(at <= known and not pinned for at, pinned in dated)
    kept = {tally.kind: replace(tally, listed=tally.listed + new) for tally in seen.tallies}
    for kind, number in look.counters:
        kept[kind] = _counted(kept.get(kind), kind, number, here)
    if new and not overlaps and ClaimType.INACTIVE in look.proves:
        # A list is one page long: what lies between its oldest post and the known ones is on no page we saw.
        kept = {kind: Tally(kind=kind, base=tally.latest, latest=tally.latest) for kind, tally in kept.items()}
    seen = replace(seen, tallies=tuple(kept.values()))
    if look.sign_at and (seen.sign_at is None or look.sign_at > seen.sign_at):
        return replace(seen, sign_at=look.sign_at, sign=here)
    return seen


def _counted(tally: Tally | None, kind: str, number: int, here: DatedEvidence) -> Tally:
    """A counter that fell below where it stood (posts deleted) is counted from anew."""
    if tally is None or number < tally.base:
        return Tally(kind=kind, base=number, latest=number)
    tally = replace(tally, latest=number)
    return replace(tally, worst=tally.unlisted, moved=here) if tally.unlisted > tally.worst else tally


def hidden(seen: AccountState) -> Tally | None:
    """The counter that knows of publications which no list has shown, none of them known to be older than the newest
    post; None where there is none."""
    found = [tally for tally in seen.tallies if tally.unlisted and tally.moved]
    found = [tally for tally in found if not (seen.last_post_at and tally.moved and seen.last_post_at > tally.moved.at)]
    return max(found, key=lambda tally: tally.unlisted, default=None)
