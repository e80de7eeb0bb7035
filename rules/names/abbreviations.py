"""Latin abbreviations: whole tokens only, and where others use the same letters only beside a campus word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from rules.names.context import NameContext, closes
from rules.names.fold import FOLD
from rules.names.model import NameKind, NameVerdict
from rules.names.pinyin import split
from rules.names.tables import institutions, words
from rules.names.tokens import Token

FLAG, REVIEW = NameVerdict.FLAG, NameVerdict.REVIEW
_APART = re.compile(r"(?<![a-z])[a-z](?:[^a-z0-9]+[a-z](?![a-z])){2}")
_WORDLIKE = re.compile(r"[^aeiou]?[aeiou]+[^aeiou]|[aeiou]+[^aeiou]+")
_FIGURES = (("\\/\\/", "w"), ("|\\|", "n"), ("|_|", "u"), ("vv", "w"), ("13", "b"))
_MASKS = frozenset("81|!74503#$([<@\\Vv８１７４５０３＃＄（＠Ｖｖ｜＼")
_LEET = str.maketrans("81|!74503#$([<@l", "biiitasoehscccai")


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """One abbreviation of one school; `shared`: foreign institutions, words or other schools use the letters too."""

    school: int
    written: str
    text: str
    shared: bool
    rivals: tuple[str, ...]
    leet: str


@cache
def _users() -> dict[str, tuple[str, ...]]:
    """Abbreviation → the institutions that use it."""
    found: dict[str, list[str]] = {}
    for item in institutions():
        for short in item.abbreviation:
            found.setdefault(short.lower(), []).append(item.name)
    return {short: tuple(names) for short, names in found.items()}


def make(school: int, name: str, written: str) -> Abbreviation | None:
    """The abbreviation as the matcher uses it; None where it is too short or not of letters."""
    text = "".join(ch for ch in written.lower() if ch.isalnum())
    if not (2 < len(text) <= 24 and text.isascii() and text.isalpha()):
        return None
    rivals = tuple(user for user in _users().get(text, ()) if name not in user and user not in name)
    shared = (
        text in words("acronym") or (len(text) == 3 and bool(_WORDLIKE.fullmatch(text))) or bool(rivals or split(text))
    )
    return Abbreviation(school, written, text, shared, rivals, leet(text))


@dataclass(frozen=True, slots=True)
class AbbreviationHit:
    """An abbreviation in a name, with the verdict and how it is written."""

    verdict: NameVerdict
    short: Abbreviation
    kind: NameKind
    shown: str
    because: str = ""


def _beside(token: Token, name: NameContext) -> str:
    """The campus word right after the token, or ''."""
    at = next((i for i, unit in enumerate(name.units) if unit.start >= token.end), len(name.units))
    return name.campus(at) if at < len(name.units) and name.units[at].han else ""


def _led(token: Token, name: NameContext) -> bool:
    """True for 爱在WUT: an introduction in Chinese, the abbreviation, nothing else."""
    before = "".join(unit.text for unit in name.units if unit.end <= token.start)
    return bool(before) and closes("intro", before) == before and all(u.start < token.end for u in name.units)


def _glued(token: Token, short: str) -> str:
    """How the token, or the run it opens, carries the abbreviation; '' when neither does."""
    return _carried(token.text, short) or (_carried(token.run, short) if token.at == 0 else "")


def stands(short: str, text: str, name: str) -> bool:
    """A quick look whether `short` can be a word of its own in `text` (lower case) at all; apart as N.W.P.U it may be."""
    if short.upper() in name:
        return True
    camel = name.find(short.capitalize())
    if camel >= 0 and not name[camel + len(short) : camel + len(short) + 1].islower():
        return True
    at = text.find(short)
    if len(short) == 3 and at >= 0 and text.count(short) == 1 and _both_sides(text, at, at + 3):
        return False
    if at < 0:
        return _APART.search(text) is not None
    while at >= 0:
        left, right = at, at + len(short)
        while left and text[left - 1].isalpha() and text[left - 1].isascii():
            left -= 1
        while right < len(text) and text[right].isalpha() and text[right].isascii():
            right += 1
        if _carried(text[left:right], short):
            return True
        at = text.find(short, at + 1)
    return False


def _both_sides(text: str, left: int, right: int) -> bool:
    """True when letters stand on both sides: nothing that is glued to three letters does that."""
    return text[left - 1 : left].isalpha() and text[right : right + 1].isalpha()


def _carried(text: str, short: str) -> str:
    """How a run of letters carries the abbreviation: whole, after i or my, before oj or club; '' when it does not."""
    if text == short:
        return "whole"
    rest = text[len(short) :] if text.startswith(short) else ""
    if rest and rest in words("campus_code"):
        return "city"
    if rest in words("latin_campus"):
        return "more"
    return "led" if text.endswith(short) and text[: -len(short)] in words("latin_intro") else ""


def judge(short: Abbreviation, found: Sequence[Token], name: NameContext, seconded: bool) -> AbbreviationHit | None:
    """What the name makes of one abbreviation."""
    best: AbbreviationHit | None = None
    for token in found:
        how = _glued(token, short.text)
        if not how:
            continue
        shown = name.name[token.start : token.end]
        kind = NameKind.SYMBOL if token.spaced or not shown.isalnum() else NameKind.ABBREVIATION
        if not shown.isascii() and kind is NameKind.ABBREVIATION:
            kind = NameKind.LETTER
        sure = _sure(short, token, how, name) or seconded
        if sure:
            return AbbreviationHit(FLAG, short, kind, shown)
        if how in ("whole", "more") and not best and any(t.text in words("latin_campus") for t in found):
            best = AbbreviationHit(REVIEW, short, kind, shown, "这几个字母也是其他机构或词语的缩写")
    return best


def _sure(short: Abbreviation, token: Token, how: str, name: NameContext) -> bool:
    campus = bool(_beside(token, name)) and (token.upper or not split(short.text))
    if short.rivals:
        return False
    if how == "city":
        return campus
    if not short.shared:
        return True
    whole = len(token.run) == len("".join(unit.text for unit in name.units))
    if whole and how == "whole" and token.upper and len(short.text) > 3:
        return True
    mark = how == "led" and token.upper is False and whole and name.name[-1].isupper()
    return campus or _led(token, name) or mark or (how == "whole" and token.upper and token.at == 1 and whole)


def masked(name: str) -> bool:
    """True when the name has a digit or sign that may stand for a letter."""
    return not _MASKS.isdisjoint(name)


def leet(name: str) -> str:
    """The name with digits and signs read as the letters they look like; l, 1 and | are all i."""
    text = name.lower() if name.isascii() else "".join(ch.lower() if ch.isascii() else FOLD[ch] for ch in name)
    for figure, letter in _FIGURES:
        text = text.replace(figure, letter)
    return text.translate(_LEET)


def disguised(short: Abbreviation, name: NameContext) -> AbbreviationHit | None:
    """An abbreviation written with digits or signs, as B1T校园墙: only right before a campus word."""
    if not masked(name.name):
        return None
    for hit in re.finditer(rf"(?<![a-z]){short.leet}(?=\s*([\u4e00-\u9fff]+))", leet(name.name)):
        if _campus(hit.group(1)):
            figure = NameKind.DIGIT if any(ch.isdigit() for ch in name.name) else NameKind.SYMBOL
            shown = name.name.split(name.name[name.name.find(hit.group(1)[0])])[0].strip()
            return AbbreviationHit(REVIEW if short.rivals else FLAG, short, figure, shown or name.name)
    return None


def _campus(text: str) -> bool:
    return any(text[:size] in words("campus") for size in range(1, 9))
