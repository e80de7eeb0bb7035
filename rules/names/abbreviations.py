"""Latin abbreviations: whole tokens only, and where others use the same letters only beside a campus word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from rules.names.context import NameContext, closes
from rules.names.model import NameKind, NameVerdict
from rules.names.pinyin import split
from rules.names.signs import Signed
from rules.names.tables import institutions, words
from rules.names.tokens import Token

FLAG, REVIEW = NameVerdict.FLAG, NameVerdict.REVIEW
_APART = re.compile(r"(?<![a-z])[a-z](?:[^a-z0-9]+[a-z](?![a-z])){2}")
_RUNS = re.compile("[a-z]+")
_WORDLIKE = re.compile(r"[^aeiou]?[aeiou]+[^aeiou]|[aeiou]+[^aeiou]+")
_LONGEST = 8


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """One abbreviation of one school; `shared`: foreign institutions, words or other schools use the letters too."""

    school: int
    written: str
    text: str
    shared: bool
    rivals: tuple[str, ...]


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
    return Abbreviation(school, written, text, shared, rivals)


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
    if short not in text:
        return _APART.search(text) is not None
    return any(short in run and _carried(run, short) for run in _RUNS.findall(text))


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
        if not how or _doubled_rival(token.run, short):
            continue
        shown = name.name[token.start : token.end]
        kind = NameKind.SYMBOL if token.spaced or not shown.isalnum() else NameKind.ABBREVIATION
        if not shown.isascii() and kind is NameKind.ABBREVIATION:
            kind = NameKind.LETTER
        sure = _sure(short, token, how, name) or seconded
        if sure:
            return AbbreviationHit(FLAG, short, kind, shown)
        if not best and _worth_a_look(short, token, how, found, name):
            best = AbbreviationHit(REVIEW, short, kind, shown, "这几个字母也是其他机构或词语的缩写")
    return best


def _doubled_rival(run: str, short: Abbreviation) -> bool:
    """True for SUSTTech beside SUST: with its doubled letter taken out it is the abbreviation of another school."""
    end = len(short.text)
    return run[:end] == short.text and run[end - 1] == run[end : end + 1] and run[:end] + run[end + 1 :] in _users()


def _worth_a_look(short: Abbreviation, token: Token, how: str, found: Sequence[Token], name: NameContext) -> bool:
    """True where letters that others use too may well be meant: glued to a campus word, beside one, or BIT101-dev."""
    if how == "more":
        return True
    if how != "whole":
        return how == "led" and token.run == "i" + short.text
    latin = not any(unit.han for unit in name.units)
    numbered = name.name[token.end : token.end + 1].isdigit() and token.upper and token.start == 0 and latin
    return numbered or any(t.text in words("latin_campus") for t in found)


def _sure(short: Abbreviation, token: Token, how: str, name: NameContext) -> bool:
    campus = bool(_beside(token, name)) and (token.upper or not split(short.text))
    if short.rivals:
        return False
    if how == "city":
        return campus
    if not short.shared or (how == "more" and _in_capitals(short.text, token, name.name)):
        return True
    whole = len(token.run) == len("".join(unit.text for unit in name.units))
    if whole and how == "whole" and token.upper and len(short.text) > 3:
        return True
    mark = how == "led" and token.upper is False and whole and name.name[-1].isupper()
    return campus or _led(token, name) or mark or (how == "whole" and token.upper and token.at == 1 and whole)


def _in_capitals(short: str, token: Token, name: str) -> bool:
    """True for BITsec: the letters in capitals, the word glued to them in small ones; a word of a language is not so written."""
    end = token.start + len(short)
    return name[token.start : end] == short.upper() and name[end : token.start + len(token.run)].islower()


def disguised(short: Abbreviation, found: Signed, name: str) -> AbbreviationHit | None:
    """An abbreviation whose letters are partly digits or signs: only right before a campus word."""
    if not _campus(name[found.end :].lstrip()[:_LONGEST]):
        return None
    shown = name[found.start : found.end]
    figures = [ch for ch in shown if not ch.isalpha()]
    kind = NameKind.DIGIT if all(ch.isdigit() for ch in figures) else NameKind.SYMBOL
    return AbbreviationHit(REVIEW if short.rivals else FLAG, short, kind, shown)


def _campus(text: str) -> bool:
    return any(text[:size] in words("campus") for size in range(1, _LONGEST + 1))
