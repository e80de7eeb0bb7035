"""Which offices stand over an account, as the regulation divides the work."""

from __future__ import annotations

from typing import Literal

from rules.model import Account, AccountLevel, Filing
from rules.policies.schema import OWN_UNIT, Policy, SupervisionRoute, category_rank


def route(filing: Filing, policy: Policy, matter: Literal["content", "technology"] = "content") -> str:
    """The office that supervises an account, by the route that fits best, else the account's own unit."""
    way = _best(filing, policy, matter)
    return filing.unit if way is None or way.to == OWN_UNIT else way.to


def _best(filing: Filing, policy: Policy, matter: str = "content") -> SupervisionRoute | None:
    """Of the routes that cover an account the one whose category is named longest, then the first."""
    ways = [way for way in policy.routes if way.matter == matter and way.only.covers(filing.platform, filing)]
    return max(ways, key=lambda way: category_rank(filing.category, way.only.categories), default=None)


def supervisor(account: Account, policy: Policy) -> str:
    """The offices over an account, joined by 、: the route's and those it copies, never the account's own unit, which
    does not supervise itself. Over a level-3 account stands first of all the unit that guides its owner. An account nobody filed goes to whoever advises on a name like its, else to whoever
    supervises without condition."""
    guide = ""
    if account.filing:
        way = _best(account.filing, policy)
        unit = account.filing.unit
        guide = account.filing.guiding_unit if account.filing.level is AccountLevel.THREE else ""
    else:
        ways = [way for way in policy.routes if way.matter == "content"]
        named = [w for w in ways if w.only.categories and category_rank(account.title, w.only.categories) > 2]
        way = next((w for w in (*named, *(w for w in ways if w.only.covers(account.platform, None)))), None)
        unit = account.suspicion.unit if account.suspicion else ""
    offices = (guide, *((way.to, *way.copies) if way else ()))
    return "、".join(dict.fromkeys(office for office in offices if office and office not in (OWN_UNIT, unit)))


def advised(account: Account, policy: Policy) -> SupervisionRoute | None:
    """The route by which an office only advises the account's owner, where the owner is no unit of the school."""
    filing = account.filing
    way = _best(filing, policy) if filing else None
    if way is None or not way.advises or filing is None:
        return None
    unit = filing.unit.removeprefix(policy.school)
    return None if unit in (way.to, *(known.name for known in policy.units)) else way
