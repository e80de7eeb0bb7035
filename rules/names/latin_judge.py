"""Rules on what the Latin letters of a name may hold: abbreviations, English names, pinyin."""

from collections.abc import Sequence

from rules.names import abbreviations, english, english_rivals, pinyin_spellings, slips
from rules.names.abbreviations import Abbreviation, AbbreviationHit
from rules.names.context import NameContext
from rules.names.english import EnglishName
from rules.names.facts import SchoolFacts
from rules.names.latin import LatinHit, Spelling
from rules.names.model import NameKind, NameMatch, NameVerdict
from rules.names.protected import ProtectedSchool
from rules.names.signs import Signed
from rules.names.tables import Institution, institutions
from rules.names.terms import folded
from rules.names.tokens import Token, tokens


class LatinJudge:
    """Judges the Latin letters of names for the schools at hand."""

    def __init__(self, schools: Sequence[ProtectedSchool], facts: SchoolFacts) -> None:
        """`facts`: what each school may call its own."""
        self._schools = schools
        self._facts = facts

    def rule(self, name: NameContext, found: Sequence[Token], hits: Sequence[LatinHit]) -> NameMatch | None:
        """The answer that the Latin letters of a name give, None when they say nothing."""
        review: NameMatch | None = None
        for hit in hits:
            entry = hit.entry
            match: NameMatch | None
            if isinstance(entry, Abbreviation):
                match = self._short(entry, name, found, hit.signed)
            elif isinstance(entry, EnglishName):
                match = self._english(entry, name, found)
            else:
                match = self._spelled(entry, name, found)
            if match and match.flagged:
                return match
            review = review or match
        return review

    def _short(
        self, short: Abbreviation, name: NameContext, found: Sequence[Token], signed: Signed | None
    ) -> NameMatch | None:
        if signed:
            got = abbreviations.disguised(short, signed, name.name)
        else:
            got = abbreviations.judge(short, found, name, False)
        return self._of_short(got, name) if got else None

    def _of_short(self, got: AbbreviationHit, name: NameContext) -> NameMatch:
        school = self._schools[got.short.school]
        target = f"{school.name}的英文缩写“{got.short.written}”"
        flagged = got.verdict is NameVerdict.FLAG
        ways = "" if got.kind is NameKind.ABBREVIATION else f"（写作“{got.shown}”，{got.kind.label}）"
        why = f"名称使用了{target}{ways}（{got.kind.label}）。"
        if ways:
            why = f"名称以“{got.shown}”的写法（{got.kind.label}）使用或模仿了{target}。"
        if not flagged:
            also = "、".join(got.short.rivals[:3])
            why = f"名称可能使用了{target}，但{got.because or '其他学校也用这一缩写'}{'，也可能指' + also if also else ''}，需人工判断。"
        return NameMatch(
            name.name, got.verdict, flagged, school.code, got.short.written, got.kind, 0.9 if flagged else 0.5, why
        )

    def _english(self, entry: EnglishName, name: NameContext, found: Sequence[Token]) -> NameMatch | None:
        likeness = english.find(entry, found)
        if not likeness:
            return None
        school = self._schools[entry.school]
        plain = "".join(ch if ch.isalnum() else " " for ch in entry.written.lower()).split()
        written = [token.text for token in found if not token.spaced]
        exact = "".join(plain) in "".join(written)
        if not exact:
            other = self._english_rival(entry, found)
            if other:
                why = f"名称是“{other}”的英文名称，不认定为使用“{entry.written}”。"
                return NameMatch(name.name, why=why, other_entity=other)
        if likeness == slips.LOOSE:
            why = f"名称与{school.name}的英文名称“{entry.written}”只差一两个字母，也可能是另一个词，需人工判断。"
            return NameMatch(
                name.name, NameVerdict.REVIEW, False, school.code, entry.written, NameKind.ENGLISH, 0.5, why
            )
        how = "使用了" if exact else "以改写、缩写或错拼的形式使用或模仿了"
        why = f"名称{how}{school.name}的英文名称“{entry.written}”（英文名称）。"
        return NameMatch(
            name.name, NameVerdict.FLAG, True, school.code, entry.written, NameKind.ENGLISH, 1.0 if exact else 0.85, why
        )

    def _english_rival(self, entry: EnglishName, found: Sequence[Token]) -> str | None:
        """Another institution whose English name, or whose abbreviation made of the initials, this is."""
        school = self._schools[entry.school]
        letters, home = english.initials(found), self._facts.home(entry.school)
        named = english_rivals.nearer(entry, found)
        if letters != english.initials(tokens(entry.written)):
            named += [item.name for item in institutions() if item.province == home and letters in _letters(item)]
        return next((n for n in named if n != school.name and not self._facts.mine(entry.school, folded(n))), None)

    def _spelled(self, entry: Spelling, name: NameContext, found: Sequence[Token]) -> NameMatch | None:
        for at in pinyin_spellings.places(found, entry.text):
            text = pinyin_spellings.stream(found)[0]
            longer, names = pinyin_spellings.rivals(text, at, entry.text)
            others = tuple(n for n in names if not self._facts.mine(entry.school, folded(n)))
            school = self._schools[entry.school]
            if others and longer:
                why = f"名称是“{others[0]}”的拼音，不认定为使用“{entry.written}”。"
                return NameMatch(name.name, why=why, other_entity=others[0])
            target = f"{school.name}的名称“{entry.written}”"
            if others:
                why = f"名称的拼音可能指{target}，也可能指{'、'.join(others[:3])}，需人工判断。"
                return NameMatch(
                    name.name, NameVerdict.REVIEW, False, school.code, entry.written, NameKind.PINYIN, 0.5, why
                )
            why = f"名称以拼音“{entry.text}”拼写，使用或模仿了{target}（拼音）。"
            return NameMatch(name.name, NameVerdict.FLAG, True, school.code, entry.written, NameKind.PINYIN, 0.9, why)
        return None


def _letters(item: Institution) -> list[str]:
    return [short.lower() for short in item.abbreviation]
