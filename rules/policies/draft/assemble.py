"""A whole draft: every sentence is asked by every reader; what is understood becomes the content of a policy file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from rules.model import AccountLevel, DocumentType, Platform
from rules.names.tables import Institution
from rules.policies.draft import activity, duties, filing
from rules.policies.draft.ladder import silence_ladder
from rules.policies.draft.model import Draft, DraftClause, DraftStep
from rules.policies.draft.quantities import quantities
from rules.policies.draft.text import RegulationText, Sentence

READERS = (*activity.READERS, *filing.READERS, *duties.READERS)
LONGEST = 1000
"""What is longer is no sentence of a regulation; to look for patterns in it takes minutes."""
_REMINDED = {"missing_owner", "unfiled_change", "late_filing", "byline", "name_format", "duplicate_account"} | {
    "annual_review",
    "self_check",
    "closed_but_live",
}
_LEVEL = re.compile(r"([一二三])级(?=、[一二三]级|(?:网络|公共|新媒体)*(?:账号|帐号|平台|网站|新媒体))")
_ASKS = re.compile(r"应|须|必须|不得|禁止|严禁|需|要|负责|将|可以|有权|予以|不准|不能|按照")
_DEFINES = re.compile(r"(?:是指|特指|系指|指的是|所指|包括|是在)[^。]*(?:微信|微博)")
_CLOSING = re.compile(r"负责解释|起(?:正式)?(?:施行|实施|执行|生效)|制定(?:本|如下)|现就")
_UNNAMED = (Platform.WEBSITE, Platform.GROUP, Platform.MINIPROGRAM)


class NothingUnderstood(Exception):
    """No sentence of the text became a clause. Raised by `draft_of`; the catcher says so: a policy needs one."""


def draft_of(text: RegulationText, code: str, school: str, known: Institution | None, today: date) -> Draft:
    """The draft of a policy. ``known``: what the table of institutions says of the school; ``today`` stands for the day
    a text took effect that bears none, to be confirmed. Raises NothingUnderstood."""
    clauses = tuple(_once_each(_understood(text), text))
    if not clauses:
        raise NothingUnderstood
    ladder = silence_ladder(text.sentences, clauses)
    left = tuple(s for s in text.sentences if not _held(s, (*clauses, *ladder)))
    policy = {
        "code": code,
        "school": school,
        **_office(text, school),
        "regulation": _regulation(text, school, today),
        "names": _names(school, known),
        **_definition(text),
        "clauses": [_clause(c, bool(ladder)) for c in clauses],
        "ladders": _ladders(text, ladder),
        **_human(left),
    }
    return Draft(code, policy, clauses, ladder, left)


def _held(sentence: Sentence, understood: Sequence[DraftClause | DraftStep]) -> bool:
    """Everything the sentence says has become something; one that gives more lengths of time than were read stays open."""
    here = [c for c in understood if c.article == sentence.article and sentence.text in c.sentence]
    named = {(c.number, c.unit) for c in here if c.number is not None}
    return bool(here) and len(list(quantities(sentence.text))) <= len(named)


def _understood(text: RegulationText) -> Iterator[DraftClause]:
    graded = bool(re.search(r"一级[^。]{0,200}二级", text.whole) and _levels(text.whole))
    levels: tuple[AccountLevel, ...] = ()
    before = ""
    for sentence in text.sentences:
        own = _levels(sentence.text) if graded else ()
        goes_on = f"{before}；{sentence.text}" in text.whole  # what stands before the semicolon says of which levels
        levels, before = own or (levels if goes_on else ()), sentence.text
        for found in filter(
            None, (read(sentence) for read in READERS if sentence.article and len(sentence.text) <= LONGEST)
        ):
            unknown = text.effective is None and found.settings.get("counted_from") == "effective"
            note = "文本没有公布日期，施行日期由学校确认。" if unknown else found.note
            yield replace(found, levels=levels, to_confirm=found.to_confirm or unknown, note=note)


def _levels(text: str) -> tuple[AccountLevel, ...]:
    return tuple(
        AccountLevel(str("一二三".index(char) + 1)) for char in sorted(set(_LEVEL.findall(text)), key="一二三".index)
    )


def _once_each(clauses: Iterable[DraftClause], text: RegulationText) -> Iterator[DraftClause]:
    """One clause for an article and rule: two sentences that say it together are one; a second one of other numbers
    stays open, for a policy file holds one."""
    held: dict[tuple[str, str], DraftClause] = {}
    for found in clauses:
        key = (found.article, found.rule)
        first = held.get(key)
        if first is None:
            held[key] = found
        elif both := _joined(first, found, text):
            held[key] = both
        elif first.waits and not found.waits:
            held[key] = found
    yield from held.values()


def _joined(first: DraftClause, second: DraftClause, text: RegulationText) -> DraftClause | None:
    sentence = text.together(first.sentence, second.sentence)
    same = (first.number, first.unit, first.platforms) == (second.number, second.unit, second.platforms)
    if not sentence or not same:
        return None
    if first.rule == "missing_owner":
        settings = {name: True for name, value in [*first.settings.items(), *second.settings.items()] if value}
        settings = {"first": False} | settings
    elif first.settings == second.settings:
        settings = dict(first.settings)
    else:
        return None
    sure = min(first.sure, second.sure)
    levels = first.levels if first.levels == second.levels or not second.levels else ()
    return replace(first, sentence=sentence, settings=settings, sure=sure, levels=levels)


def _office(text: RegulationText, school: str) -> dict[str, Any]:
    who = text.explained_by
    if not who:
        return {}
    return {"office": {"name": who if who.startswith(school) else f"{school}{who}", "contact": who}}


def _regulation(text: RegulationText, school: str, today: date) -> dict[str, Any]:
    return {
        "title": text.title or "（文中没有标题，请填写）",
        "document": text.document,
        "issued_by": text.issued_by or school,
        "effective": text.effective or today,
        **({} if text.effective else {"effective_to_confirm": True}),
        "source": "由制度原文起草，尚未核对",
    }


def _names(school: str, known: Institution | None) -> dict[str, Any]:
    """From the table of institutions, where the school stands in it."""
    if known is None or known.name != school:
        return {"full": [school]}
    more = {
        "historic": known.historic,
        "short": known.short,
        "english": known.english,
        "abbreviation": known.abbreviation,
    }
    return {"full": [school], **{name: list(values) for name, values in more.items() if values}}


def _definition(text: RegulationText) -> dict[str, Any]:
    """What the text calls an account. A website is one only where the sentence names it: 新闻网站 are other people's."""
    for s in text.sentences:
        own = re.sub(r"(?:新闻|视频|门户)网站|不(?:包括|含|包含)[^。；]*", "", s.text)
        if s.article and len(s.text) <= LONGEST and _DEFINES.search(s.text):
            named = {Platform.WEBSITE: "网站|网页", Platform.GROUP: "群", Platform.MINIPROGRAM: "小程序"}
            platforms = [p.value for p in Platform if p not in _UNNAMED or re.search(named[p], own)]
            return {"definition": {"clause": s.article, "sentence": s.text, "only": {"platforms": platforms}}}
    return {}


def _clause(found: DraftClause, ladder: bool) -> dict[str, Any]:
    only: dict[str, list[str]] = {
        "platforms": [p.value for p in found.platforms],
        "levels": [v.value for v in found.levels],
    }
    kind = "reminder" if found.rule in _REMINDED else "signed"
    more: Mapping[str, Any] = {
        "with": dict(found.settings),
        "only": {name: values for name, values in only.items() if values},
        "ladder": "silence" if found.rule == "inactivity" and ladder else kind,
        "duty": "" if found.duty == "unit" else found.duty,
        "school_to_confirm": found.waits,
        "note": found.note,
    }
    head = {"rule": found.rule, "clause": found.article, "sentence": found.sentence}
    return head | {name: value for name, value in more.items() if value}


def _ladders(text: RegulationText, silence: Sequence[DraftStep]) -> dict[str, Any]:
    """The text's own rungs; for the rest one paper each, ours. Whoever signs is ours as well."""
    signed = {"approver": f"{text.explained_by or '主管部门'}负责人", "approver_to_confirm": True}
    own = {"after": "0天", "tell": ["unit", "supervisor"], **signed, "school_to_confirm": True}
    steps = [
        {
            "code": step.document.value,
            "document": step.document.value,
            "after": step.after,
            "tell": ["unit", "supervisor"],
            **signed,
            "clause": step.article,
            "sentence": step.sentence,
        }
        for step in silence
    ]
    used = {
        document.value: [{"code": document.value, "document": document.value, **own}]
        for document in (DocumentType.RECTIFICATION, DocumentType.REMINDER)
    }
    named = {"signed": used["rectification"], "reminder": used["reminder"]}
    return ({"silence": steps} if steps else {}) | named


def _human(left: Sequence[Sentence]) -> dict[str, Any]:
    """What nobody understood and yet asks something: a person's, until somebody has written it as a clause."""
    asks = [s for s in left if s.article and _ASKS.search(s.text) and not _CLOSING.search(s.text)]
    checks = [
        {"clause": s.article, "asks": f"改写为条款或由人判断：{_shortened(s.text)}", "sentence": s.text} for s in asks
    ]
    return {"human": checks} if checks else {}


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
