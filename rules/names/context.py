"""What stands around a term in a name: campus words, introductions, places, firms, foreign spellings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from rules.names import institution_spans, segmentation
from rules.names.claims import TermMatch, line_of
from rules.names.fold import NameUnit
from rules.names.pinyin import split
from rules.names.tables import words as listed
from rules.names.terms import places
from rules.names.tokens import Token, tokens
from rules.names.word_list import frequencies

_LONGEST = 8
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚"
_SHOP = re.compile(
    rf"[{_SURNAMES}](?:[记氏家姐哥叔婶妈嫂]|老?师傅)?(?:超市|便利店|商店|商行|烧烤|烤肉|快餐|面馆|饭店|餐馆|餐厅|小吃|火锅|奶茶|理发|美发|水果|药房|酒店|宾馆|旅馆|文印|眼镜|搬家|家政|装修|中介|棋牌|网吧|五金|服装|烟酒)"
)


@cache
def _by_length(name: str) -> tuple[int, ...]:
    return tuple(sorted({len(word) for word in listed(name)}, reverse=True))


def opens(name: str, text: str) -> str:
    """The longest word of list `name` that `text` begins with, or ''."""
    return next((text[:size] for size in _by_length(name) if text[:size] in listed(name)), "")


def closes(name: str, text: str) -> str:
    """The longest word of list `name` that `text` ends with, or ''."""
    return next((text[-size:] for size in _by_length(name) if text[-size:] in listed(name)), "")


@dataclass
class NameContext:
    """One folded name, with what can be asked about it."""

    name: str
    units: Sequence[NameUnit]
    line: str = field(init=False)

    def __post_init__(self) -> None:
        self.line = line_of(self.units)

    @cached_property
    def letters(self) -> list[Token]:
        """The Latin tokens of the name."""
        return tokens(self.name)

    @cached_property
    def tokens(self) -> frozenset[str]:
        """What the Latin tokens say."""
        return frozenset(token.text for token in self.letters)

    @cached_property
    def owners(self) -> list[institution_spans.InstitutionSpan]:
        """Every institution that the name spells out."""
        return institution_spans.spans(self.line)

    def campus(self, end: int) -> str:
        """The campus word right after unit `end`, or ''."""
        if end < len(self.units) and not self.units[end].han:
            text = self.units[end].text
            return text if text in listed("latin_campus") else ""
        return opens("campus", self.line[end : end + _LONGEST])

    def sure_campus(self, end: int) -> str:
        """The campus word right after unit `end` that only a school would have, or ''."""
        word = self.campus(end)
        return "" if word in listed("campus_weak") or word in listed("company") else word

    def campus_anywhere(self, claim: TermMatch) -> bool:
        """True when a strong campus word stands anywhere outside the claim."""
        rest = f"{self.line[: claim.start]}\n{self.line[claim.end :]}"
        strong = listed("campus") - listed("campus_weak")
        return any(rest[i : i + n] in strong for i in range(len(rest)) for n in range(2, _LONGEST))

    def firm(self, end: int) -> str:
        """The word right after that a firm would have, or ''."""
        return opens("company", self.line[end : end + _LONGEST])

    def shop(self, end: int) -> str:
        """The word right after that a shop named after a person has: 张超市, 李记烧烤, 王姐快餐; '' where there is none."""
        match = _SHOP.match(self.line, end)
        return match[0] if match else ""

    def begins(self, start: int) -> bool:
        """True when nothing, a separator, letters, digits or an introduction stands before unit `start`."""
        if start == 0 or self.units[start].gap:
            return True
        if not self.units[start - 1].han:  # but not hu科大 or 公li中山大学, where the letters are a part of the name
            return not split(self.units[start - 1].text)
        word = closes("intro", self.line[:start])
        return len(word) > 1 or (bool(word) and start == len(word)) or self.home(start)

    def home(self, start: int) -> bool:
        """True when a place name, and nothing before it, stands before unit `start`."""
        return self.line[:start] in places()

    def whole(self, claim: TermMatch) -> bool:
        """True when the name is nothing but the claim."""
        return claim.start == 0 and claim.end == len(self.units)

    def split(self, claim: TermMatch) -> bool:
        """True when something separates the units inside the claim: nobody does that by accident."""
        return any(unit.gap for unit in self.units[claim.start + 1 : claim.end])

    def taker(self, claim: TermMatch, weight: int) -> str:
        """The word that takes a part of the claim away when the name is cut into words, or ''."""
        extra = {self.line[claim.start : claim.end]: weight} if weight else {}
        spans = segmentation.cut(self.line, extra)
        span = segmentation.owner_of(spans, claim.start, claim.end)
        return self.line[span[0] : span[1]] if span else ""

    def straddled(self, claim: TermMatch) -> bool:
        """True when the last character of the claim makes a common word with the next one."""
        return frequencies().get(self.line[claim.end - 1 : claim.end + 1]) >= 50 and not self.campus(claim.end)

    def loose(self, claim: TermMatch) -> bool:
        """True when the word before the claim is a single character that belongs to nothing."""
        return any(end == claim.start and end - start == 1 for start, end in self._cut(claim))

    def trailing(self, claim: TermMatch) -> bool:
        """True when the word after the claim is a single character: 大 goes with nearly every one of them."""
        return any(start == claim.end and end - start == 1 for start, end in self._cut(claim))

    def _cut(self, claim: TermMatch) -> list[tuple[int, int]]:
        return segmentation.cut(self.line, {self.line[claim.start : claim.end]: 600})

    def provinces(self, claim: TermMatch) -> dict[str, str]:
        """Places named outside the claim: province → the place."""
        rest = f"{self.line[: claim.start]}\n{self.line[claim.end :]}"
        known = places()
        pieces = (rest[i : i + n] for n in (2, 3) for i in range(len(rest)))
        return {known[piece]: piece for piece in pieces if piece in known}

    def transliterated(self, claim: TermMatch) -> bool:
        """True when the claim is a part of a foreign name spelled with its characters."""
        signs = listed("translit")
        spelled = self.line[claim.start : claim.end]
        near = self.line[max(0, claim.start - 1) : claim.start] + self.line[claim.end : claim.end + 1]
        return all(char in signs for char in spelled) and any(char in signs for char in near)
