"""Whose a 认证主体 is, as far as its wording tells: an organisation, another school, the school itself or a unit of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

OPENERS = ("共青团", "中共", "中国共产党", "中国共产主义青年团", "中国教育工会")
INSTITUTION = re.compile(r"^[\u4e00-\u9fff]{2,12}?(?:大学|学院)")
NO_INSTITUTION = re.compile(r"公司|工作室|培训|商行|经营部|个体")
ORGANISATION = re.compile(
    r"(?:公司|大学|学院|学校|中学|小学|幼儿园|中心|协会|学会|委员会|政府|集团|基金会|研究院|研究所|医院|社|团委|处|局|厅|部|馆|会|院|所|站|台|厂"
    r"|工作室|商行|经营部)(?:[（(].*)?(?:$|官方)|大学|学院|\b(?:Ltd|Inc|LLC|Limited|Corp|Corporation|University|College|Co)\b",
    re.I,
)


LEGAL_FORMS = re.compile(
    r"公司|集团|基金会|出版社|工作室|商行|经营部|事务所|个体|合作社|医院|附属|附中|附小|大学|学院|研究院"
)
"""What follows a name and makes another body of it: 示范大学出版社有限公司 is not 示范大学."""


def same_body(declared: str, shown: str, unit: str = "", school: str = "") -> bool:
    """Whether a platform's words about a verified account name the body on file. Platforms write a sentence
    (示范大学图书馆官方微博); it is held against the body's name, its unit and the school, not against the whole."""
    said, filed = _plain(shown), _plain(declared)
    if not said or not filed or said in filed:
        return True
    if filed in said:
        rest = said.partition(filed)[2]
        return (
            _plain(unit).removeprefix(_plain(school)) in rest
            if unit and LEGAL_FORMS.search(rest)
            else not LEGAL_FORMS.search(rest)
        )
    own = _plain(unit).removeprefix(_plain(school))
    return bool(school) and said.startswith(_plain(school)) and bool(own) and own in said


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def is_organization(body: str) -> bool:
    """Whether a verified body is one of an organisation; a person's own name or description is nothing to keep."""
    return bool(ORGANISATION.search(body.strip()))


def is_other_institution(body: str) -> bool:
    """Whether a verified body that is not the school reads like another university or college, not like a firm."""
    return bool(INSTITUTION.match(body)) and not NO_INSTITUTION.search(body)


def is_own_unit(body: str, school_names: Iterable[str]) -> bool:
    """Whether a verified body is the school or a unit of it: its name opens the text, so 江南示范大学 is not 示范大学."""
    for name in school_names:
        before, met, _ = body.strip().partition(name)
        if name and met and (before in ("", *OPENERS) or not "\u4e00" <= before[-1] <= "\u9fff"):
            return True
    return False
