"""企业微信, 钉钉, 飞书, 应用消息 and the webhook against servers that answer as documented: what each answer means for a letter."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.brief import BriefLine
from alerts.delivery.channels import Channel, ChannelError, DeliveryError, dingtalk, feishu, open_channel
from alerts.messages import Attachment, MessageKind, OutgoingMessage
from monitors.clock import wall
from tests.support.notices import NOW
from tests.support.vendors import (
    APP_SECRET,
    DING_SECRET,
    DING_TOKEN,
    FEISHU_SECRET,
    FEISHU_TOKEN,
    HOOK_SECRET,
    SCHEMES,
    WECOM_KEY,
    Vendors,
    vendors,
)

SECRETS = (WECOM_KEY, DING_TOKEN, DING_SECRET, FEISHU_TOKEN, FEISHU_SECRET, APP_SECRET, HOOK_SECRET)
LETTER = OutgoingMessage(
    id="bit/digest/2026-11-21",
    subject="北京理工大学校媒巡检日报",
    text="正文",
    html="<p>正文</p>",
    dated=NOW,
    kind=MessageKind.DIGEST,
    school="bit",
    brief=(
        BriefLine("需要处理 1 项", 9),
        BriefLine("今日", 0, heading=True),
        BriefLine("微信“表白墙<@all> [点我](http://x.example)”", 5),
    ),
    link="https://xunjian.example.edu.cn",
)


def way(server: Vendors, scheme: str, more: str = "&timeout=0.6", **clock: timedelta) -> Channel:
    moved = clock.get("moved", timedelta())
    return open_channel(scheme, server.url(scheme, more), {}, lambda: wall() + moved)


def refused(channel: Channel, letter: OutgoingMessage = LETTER) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.send(letter, channel.targets(letter)[0])
    assert not any(secret in f"{caught.value}{channel!r}" for secret in SECRETS)
    return caught.value


@pytest.mark.parametrize("scheme", SCHEMES)
def test_taken_once_and_said_so(scheme: str) -> None:
    with vendors() as server:
        channel = way(server, scheme)
        channel.check()
        answer = channel.send(LETTER, channel.targets(LETTER)[0])
    assert "0" in answer
    assert not channel.confirms_receipt
    (taken,) = server.taken
    assert "需要处理 1 项" in str(taken["body"])


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("fault", "permanent", "unknown", "down", "taken"),
    [
        ("rate", False, False, True, 0),
        ("http429", False, False, True, 0),
        ("http500", False, False, False, 0),
        ("error", False, False, True, 0),
        ("content", True, False, False, 0),
        ("slow", False, True, True, 1),
        ("drip", False, True, True, 1),
        ("cut", False, True, False, 1),
        ("cut_mid", False, True, False, 1),
    ],
)
def test_what_each_fault_means(scheme: str, fault: str, permanent: bool, unknown: bool, down: bool, taken: int) -> None:
    with vendors([fault], seconds=0.9) as server:
        error = refused(way(server, scheme))
    assert (error.permanent, error.unknown, error.channel_down) == (permanent, unknown, down), error
    assert len(server.taken) == taken


@pytest.mark.parametrize("scheme", ["wecom", "dingtalk", "feishu", "wecom-app"])
def test_a_page_in_the_place_of_an_answer_is_no_yes(scheme: str) -> None:
    with vendors(["html"]) as server:
        assert refused(way(server, scheme)).unknown


@pytest.mark.parametrize("scheme", ["dingtalk", "feishu", "http+webhook"])
@pytest.mark.parametrize("moved", [timedelta(hours=-3), timedelta(hours=3)])
def test_a_clock_that_is_wrong_is_told_and_no_letter_is_blamed(scheme: str, moved: timedelta) -> None:
    with vendors() as server:
        error = refused(way(server, scheme, moved=moved))
    assert (error.permanent, error.channel_down) == (False, True)
    assert "时间" in str(error) or "401" in str(error)
    assert not server.taken


@pytest.mark.parametrize("scheme", SCHEMES)
def test_nobody_listens(scheme: str) -> None:
    with vendors() as server:
        channel = way(server, scheme)
    error = refused(channel)
    assert (error.permanent, error.unknown, error.channel_down) == (False, False, True)
    assert "连接被拒绝" in str(error)


@pytest.mark.parametrize(
    ("scheme", "place", "limit"), [("wecom", ("markdown", "content"), 4096), ("wecom-app", ("text", "content"), 2048)]
)
def test_a_long_text_loses_what_matters_least_and_keeps_a_link(scheme: str, place: tuple[str, str], limit: int) -> None:
    lines = [BriefLine("请处理", 9), *(BriefLine(f"健康{n}" + "字" * 60, 1) for n in range(40)), BriefLine("签批", 6)]
    with vendors() as server:
        channel = way(server, scheme)
        channel.send(dataclasses.replace(LETTER, brief=tuple(lines)), channel.targets(LETTER)[0])
    text = server.taken[0]["body"][place[0]][place[1]]
    assert limit * 0.7 < len(text.encode()) <= limit
    assert all(part in text for part in ("请处理", "签批", "项未显示", "https://xunjian.example.edu.cn", LETTER.id))
    assert "健康39" not in text


@pytest.mark.parametrize("scheme", ["dingtalk", "feishu"])
def test_the_whole_body_keeps_the_vendors_limit(scheme: str) -> None:
    lines = tuple(BriefLine("长" * 80, n) for n in range(300))
    with vendors() as server:
        way(server, scheme).send(dataclasses.replace(LETTER, brief=lines), "")
    assert 14_000 < server.taken[0]["size"] <= 20_000


@pytest.mark.parametrize("scheme", ["wecom", "dingtalk", "feishu", "wecom-app"])
def test_strangers_words_are_no_link_and_call_nobody(scheme: str) -> None:
    with vendors() as server:
        channel = way(server, scheme)
        channel.send(LETTER, channel.targets(LETTER)[0])
    said = str(server.taken[0]["body"])
    assert "表白墙" in said
    assert not any(sign in said for sign in ("<@all>", "http://x.example", "<"))


def test_an_application_message_cannot_arrive_twice_and_names_who_does_not_exist() -> None:
    with vendors() as server:
        channel = way(server, "wecom-app")
        channel.send(LETTER, "zhangsan")
    assert server.taken[0]["body"]["enable_duplicate_check"] == 1
    with vendors() as server:
        wrong = open_channel("app", server.url("wecom-app").replace(APP_SECRET, "other"), {}, wall)
        error = refused(wrong)
    assert "secret 不对" in str(error)
    assert error.channel_down


def test_the_webhook_carries_the_whole_letter_under_one_id() -> None:
    paper = dataclasses.replace(
        LETTER,
        kind=MessageKind.PAPER,
        recipients=("a@example.edu.cn",),
        attachments=(Attachment("通知.docx", "x/y", b"PK"),),
    )
    with vendors() as server:
        channel = way(server, "http+webhook")
        for _ in range(2):
            channel.send(paper, "")
    one, two = (each["body"] for each in server.taken)
    assert one == two
    assert (one["version"], one["kind"], one["recipients"]) == (1, "paper", ["a@example.edu.cn"])
    assert one["attachments"] == [{"name": "通知.docx", "content_type": "x/y", "base64": "UEs="}]


def test_a_group_gets_the_digest_and_no_paper_unless_it_is_told_to() -> None:
    paper = dataclasses.replace(LETTER, kind=MessageKind.PAPER)
    usual = open_channel("w", "wecom://K", {}, wall)
    assert (usual.targets(LETTER), usual.targets(paper)) == (("",), ())
    assert open_channel("w", "wecom://K?for=paper", {}, wall).targets(paper) == ("",)
    assert open_channel("w", "wecom://K?school=dut", {}, wall).targets(LETTER) == ()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("wecom://", "wecom://机器人的密钥"),
        ("wecom://K?base=ftp://x", "base"),
        ("wecom://K?colour=red", "colour"),
        ("wecom://K?for=everything", "everything"),
        ("wecom://K?timeout=soon", "timeout"),
        ("wecom://?key_env=NOT_THERE", "NOT_THERE"),
        ("wecom://?key_file=/nowhere/key", "/nowhere/key"),
        ("wecom-app://ww1?secret=s", "agent"),
        ("https+webhook://host/path", "密钥不能省略"),
        ("http+webhook://oa.example.edu.cn/x?secret=s", "不加密"),
        ("slack://K", "wecom://"),
    ],
)
def test_a_url_that_cannot_be_used_is_told_in_one_sentence(url: str, says: str) -> None:
    with pytest.raises(ChannelError) as caught:
        open_channel("渠道", url, {}, wall)
    assert says in str(caught.value)


def test_secrets_come_from_the_environment_or_a_file_and_the_key_keeps_its_case(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{DING_SECRET}\n")
    with vendors() as server:
        url = f"dingtalk://?key_env=DING&secret_file={file}&base={server.base}"
        open_channel("d", url, {"DING": DING_TOKEN}, wall).send(LETTER, "")
        open_channel("w", f"wecom://{WECOM_KEY}&base={server.base}", {}, wall).send(LETTER, "")
    assert len(server.taken) == 2


def test_the_signature_of_a_moment() -> None:
    moment = datetime(2026, 11, 21, tzinfo=NOW.tzinfo)
    assert dingtalk.sign("SEC1", int(moment.timestamp() * 1000)) != feishu.sign("SEC1", int(moment.timestamp()))
    # openssl: printf '1\nSEC1' | openssl dgst -sha256 -hmac SEC1 -binary | base64
    assert dingtalk.sign("SEC1", 1) == "xLlywIuSvlBMcbHM7O4JN3u5Z7ES0PnaL8hM5mors/g="
    assert feishu.sign("SEC1", 1) == "R85I337lYhDDjF/nltQapDHKJdvNFpZIP6fKRNNYdos="
