"""What the register and the queue of suspects know of something that was pasted: by any of its ids, then by its name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from rules.accounts.identity import account_key, identity
from rules.accounts.pasted_target import ScanTarget
from rules.accounts.state import same_account
from rules.accounts.target_names import plain_name
from rules.candidates import Candidate
from rules.model import Filing, Platform, SearchHit
from rules.names.fold import fold_char
from storage.filings import key_of

NEAR_FROM = 4
"""Shorter names differ by one character and mean something else."""
JOINING = "和与及跟同"
NEAR_MOST = 5
"""How many near names a report shows."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """``by_id`` is the account itself. ``by_name`` bears the same name, on the same platform where one is known;
    ``elsewhere`` bears it on another platform or under another id; ``near`` bears a name that is easily mistaken for it."""

    by_id: tuple[Filing, ...] = ()
    by_name: tuple[Filing, ...] = ()
    elsewhere: tuple[Filing, ...] = ()
    near: tuple[Filing, ...] = ()
    suspects: tuple[Candidate, ...] = ()


def filed_under(filings: Iterable[Filing], suspect: ScanTarget) -> list[Filing]:
    """The filings that hold the id that was pasted, of whatever kind it is and on whatever platform it may be; the
    register's own number of the row is one as well."""
    number = suspect.account_id.casefold() if suspect.platform is None else ""
    return [
        f
        for f in filings
        if (number and f.id.casefold() == number)
        or (suspect.platform in (None, f.platform) and _holds(f, suspect.account_id, suspect.url))
    ]


def known(
    filings: Sequence[Filing],
    candidates: Iterable[Candidate],
    suspect: ScanTarget,
    found: SearchHit,
    school_names: Collection[str],
) -> Known:
    """Everything that is on file about it. What a page says of its own id beats what was pasted."""
    by_id = [f for f in filings if f.platform == found.platform and _holds(f, found.account_id, suspect.url)]
    by_id = [f for f in by_id or filed_under(filings, suspect) if _may_be(f, found)]
    plain = plain_name(found.name)
    suspects = tuple(c for c in candidates if plain and plain_name(c.name) == plain)
    if not plain or by_id:
        return Known(by_id=tuple(by_id), suspects=suspects)
    names = {f.id: plain_name(f.name) for f in filings}
    same = [f for f in filings if names[f.id] == plain]
    by_name = [f for f in same if _fits(f, suspect, found)]
    listed = _several(plain, names.values())
    near = [f for f in filings if f not in same and (names[f.id] in listed or _near(plain, names[f.id], school_names))]
    return Known(
        by_name=tuple(by_name),
        elsewhere=tuple(f for f in same if f not in by_name),
        near=tuple(near[:NEAR_MOST]),
        suspects=suspects,
    )


def _holds(filing: Filing, account_id: str, url: str) -> bool:
    """Whether a filing bears one of the ids; a website also where it lives above the page."""
    platform = filing.platform
    if platform is Platform.WEBSITE:
        parts = account_key(platform, account_id, url).split("/")
        return bool(account_id or url) and key_of(filing) in {"/".join(parts[:n]) for n in range(1, len(parts) + 1)}
    stated = account_id.strip().casefold()
    wanted = {identity(platform, account_id, url), identity(platform, "", url), stated} - {""}
    return bool(wanted & _ids(filing))


def _ids(filing: Filing) -> set[str]:
    platform = filing.platform
    ids = {identity(platform, filing.account_id, ""), identity(platform, "", filing.url), filing.account_id.strip()}
    return (ids | {each.casefold() for each in ids} | {identity(platform, filing.account_id, filing.url)}) - {""}


def _may_be(filing: Filing, found: SearchHit) -> bool:
    stable = identity(filing.platform, filing.account_id, filing.url)
    return not (found.account_id and stable) or same_account(filing.platform, stable, found.account_id)


def _fits(filing: Filing, suspect: ScanTarget, found: SearchHit) -> bool:
    """Whether a filing of the same name can be this account. A website is its host, whatever it is called."""
    if not suspect.url and (suspect.platform is None or not suspect.has_page):
        return suspect.platform in (None, filing.platform)
    return filing.platform == found.platform and filing.platform is not Platform.WEBSITE and _may_be(filing, found)


def _near(one: str, other: str, school_names: Collection[str]) -> bool:
    """Whether two plain names are easily taken for each other: other characters for the same (繁体), one slip, or the
    school called by another of its names, before or behind the rest."""
    one, other = _simple(one), _simple(other)
    if one == other:
        return True
    if min(len(one), len(other)) >= NEAR_FROM and OSA.distance(one, other, score_cutoff=1) <= 1:
        return True
    left, right = _without(one, school_names), _without(other, school_names)
    return len(left) >= 2 and left == right and left != one and right != other


def _several(text: str, names: Iterable[str]) -> set[str]:
    """The filed names that the text is made of, where it is made of nothing else: two accounts pasted together."""
    found = {name for name in names if len(name) >= NEAR_FROM and name in text}
    for name in sorted(found, key=len, reverse=True):
        text = text.replace(name, "和")
    return found if set(text) <= set(JOINING) else set()


def _simple(name: str) -> str:
    """In simplified characters."""
    return "".join(map(fold_char, name))


def _without(name: str, school_names: Collection[str]) -> str:
    """Without the longest of the school's names at its beginning, else at its end (团委 示范大学)."""
    before = max((school for school in school_names if name.startswith(school)), key=len, default="")
    behind = max((school for school in school_names if name.endswith(school)), key=len, default="")
    return name.removeprefix(before) if before else name.removesuffix(behind)
