"""Tokens of the JSON interface: made by the person whose eyes they have, for some of what that person sees, for a time."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from rules.people import PeopleError, Scope, User
from storage.api_tokens import ApiToken
from storage.store import Store

PREFIX = "xj_"
"""Lets a person, or a scanner of repositories, see what a stray secret is."""
MOST_DAYS, USUAL_DAYS, MOST_TOKENS = 366, 180, 20


def make_token(
    store: Store, user: User, label: str, scopes: Iterable[str], days: int, now: datetime
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is shown this once. Raises PeopleError."""
    wanted = tuple(dict.fromkeys(scopes))
    unknown = [code for code in wanted if code not in list(Scope)]
    if unknown or not wanted:
        known = "、".join(f"{scope.value}（{scope.label}）" for scope in Scope)
        raise PeopleError(f"请选择这个令牌可以读取的内容：{known}。")
    name = " ".join(label.split())
    if not name or len(name) > 60 or not name.isprintable():
        raise PeopleError("请写明这个令牌给哪个系统使用，如“校数据平台”，不超过 60 个字。")
    if not 1 <= days <= MOST_DAYS:
        raise PeopleError(f"有效期应为 1 到 {MOST_DAYS} 天，到期后再生成新的令牌。")
    if sum(token.works(now) for token in store.api_tokens.of(user.name)) >= MOST_TOKENS:
        raise PeopleError(f"一个人最多同时有 {MOST_TOKENS} 个有效令牌，请先撤销不再使用的。")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        id=secrets.token_hex(4),
        user=user.name,
        label=name,
        scopes=wanted,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    store.api_tokens.add(token, secret)
    return token, secret


def revoke_token(store: Store, id: str, now: datetime, *, user: str = "") -> None:
    """End a token at once; of this person only, where one is named. Raises PeopleError."""
    if not store.api_tokens.revoke(id, now=now, user=user):
        raise PeopleError(f"没有编号为“{id[:20]}”的有效令牌，可能已经撤销。")
