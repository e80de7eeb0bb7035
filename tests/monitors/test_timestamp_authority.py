"""A token is kept only where the right authority signed the right head in this very answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitors.certificate_order import in_order
from monitors.timestamp_authority import TimestampError, check_token, covers, load_roots, obtain
from rules.model import BEIJING
from tests.support.timestamp_authority import Authority, serving

HEAD = "a1" * 32
OTHER = "b2" * 32


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with serving(tmp_path_factory.mktemp("tsa") / "ours") as authority:
        yield authority


@pytest.fixture
def authority(served: Authority) -> Authority:
    served.fault = ""
    return served


def ask(authority: Authority, root: Path | None = None, seconds: float = 10) -> tuple[bytes, datetime]:
    return asyncio.run(obtain(authority.url, HEAD, load_roots(root or authority.root), seconds))


def test_a_good_token_says_when(authority: Authority) -> None:
    token, at = ask(authority)
    assert abs(datetime.now(BEIJING) - at) < timedelta(minutes=1)
    assert check_token(token, HEAD, load_roots(authority.root)) == at
    assert covers(token, HEAD)


def test_certificates_out_of_order_are_read_and_nothing_else_is_moved(authority: Authority) -> None:
    token, _ = ask(authority)  # OpenSSL sends the signer before the shorter root
    ordered = in_order(token)
    assert ordered != token
    assert sorted(ordered) == sorted(token)
    assert in_order(ordered) == ordered
    for cut in range(0, len(token), 41):
        assert in_order(token[:cut]) == token[:cut]


def test_a_token_over_another_head_is_refused(authority: Authority) -> None:
    token, _ = ask(authority)
    assert not covers(token, OTHER)
    with pytest.raises(TimestampError, match="签的不是这个链首"):
        check_token(token, OTHER, load_roots(authority.root))


def test_the_signer_of_another_root_is_refused(authority: Authority, tmp_path: Path) -> None:
    stranger = Authority(tmp_path / "stranger")
    with pytest.raises(TimestampError, match="证书与 timestamp_ca 不符"):
        ask(authority, stranger.root)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("expired", "不在有效期内"),
        ("replay", "不是对这次请求的答复"),
        ("error", "HTTP 503"),
        ("page", "不是时间戳"),
        ("endless", "过长"),
        ("refusal", "没有签发"),
    ],
)
def test_what_is_no_time_stamp_is_refused(authority: Authority, fault: str, says: str) -> None:
    ask(authority)
    authority.fault = fault
    with pytest.raises(TimestampError, match=says) as refused:
        ask(authority)
    assert authority.url not in str(refused.value)


def test_one_changed_byte_of_a_token_is_found(authority: Authority) -> None:
    token, _ = ask(authority)
    roots = load_roots(authority.root)
    at = token.rfind(bytes.fromhex("0420"))  # the signed attributes and the signature stand at the end
    for place in (at + 5, len(token) - 3):
        changed = token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :]
        with pytest.raises(TimestampError):
            check_token(changed, HEAD, roots)


def test_a_slow_authority_is_given_up(authority: Authority) -> None:
    authority.fault = "slow"
    begun = time.monotonic()
    with pytest.raises(TimestampError, match="没有答复"):
        ask(authority, seconds=0.5)
    assert time.monotonic() - begun < 2


def test_nobody_there_names_no_address() -> None:
    with pytest.raises(TimestampError, match="连不上") as refused:
        asyncio.run(obtain("http://user:geheim@127.0.0.1:9/tsr", HEAD, []))
    assert "geheim" not in str(refused.value)


def test_a_missing_or_wrong_certificate_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TimestampError, match="不能读取"):
        load_roots(tmp_path / "none.pem")
    (tmp_path / "x.pem").write_text("no certificate")
    with pytest.raises(TimestampError, match="不是 PEM"):
        load_roots(tmp_path / "x.pem")
