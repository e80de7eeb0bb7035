"""Links: their own account and nothing else; expired, forged, changed, revoked and settled ones open nothing."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.inquiries import Inquiry, InquiryReason, InquiryState, close, renew_link
from rules.inquiry_links import link_opens, make_link_token, read_link_token
from rules.model import Platform
from tests.support.factories import at

KEY, NOW = b"k" * 32, at("2026-03-02 09:00")


def inquiry(number: int = 1, account: str = "wechat:gh_1") -> Inquiry:
    return Inquiry(
        number=f"DEMO-Q-2026-{number:04d}", school="demo", platform=Platform.WECHAT, account=account, title="图书馆", unit="图书馆",
        owner="z@example.edu.cn", addressee="张三", kind=InquiryReason.UNKNOWN, reason="", asked_at=NOW, due_at=NOW,
        expires_at=NOW + timedelta(days=40),
    )  # fmt: skip


def opens(token: str, one: Inquiry, key: bytes = KEY, later: timedelta = timedelta()) -> bool:
    claims = read_link_token(key, token)
    return claims is not None and link_opens(claims, one, NOW + later)


def test_a_link_opens_its_own_inquiry_until_its_end() -> None:
    token = make_link_token(KEY, inquiry())
    assert token.replace("-", "").replace("_", "").isalnum()
    assert opens(token, inquiry())
    assert not opens(token, inquiry(), later=timedelta(days=41)), "expired"
    assert not opens(token, renew_link(inquiry())), "revoked"
    assert not opens(token, close(inquiry(), "李四", "不用", NOW)), "settled"
    assert opens(token, replace(inquiry(), state=InquiryState.ANSWERED)), "shows what was answered"
    assert not opens(token, inquiry(), key=b"x" * 32), "signed by somebody else"


@settings(max_examples=2500, deadline=None)
@given(st.integers(1, 50), st.integers(1, 50), st.sampled_from(["wechat:gh_1", "douyin:2", "weibo:3"]), st.data())
def test_no_link_opens_another_account_and_no_changed_link_opens_anything(
    mine: int, other: int, whose: str, data: st.DataObject
) -> None:
    one, two = inquiry(mine), inquiry(other, whose)
    token = make_link_token(KEY, one)
    if (mine, one.account) != (other, whose):
        assert not opens(token, two)
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    place, bit = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(0, 7))
    raw[place] ^= 1 << bit
    assert read_link_token(KEY, base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")) is None
    assert read_link_token(KEY, token[: data.draw(st.integers(0, len(token) - 2))]) is None


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=400))
def test_nothing_typed_opens_anything(token: str) -> None:
    assert read_link_token(KEY, token) is None
