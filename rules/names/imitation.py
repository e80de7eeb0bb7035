"""Rules on claims whose characters were changed: are the changes few enough, and is nobody else meant?"""

from collections.abc import Sequence

from rules.names import institution_spans
from rules.names.align import INSERT, RARE
from rules.names.claims import TermMatch
from rules.names.context import NameContext
from rules.names.facts import CLEAR, FLAG, REVIEW, MatchDecision, SchoolFacts
from rules.names.model import NameKind
from rules.names.tables import words as listed
from rules.names.terms import TermRole
from rules.names.word_list import frequencies

TIE, NEARLY, DISGUISED, MARGIN = 0.05, 0.1, 0.2, 0.3  # in units of Claim.worth


def against(
    facts: SchoolFacts, claim: TermMatch, name: NameContext, others: Sequence[institution_spans.InstitutionSpan]
) -> MatchDecision | None:
    """A changed name against an institution spelled out in the same place: the plainly written one wins."""
    crossing = [o for o in others if o.start < claim.end and claim.start < o.end]
    best = max(crossing, key=lambda o: (o.worth, o.name))
    if best.worth + MARGIN >= claim.worth:
        return MatchDecision(CLEAR, claim, f"“{best.text}”是另一所学校的名称", best.name)
    return rule(facts, claim, name)


def rule(facts: SchoolFacts, claim: TermMatch, name: NameContext) -> MatchDecision | None:
    if not _bold(claim, name):
        return None
    if _cut_off(claim) and name.taker(claim, 0):
        return None
    text = name.line[claim.start : claim.end]
    if frequencies().get(text):
        return MatchDecision(CLEAR, claim, f"“{text}”是一个词", text)
    first, last = max(0, claim.start - 6), claim.end + 12
    near = institution_spans.nearest(tuple(unit.text for unit in name.units[first:last]))
    rivals = [
        o for o in near
        if not facts.mine(claim.term.school, o.text) and o.start + first < claim.end and claim.start < o.end + first
    ]  # fmt: skip
    best = max(rivals, key=lambda o: (o.worth, o.name), default=None)
    if best and best.worth > claim.worth + (DISGUISED if best.cost else TIE):
        return MatchDecision(CLEAR, claim, f"更像是“{best.name}”", best.name)
    if best and best.worth >= claim.worth - NEARLY:
        return MatchDecision(REVIEW, claim, "同样像其他学校的名称", rivals=(best.name,))
    if _headless(claim) and claim.start and (name.split(claim) or not name.begins(claim.start)):
        return MatchDecision(REVIEW, claim, "首字不同，前面的字或许另有所指")  # 苗京师范大学 is Nanjing's
    if len(claim.term.text) == 4 and any(edit.now and not edit.was for edit in claim.edits) and claim.cost >= INSERT:
        return MatchDecision(REVIEW, claim, "多出的字或许使它成为另一个名称")
    if any(edit.was and edit.now and edit.kind is NameKind.EDITED for edit in claim.edits):
        return MatchDecision(REVIEW, claim, "所换的字既不同音也不形近")
    return MatchDecision(FLAG, claim)


def _headless(claim: TermMatch) -> bool:
    """True when the first character of the term is missing."""
    return not claim.edits[0].now and claim.term.text.startswith(claim.edits[0].was)


def _cut_off(claim: TermMatch) -> bool:
    """Short names, and long ones whose generic end is not all there, must not cut through words."""
    gone = any(not edit.now for edit in claim.edits) and bool(claim.edits[-1].was in "大学院校")
    return gone if claim.term.long else len(claim.term.text) <= 4


def _bold(claim: TermMatch, name: NameContext) -> bool:
    """Whether the changes are few enough for what stands around."""
    term, size = claim.term, len(claim.term.text)
    word = name.campus(claim.end)
    campus = (bool(word) and word not in listed("company")) or (name.split(claim) and name.whole(claim))
    if claim.edits and claim.edits[0].was == "学" and not claim.edits[0].now and claim.end - claim.start == size - 1:
        return campus or size >= 6
    if term.long and sum(not edit.now for edit in claim.edits) > 1:
        return campus and name.begins(claim.start) and claim.edits[0].was != term.text[0]
    if size == 4 and term.long and claim.cost >= INSERT:
        return name.begins(claim.start) and (bool(name.sure_campus(claim.end)) or name.whole(claim))
    if term.long:
        return size > 5 or all(edit.now for edit in claim.edits) or name.begins(claim.start)
    if term.role in (TermRole.CORE, TermRole.CONTESTED):
        return campus and term.role is TermRole.CORE and name.begins(claim.start) and claim.cost <= 0.8
    if campus and name.begins(claim.start):
        reordered = any(edit.kind is NameKind.REORDERED for edit in claim.edits)
        return claim.cost <= (0.8 if size > 3 else 0.7 if reordered else RARE)
    return name.whole(claim) and claim.cost <= 0.42
