"""Puts a ruling into one Chinese sentence that staff can quote, and names the legal kind."""

import unicodedata
from collections.abc import Sequence

from rules.names.align import Edit
from rules.names.claims import TermMatch
from rules.names.fold import FOLD, GAP, NameUnit, is_han
from rules.names.model import NameKind
from rules.names.terms import TermRole

ROLE = {
    TermRole.FULL: (NameKind.EXACT, "全称"),
    TermRole.HISTORIC: (NameKind.HISTORIC, "曾用名"),
    TermRole.CORE: (NameKind.EDITED, "全称"),
    TermRole.SHORT: (NameKind.SHORT, "简称"),
    TermRole.NICKNAME: (NameKind.NICKNAME, "俗称"),
    TermRole.CONTESTED: (NameKind.SHORT, "简称"),
}
_ORDER = (NameKind.SHAPE, NameKind.HOMOPHONE, NameKind.PINYIN, NameKind.REORDERED, NameKind.EDITED)
MOST_RIVALS = 5


def surface(name: str, units: Sequence[NameUnit], claim: TermMatch) -> tuple[str, list[str], list[str]]:
    """The stretch as written; the signs put into it; the characters written in another form, as `a→b`."""
    raw = name[units[claim.start].start : units[claim.end - 1].end]
    signs = list(dict.fromkeys(ch for ch in raw if FOLD[ch] in ("", GAP)))
    forms = list(
        dict.fromkeys(f"{ch}→{FOLD[ch]}" for ch in raw if FOLD[ch] not in ("", GAP, ch) and ch.lower() != FOLD[ch])
    )
    return raw, signs, forms


def _form_kind(form: str) -> NameKind:
    """What writing `a` for `b` is called."""
    written, _, meant = form.partition("→")
    if unicodedata.normalize("NFKC", written).lower() == meant or not meant.isalpha():
        return NameKind.SYMBOL
    return (
        NameKind.TRADITIONAL if is_han(written) and "CJK UNIFIED" in unicodedata.name(written, "") else NameKind.SHAPE
    )


def kind_of(claim: TermMatch, signs: Sequence[str], forms: Sequence[str]) -> NameKind:
    """The kind that weighs most: a changed character before a sign before another form before plain use."""
    kinds = {edit.kind for edit in claim.edits}
    for kind in _ORDER:
        if kind in kinds:
            return kind
    shapes = [_form_kind(form) for form in forms]
    if NameKind.SHAPE in shapes:
        return NameKind.SHAPE
    if signs:
        return NameKind.SYMBOL
    return shapes[0] if shapes else ROLE[claim.term.role][0]


def _edit(edit: Edit) -> str:
    if edit.kind is NameKind.REORDERED:
        return f"将“{edit.was}”换序为“{edit.now}”"
    if not edit.now:
        return f"缺“{edit.was}”字"
    if not edit.was:
        return f"增“{edit.now}”字"
    return f"以“{edit.now}”代“{edit.was}”（{edit.kind.label}）"


def _sign(sign: str) -> str:
    if FOLD[sign] == "":
        return f"不可见字符 U+{ord(sign):04X}"
    return "空格" if sign.isspace() else f"“{sign}”"


def used(name: str, units: Sequence[NameUnit], claim: TermMatch, school: str) -> tuple[NameKind, str]:
    """The kind, and the sentence for a use or an imitation."""
    raw, signs, forms = surface(name, units, claim)
    kind = kind_of(claim, signs, forms)
    target = f"{school}的{ROLE[claim.term.role][1]}“{claim.term.written}”"
    ways = [_edit(edit) for edit in claim.edits]
    ways += [f"写作“{form[0]}”实为“{form[2:]}”（{_form_kind(form).label}）" for form in forms[:4]]
    if signs:
        ways.append("插入" + "、".join(_sign(sign) for sign in signs[:3]))
    if claim.term.role is TermRole.CORE and not claim.edits:
        ways.append("省略“大学”等通名")
    shown = "".join(ch for ch in raw if FOLD[ch])
    if not ways:
        return kind, f"名称使用了{target}（{kind.label}）。"
    return kind, f"名称中的“{shown}”{'，'.join(ways)}，使用或模仿了{target}（{kind.label}）。"


def doubtful(claim: TermMatch, because: str, school: str, rivals: Sequence[str]) -> str:
    """The sentence for a case a person must decide, with the candidates named."""
    others = "、".join(rivals[:MOST_RIVALS]) + ("等" if len(rivals) > MOST_RIVALS else "")
    also = f"，也可能指{others}" if others else ""
    return f"名称可能使用了{school}的{ROLE[claim.term.role][1]}“{claim.term.written}”，但{because}{also}，需人工判断。"


def cleared(claim: TermMatch, because: str) -> str:
    """The sentence for a name that only contains the characters of a term."""
    return f"名称中虽有与“{claim.term.written}”相同或相近的字，但{because}，不认定为使用。"
