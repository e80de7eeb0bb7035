"""Decides what a claim amounts to: use, imitation, a case for a person, or somebody else's name."""

from rules.names import imitation, institution_spans
from rules.names.align import STRANGE
from rules.names.claims import TermMatch
from rules.names.context import NameContext, closes, opens
from rules.names.facts import CLEAR, FLAG, REVIEW, MatchDecision, SchoolFacts
from rules.names.tables import words as listed
from rules.names.terms import TermRole, folded, places, sharers
from rules.names.word_list import frequencies

WEIGHT = {2: 800, 3: 600}  # how common a protected short name is taken to be when the name is cut into words
LONG_WEIGHT, DOUBTED = 1000, 60
WORD = 100  # jieba's frequency from which a short name is an everyday word as well: 西湖, 清华, 人大
AFTER = frozenset(listed("after"))
TIE = 0.05  # in units of Claim.worth
LIFE = frozenset(listed("after_place"))
STUDENTS = frozenset(("生会", "生社", "生联", "生团"))  # 南京大学生会: the 学 of 学生会 is what is missing
NONE: frozenset[str] = frozenset()


class ChineseNameJudge:
    """Judges claims for the schools at hand."""

    def __init__(self, facts: SchoolFacts) -> None:
        """`facts`: what each school may call its own."""
        self._facts = facts

    def rule(self, claim: TermMatch, name: NameContext, seconded: bool) -> MatchDecision | None:
        """The ruling on one claim; `seconded`: another name of the same school stands elsewhere in the name."""
        school = claim.term.school
        others = [
            o
            for o in name.owners
            if not self._facts.mine(school, folded(o.name)) and not self._facts.mine(school, o.text)
        ]
        holder = institution_spans.longer(others, claim.start, claim.end, name.provinces(claim))
        if holder and (not claim.cost or holder.end - holder.start > len(claim.term.text)):
            return MatchDecision(CLEAR, claim, f"“{holder.text}”是另一所学校的名称", holder.name)
        if holder or any(not o.cost and o.start < claim.end and claim.start < o.end for o in others if claim.cost):
            return imitation.against(self._facts, claim, name, others)
        if claim.cost:
            return imitation.rule(self._facts, claim, name)
        country = closes("foreign", name.line[: claim.start])
        if country and not {claim.term.text[:2], claim.term.text[:3]} & places().keys():
            return MatchDecision(CLEAR, claim, "前面冠有国名，是外国学校", country + claim.term.text)
        return self._used(claim, name, others, seconded)

    def _used(
        self, claim: TermMatch, name: NameContext, others: list[institution_spans.InstitutionSpan], seconded: bool
    ) -> MatchDecision | None:
        term = claim.term
        if term.long:
            return self._full_name(claim, name)
        taker = name.taker(claim, WEIGHT.get(len(term.text), LONG_WEIGHT))
        if taker:
            users = sharers().get(taker, ())
            return MatchDecision(CLEAR, claim, f"“{taker}”是一个词", users[0].name if len(users) == 1 else taker)
        if name.transliterated(claim):
            return MatchDecision(CLEAR, claim, "是外文译名的一部分", name.line[max(0, claim.start - 3) : claim.end + 3])
        big = "" if name.sure_campus(claim.end) else opens("big", name.line[claim.end - 1 : claim.end + 3])
        if big and len(term.text) == 2:
            return MatchDecision(CLEAR, claim, f"“{big}”是一个词", big)
        hidden = self._hidden(claim, name)
        if hidden:
            return hidden
        if big:
            return MatchDecision(REVIEW, claim, f"“{big}”也可能是一个词")
        if term.role is TermRole.CONTESTED:
            return self._contested(claim, name, others, seconded)
        if term.role is TermRole.CORE:
            if name.whole(claim):
                return MatchDecision(REVIEW, claim, "省略了“大学”等通名，也可能是其他机构")
            return MatchDecision(FLAG, claim) if name.sure_campus(claim.end) and name.begins(claim.start) else None
        return self._short(claim, name) if len(term.text) == 2 else self._three(claim, name)

    def _full_name(self, claim: TermMatch, name: NameContext) -> MatchDecision:
        hidden = self._hidden(claim, name)
        if hidden:
            return hidden
        if claim.start and name.line[claim.start - 1 : claim.start + 1] in places():
            return MatchDecision(REVIEW, claim, f"“{name.line[claim.start - 1 : claim.start + 1]}”是地名，断句不明")
        if claim.term.rivals:
            return MatchDecision(REVIEW, claim, "另有学校使用同一名称", rivals=claim.term.rivals)
        return self._followed(claim, name) or MatchDecision(FLAG, claim)

    def _followed(self, claim: TermMatch, name: NameContext) -> MatchDecision | None:
        """A full name whose 大学 makes a word with what follows: 大学城, 大学习, 大学生; None where it does not."""
        after = name.line[claim.end : claim.end + 2]
        if not claim.term.text.endswith("大学") or after in STUDENTS or after[:1] not in AFTER | LIFE:
            return None
        word = "大学" + after[:1]
        if after[:1] in LIFE:
            if after in listed("after_not"):
                return None
            place = claim.term.text[:-2] in places()
            return MatchDecision(CLEAR if place else REVIEW, claim, f"“{word}”是一个词", word if place else None)
        if after[:1] != "生" and name.sure_campus(claim.end + 1):
            return None  # 南京大学堂表白墙: a character put in
        if after[:1] != "生" and name.campus(claim.end + 1) and not name.firm(claim.end + 1):
            return MatchDecision(REVIEW, claim, f"“{word}”也是一个词")
        return MatchDecision(CLEAR, claim, f"“{word}”是一个词", word) if name.taker(claim, DOUBTED) else None

    def _hidden(self, claim: TermMatch, name: NameContext) -> MatchDecision | None:
        """A name that is only the end of another institution's name, written in disguise."""
        size, more = claim.end - claim.start, 1 if claim.term.long else 2
        first, last = max(0, claim.start - 8), claim.end + 16
        near = institution_spans.nearest(tuple(unit.text for unit in name.units[first:last]))
        for owner in near:
            start, end = owner.start + first, owner.end + first
            holds = start <= claim.start and claim.end <= end and end - start >= size + more
            sure = owner.cost < STRANGE or (owner.cost == STRANGE and claim.term.text in owner.text)
            if holds and sure and not self._facts.mine(claim.term.school, owner.text):
                if any(self._facts.mine(claim.term.school, o.text) and o.worth > owner.worth - TIE for o in near):
                    return None
                verdict = CLEAR if owner.cost < STRANGE else REVIEW
                return MatchDecision(verdict, claim, f"更像是“{owner.name}”", owner.name, (owner.name,))
        return None

    def _short(self, claim: TermMatch, name: NameContext) -> MatchDecision | None:
        """Two characters: a word of two characters is soon found by chance."""
        known = frequencies().get(claim.term.text)
        common, word = known > 0, known >= WORD
        campus = name.sure_campus(claim.end) if word else name.campus(claim.end)
        begins = name.begins(claim.start)
        ends = claim.end == len(name.units)
        placed = (campus and not word) or (begins and name.campus_anywhere(claim))
        if placed and self._facts.local(claim, name):
            return MatchDecision(FLAG, claim)
        if begins and (campus or (ends and (not common or (claim.start and not word)))):
            return MatchDecision(FLAG, claim)
        doubt = common or ends or name.firm(claim.end) or name.straddled(claim)
        if begins and not doubt and not (claim.term.text[-1] == "大" and name.trailing(claim)):
            return MatchDecision(FLAG, claim)
        if name.split(claim) and name.campus_anywhere(claim):
            return MatchDecision(FLAG, claim)
        if not (begins or campus or ends or name.campus_anywhere(claim)):
            return None
        return MatchDecision(REVIEW, claim, "只有两个字，与其他词语或商号难以区分")

    def _three(self, claim: TermMatch, name: NameContext) -> MatchDecision:
        home = self._facts.home(claim.term.school)
        away = [place for province, place in name.provinces(claim).items() if home and province != home]
        if away and not name.campus_anywhere(claim) and not name.campus(claim.end):
            return MatchDecision(REVIEW, claim, f"名称中另有地名“{away[0]}”，不在该校所在省份")
        if not name.begins(claim.start) and name.loose(claim):
            return MatchDecision(REVIEW, claim, "前面的字无法断开，可能是其他词语的一部分")
        if name.shop(claim.end):
            return MatchDecision(REVIEW, claim, "后面像是一家商号的名称")
        return MatchDecision(FLAG, claim)

    def _contested(
        self, claim: TermMatch, name: NameContext, others: list[institution_spans.InstitutionSpan], seconded: bool
    ) -> MatchDecision | None:
        school, rivals = claim.term.school, claim.term.rivals
        rest = f"{name.line[: claim.start]}\n{name.line[claim.end :]}"
        if seconded or any(hint and hint in rest for hint in self._facts.hints[school]):
            return MatchDecision(FLAG, claim)
        named = [o for o in others if o.name in rivals and o.text != claim.term.text]
        token = next((r for r in rivals if self._facts.letters.get(r, NONE) & name.tokens), None)
        if token:
            return MatchDecision(CLEAR, claim, f"名称中另有{token}的英文缩写", token)
        if named:
            return MatchDecision(CLEAR, claim, f"名称中另有“{named[0].text}”，指向{named[0].name}", named[0].name)
        for province, place in name.provinces(claim).items():
            theirs = [rival for rival in rivals if self._facts.province.get(rival) == province]
            if province == self._facts.home(school) and not theirs:
                return MatchDecision(FLAG, claim)
            if theirs and province != self._facts.home(school):
                return MatchDecision(CLEAR, claim, f"“{place}”指向{theirs[0]}", theirs[0])
        if not (name.begins(claim.start) or name.campus(claim.end) or claim.end == len(name.units)):
            return None
        return MatchDecision(REVIEW, claim, "该简称由多所学校共用", rivals=rivals)
