"""Who signs in and what a person may do: roles, the schools and units they hold for, and when two persons are needed."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from rules.model import DocumentType, LabeledEnum


class PeopleError(Exception):
    """A person, role or name cannot be accepted. Raised here and by `monitors.accounts`; its text is a Chinese sentence
    for whoever asked, printed by the CLI (exit 2) and shown above the page's form."""


class Role(LabeledEnum):
    """What a person does here. One person may hold several, each for one school or for all."""

    EDITOR = "editor", "宣传部经办"
    SIGNER = "signer", "签批人"
    IT = "it", "信息中心"
    READER = "reader", "审阅"
    UNIT = "unit", "单位"
    ADMIN = "admin", "管理员"


class Scope(LabeledEnum):
    """What a token of the JSON interface may read, at most; its owner's own roles and schools hold besides."""

    ACCOUNTS = "accounts", "台账"
    CASES = "cases", "问题台账"
    SUSPECTS = "suspects", "疑似账号"
    NOTICES = "notices", "通知"
    COVERAGE = "coverage", "掌握率"


OFFICE = frozenset({Role.EDITOR, Role.SIGNER, Role.IT, Role.READER})
"""Roles that see whole schools; a unit sees its own accounts only, an administrator sees accounts of people only."""
TWO_PERSONS = frozenset({DocumentType.PUBLIC_NOTICE, DocumentType.SHUTDOWN})
"""Documents that one person proposes and another signs."""
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True, order=True)
class RoleGrant:
    """One role held by one person. ``school`` "" means every school; ``unit`` is set for the role UNIT alone."""

    role: Role
    school: str = ""
    unit: str = ""

    @property
    def text(self) -> str:
        """For people, without the school's name."""
        return f"{self.role.label}（{self.unit}）" if self.unit else self.role.label


@dataclass(frozen=True, slots=True)
class View:
    """What a person may see. ``schools`` None: every school; ``units``: (school or "", unit) of those who see only that."""

    schools: frozenset[str] | None = frozenset()
    units: frozenset[tuple[str, str]] = frozenset()

    def sees_school(self, school: str) -> bool:
        """True where the whole of a school may be seen."""
        return self.schools is None or school in self.schools

    def sees(self, school: str, unit: str) -> bool:
        """True where the affairs of this unit may be seen."""
        own = unit.strip()
        return self.sees_school(school) or bool(own and {("", own), (school, own)} & self.units)

    @property
    def unit_only(self) -> bool:
        """True for a person who sees own units and no school."""
        return self.schools == frozenset() and bool(self.units)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One person. ``name`` is what is typed to sign in, ``display`` and ``post`` (职务) what papers bear."""

    name: str
    display: str
    post: str = ""
    grants: tuple[RoleGrant, ...] = ()
    disabled: bool = False

    def may(self, roles: Collection[Role], school: str | None = None) -> bool:
        """True where one of the roles is held: for this school, or for any at all where ``school`` is None."""
        return not self.disabled and any(
            grant.role in roles and (school is None or grant.school in ("", school)) for grant in self.grants
        )

    def schools(self, roles: Collection[Role]) -> frozenset[str] | None:
        """The schools one of the roles is held for; None means all."""
        held = {grant.school for grant in self.grants if grant.role in roles}
        return None if "" in held else frozenset(held)

    @property
    def view(self) -> View:
        """What this person may see of the registers and cases."""
        units = frozenset((grant.school, grant.unit) for grant in self.grants if grant.role is Role.UNIT)
        return View(self.schools(OFFICE), units)

    @property
    def roles(self) -> tuple[Role, ...]:
        """Every role held somewhere, in the order of the vocabulary."""
        held = {grant.role for grant in self.grants}
        return tuple(role for role in Role if role in held)

    @property
    def signature(self) -> str:
        """Name and post as a page shows them."""
        return f"{self.post} {self.display}".strip()


def sign_in_name(text: str) -> str:
    """A sign-in name in the one form it is kept in (NFKC, lower case). Raises PeopleError."""
    name = unicodedata.normalize("NFKC", text).strip().lower()
    if not name or len(name) > LONGEST_NAME or not all(c.isalnum() or c in "._-@" for c in name):
        raise PeopleError(
            f"登录名“{text.strip()[:LONGEST_NAME]}”不能使用：请用字母、数字、汉字或 . _ - @，不超过 {LONGEST_NAME} 个字。"
        )
    return name


def person_name(text: str) -> str:
    """A person's own name as papers bear it. Raises PeopleError."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or len(name) > 40 or not name.isprintable():
        raise PeopleError("请填写本人姓名，不超过 40 个字；文书和记录都用这个姓名。")
    return name


def role_of(code: str) -> Role:
    """A role by its code. Raises PeopleError."""
    if code not in list(Role):
        known = "、".join(f"{role.value}（{role.label}）" for role in Role)
        raise PeopleError(f"没有角色“{code[:30]}”。可用的角色：{known}。")
    return Role(code)


def grants_of(roles: Iterable[str], *, school: str = "", unit: str = "") -> tuple[RoleGrant, ...]:
    """The grants of these role codes for one school ("" for all). Raises PeopleError."""
    found = tuple(dict.fromkeys(role_of(code) for code in roles))
    if not found:
        raise PeopleError("请至少给一个角色。")
    if Role.UNIT in found and not unit.strip():
        raise PeopleError("“单位”角色要写明是哪个单位，名称与台账中的主办单位一致。")
    if unit.strip() and Role.UNIT not in found:
        raise PeopleError("只有“单位”角色可以写明单位，请去掉单位名称或加上“单位”角色。")
    return tuple(RoleGrant(role, school, unit.strip() if role is Role.UNIT else "") for role in found)


def check_signature(document: DocumentType, *, proposed_by: str, signed_by: str) -> None:
    """公开通报 and 关停 are proposed by one person and signed by another (sign-in names). Raises PeopleError."""
    if document in TWO_PERSONS and proposed_by and proposed_by == signed_by:
        raise PeopleError(f"{document.label}由一人提请、另一人签发，提请人不能签发自己提请的文书。")


def check_decider(signers: Collection[str], decider: str) -> None:
    """An appeal is not decided by whoever signed a paper it contests (sign-in names; an empty one is nobody's). Raises
    PeopleError."""
    if decider in {signer for signer in signers if signer}:
        raise PeopleError("申诉针对您签发的文书，应当由另一位签批人作出决定。")


def check_manager(manager: User, target: Iterable[RoleGrant]) -> None:
    """An administrator of some schools manages people of those schools only. Raises PeopleError."""
    managed = manager.schools({Role.ADMIN})
    if not manager.may({Role.ADMIN}):
        raise PeopleError("只有管理员可以管理账号。")
    if managed is not None and any(grant.school not in managed for grant in target):
        raise PeopleError("您只管理部分学校，不能查看或更改其他学校人员的账号和角色。")
