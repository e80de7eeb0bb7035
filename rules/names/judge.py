"""Decides what a claim amounts to: use, imitation, a case for a person, or somebody else's name."""

from collections.abc import Sequence
from dataclasses import dataclass

from rules.names import owners
from rules.names.claims import Claim
from rules.names.context import Context, closes
from rules.names.model import NameKind, NameVerdict
from rules.names.protected import ProtectedSchool
from rules.names.tables import frequencies, institutions
from rules.names.tables import words as listed
from rules.names.terms import Role, folded, own, places

WEIGHT = {2: 800, 3: 600}  # how common a protected short name is taken to be when the name is cut into words
LONG_WEIGHT, DOUBTED = 1000, 60
WORD = 100  # jieba's frequency from which a short name is an everyday word as well: 西湖, 清华, 人大
AFTER = frozenset(listed("after"))
TIE, NEARLY, MARGIN = 0.05, 0.2, 0.3  # in units of Claim.worth
STUDENTS = frozenset(("生会", "生社", "生联", "生团"))  # 南京大学生会: the 学 of 学生会 is what is missing
NONE: frozenset[str] = frozenset()
FLAG, REVIEW, CLEAR = NameVerdict.FLAG, NameVerdict.REVIEW, NameVerdict.CLEAR


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict on one claim; `because` is the Chinese clause that explains doubt, `other` who owns the span."""

    verdict: NameVerdict
    claim: Claim
    because: str = ""
    other: str | None = None
    rivals: tuple[str, ...] = ()


class Judge:
    """Judges claims for the schools at hand."""

    def __init__(self, schools: Sequence[ProtectedSchool]) -> None:
        """Prepares what each school may call its own."""
        facts = {item.name: item for item in institutions()}
        self._own = [own(school) for school in schools]
        self._full = [tuple(folded(n) for n in (s.name, *s.names.full)) for s in schools]
        self._hints = [tuple(folded(h) for h in s.names.hints) for s in schools]
        self._home = [facts[s.name].province if s.name in facts else self._guess(s.name) for s in schools]
        self._campuses = {folded(i.name) for i in facts.values() if i.kind == "campus"}
        self._letters = {i.name: frozenset(a.lower() for a in i.abbreviation) for i in facts.values()}
        self._province = {i.name: i.province for i in facts.values()}

    @staticmethod
    def _guess(name: str) -> str:
        return next((places()[name[:n]] for n in (3, 2) if name[:n] in places()), "")

    def home(self, school: int) -> str:
        """The province of a school, '' when it is not known."""
        return self._home[school]

    def mine(self, school: int, text: str) -> bool:
        """True when a name in the institution table is this school's own, or a campus of it."""
        campus = text in self._campuses and any(text.startswith(full) for full in self._full[school])
        return campus or text in self._own[school] or text in self._full[school]

    def rule(self, claim: Claim, name: Context, seconded: bool) -> Ruling | None:
        """The ruling on one claim; `seconded`: another name of the same school stands elsewhere in the name."""
        school = claim.term.school
        others = [o for o in name.owners if not self.mine(school, folded(o.name)) and not self.mine(school, o.text)]
        holder = owners.longer(others, claim.start, claim.end)
        if holder and (not claim.cost or holder.end - holder.start > len(claim.term.text)):
            return Ruling(CLEAR, claim, f"“{holder.text}”是另一所学校的名称", holder.name)
        if holder or any(not o.cost and o.start < claim.end and claim.start < o.end for o in others if claim.cost):
            return self._contest(claim, name, others)
        if claim.cost:
            return self._imitated(claim, name)
        country = closes("foreign", name.line[: claim.start])
        if country:
            return Ruling(CLEAR, claim, "前面冠有国名，是外国学校", country + claim.term.text)
        return self._used(claim, name, others, seconded)

    def _contest(self, claim: Claim, name: Context, others: list[owners.Owner]) -> Ruling | None:
        """A changed name against an institution spelled out in the same place: the plainly written one wins."""
        crossing = [o for o in others if o.start < claim.end and claim.start < o.end]
        best = max(crossing, key=lambda o: (o.worth, o.name))
        if best.worth + MARGIN >= claim.worth:
            return Ruling(CLEAR, claim, f"“{best.text}”是另一所学校的名称", best.name)
        return self._imitated(claim, name)

    def _used(self, claim: Claim, name: Context, others: list[owners.Owner], seconded: bool) -> Ruling | None:
        term = claim.term
        if term.long:
            return self._full_name(claim, name)
        taker = name.taker(claim, WEIGHT.get(len(term.text), LONG_WEIGHT))
        if taker:
            return Ruling(CLEAR, claim, f"“{taker}”是一个词", taker)
        if name.transliterated(claim):
            return Ruling(CLEAR, claim, "是外文译名的一部分", name.line[max(0, claim.start - 3) : claim.end + 3])
        hidden = self._hidden(claim, name)
        if hidden:
            return hidden
        if term.role is Role.CONTESTED:
            return self._contested(claim, name, others, seconded)
        if term.role is Role.CORE:
            if name.whole(claim):
                return Ruling(REVIEW, claim, "省略了“大学”等通名，也可能是其他机构")
            return Ruling(FLAG, claim) if name.sure_campus(claim.end) and name.begins(claim.start) else None
        return self._short(claim, name) if len(term.text) == 2 else self._three(claim, name)

    def _full_name(self, claim: Claim, name: Context) -> Ruling:
        hidden = None if name.begins(claim.start) else self._hidden(claim, name)
        if hidden:
            return hidden
        if claim.term.rivals:
            return Ruling(REVIEW, claim, "另有学校使用同一名称", rivals=claim.term.rivals)
        after = name.line[claim.end : claim.end + 2]
        taker = name.taker(claim, DOUBTED) if after[:1] in AFTER else ""
        if not taker or after in STUDENTS:
            return Ruling(FLAG, claim)
        return Ruling(CLEAR, claim, f"“{taker}”是一个词", taker)

    def _hidden(self, claim: Claim, name: Context) -> Ruling | None:
        """A name that is only the end of another institution's name, written in disguise."""
        size = claim.end - claim.start
        first, last = max(0, claim.start - 8), claim.end + 16
        near = owners.nearest(tuple(unit.text for unit in name.units[first:last]))
        for owner in near:
            start, end = owner.start + first, owner.end + first
            holds = start <= claim.start and claim.end <= end and end - start >= size + 2
            sure = owner.cost < owners.STRANGE or (owner.cost == owners.STRANGE and claim.term.text in owner.text)
            if holds and sure and not self.mine(claim.term.school, owner.text):
                if any(self.mine(claim.term.school, o.text) and o.worth > owner.worth - TIE for o in near):
                    return None
                verdict = CLEAR if owner.cost < owners.STRANGE else REVIEW
                return Ruling(verdict, claim, f"更像是“{owner.name}”", owner.name, (owner.name,))
        return None

    def _short(self, claim: Claim, name: Context) -> Ruling | None:
        """Two characters: a word of two characters is soon found by chance."""
        known = frequencies().get(claim.term.text, 0)
        common, word = known > 0, known >= WORD
        campus = name.sure_campus(claim.end) if word else name.campus(claim.end)
        begins = name.begins(claim.start)
        ends = claim.end == len(name.units)
        if (campus or name.campus_anywhere(claim)) and self._local(claim, name):
            return Ruling(FLAG, claim)
        if begins and (campus or (ends and (not common or (claim.start and not word)))):
            return Ruling(FLAG, claim)
        doubt = common or ends or name.firm(claim.end) or name.straddled(claim)
        if begins and not doubt and not (claim.term.text[-1] == "大" and name.trailing(claim)):
            return Ruling(FLAG, claim)
        if name.split(claim) and name.campus_anywhere(claim):
            return Ruling(FLAG, claim)
        if not (begins or campus or ends or name.campus_anywhere(claim)):
            return None
        return Ruling(REVIEW, claim, "只有两个字，与其他词语或商号难以区分")

    def _three(self, claim: Claim, name: Context) -> Ruling:
        home = self._home[claim.term.school]
        away = [place for province, place in name.provinces(claim).items() if home and province != home]
        if away and not name.campus_anywhere(claim) and not name.campus(claim.end):
            return Ruling(REVIEW, claim, f"名称中另有地名“{away[0]}”，不在该校所在省份")
        if not name.begins(claim.start) and name.loose(claim) and not name.campus(claim.end):
            return Ruling(REVIEW, claim, "前面的字无法断开，可能是其他词语的一部分")
        return Ruling(FLAG, claim)

    def _contested(self, claim: Claim, name: Context, others: list[owners.Owner], seconded: bool) -> Ruling | None:
        school, rivals = claim.term.school, claim.term.rivals
        rest = f"{name.line[: claim.start]}\n{name.line[claim.end :]}"
        if seconded or any(hint and hint in rest for hint in self._hints[school]):
            return Ruling(FLAG, claim)
        named = [o for o in others if o.name in rivals and o.text != claim.term.text]
        token = next((r for r in rivals if self._letters.get(r, NONE) & name.tokens), None)
        if token:
            return Ruling(CLEAR, claim, f"名称中另有{token}的英文缩写", token)
        if named:
            return Ruling(CLEAR, claim, f"名称中另有“{named[0].text}”，指向{named[0].name}", named[0].name)
        for province, place in name.provinces(claim).items():
            theirs = [rival for rival in rivals if self._province.get(rival) == province]
            if province == self._home[school] and not theirs:
                return Ruling(FLAG, claim)
            if theirs and province != self._home[school]:
                return Ruling(CLEAR, claim, f"“{place}”指向{theirs[0]}", theirs[0])
        if not (name.begins(claim.start) or name.campus(claim.end) or claim.end == len(name.units)):
            return None
        return Ruling(REVIEW, claim, "该简称由多所学校共用", rivals=rivals)

    def _local(self, claim: Claim, name: Context) -> bool:
        """A campus, street or city of the school is named beside the claim."""
        rest = f"{name.line[: claim.start]}\n{name.line[claim.end :]}"
        school = claim.term.school
        return self._home[school] in name.provinces(claim) or any(hint in rest for hint in self._hints[school])

    def _imitated(self, claim: Claim, name: Context) -> Ruling | None:
        if not self._bold(claim, name):
            return None
        if self._cut_off(claim) and name.taker(claim, 0):
            return None
        first, last = max(0, claim.start - 6), claim.end + 12
        near = owners.nearest(tuple(unit.text for unit in name.units[first:last]))
        rivals = [
            o for o in near
            if not self.mine(claim.term.school, o.text) and o.start + first < claim.end and claim.start < o.end + first
        ]  # fmt: skip
        best = max(rivals, key=lambda o: (o.worth, o.name), default=None)
        if best and best.worth > claim.worth + TIE:
            return Ruling(CLEAR, claim, f"更像是“{best.name}”", best.name)
        if best and best.worth >= claim.worth - NEARLY:
            return Ruling(REVIEW, claim, "同样像其他学校的名称", rivals=(best.name,))
        return Ruling(FLAG, claim)

    @staticmethod
    def _cut_off(claim: Claim) -> bool:
        """Short names, and long ones whose generic end is not all there, must not cut through words."""
        gone = any(not edit.now for edit in claim.edits) and bool(claim.edits[-1].was in "大学院校")
        return gone if claim.term.long else len(claim.term.text) <= 4

    @staticmethod
    def _bold(claim: Claim, name: Context) -> bool:
        """Whether the changes are few enough for what stands around."""
        term, size = claim.term, len(claim.term.text)
        word = name.campus(claim.end)
        campus = (bool(word) and word not in listed("company")) or (name.split(claim) and name.whole(claim))
        if (
            claim.edits
            and claim.edits[0].was == "学"
            and not claim.edits[0].now
            and claim.end - claim.start == size - 1
        ):
            return campus or size >= 6
        if term.long:
            return True
        if term.role in (Role.CORE, Role.CONTESTED):
            return campus and term.role is Role.CORE and name.begins(claim.start) and claim.cost <= 0.8
        if campus and name.begins(claim.start):
            reordered = any(edit.kind is NameKind.REORDERED for edit in claim.edits)
            return claim.cost <= (0.8 if size > 3 else 0.7 if reordered else 0.5)
        return name.whole(claim) and claim.cost <= 0.42
