"""The official interfaces through a real child: what an authorisation opens, what a refusal says, and no secret anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.platforms.authorized_api import ApiCredential, list_call, parse_token_response, redact_secrets, token_call
from crawler.platforms.spec import Target
from monitors import clock
from monitors.app_context import AppContext
from monitors.demo.official import SECRET, TOKEN, demo_grants
from monitors.demo.register import opening
from monitors.demo.server import CampusServer
from monitors.jobs.run_sweep import run_sweep
from monitors.jobs.sweep import SweepReport
from monitors.settings import CredentialSetting, SettingsError, load_settings
from rules.model import ClaimType, Outcome, Platform
from storage.store import Store

SILENT, LIVE, WEIBO = "wechat:gh_0000000000b7", "wechat:gh_0000000000b8", "weibo:9000000019"
WRONG = "not-the-secret-8842"


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AppContext, SweepReport]]:
    """Both platforms swept with right authorisations, and one WeChat account with a wrong secret."""
    settings = load_settings(data=tmp_path_factory.mktemp("official"), delay_seconds=0.0)
    campus, filings = opening(clock.wall())
    wrong = CredentialSetting.model_validate({"app_id": "gh_0000000000a2", "secret": WRONG})
    grants = {**demo_grants(campus), "wechat:gh_0000000000a2": wrong}
    store = Store(settings.database)
    with CampusServer(campus) as server:
        where = ("127.0.0.1", server.plain_port, server.tls_port)
        context = AppContext(settings.model_copy(update={"grants": grants}), store, clock.wall, connect_to=where)
        store.filings.save(filings, by="测试", now=clock.wall())
        yield context, asyncio.run(run_sweep(context, platforms=("wechat", "weibo")))
    store.close()


def test_silence_is_shown_by_the_account_s_own_list(swept: tuple[AppContext, SweepReport]) -> None:
    context, _ = swept
    seen = context.store.observations.states([SILENT, LIVE, WEIBO], context.clock())
    for key, days in ((SILENT, 88), (WEIBO, 80)):
        last = seen[key].last_post_at
        assert last
        assert abs((context.clock() - last) / timedelta(days=1) - days) < 1.5
        assert seen[key].silence_shown
    live = seen[LIVE].last_post_at
    assert live
    assert context.clock() - live < timedelta(days=3)


def test_a_refused_authorisation_is_told_and_accuses_nobody(swept: tuple[AppContext, SweepReport]) -> None:
    context, report = swept
    (note,) = [note for note in report.notes if "官方接口" in note]
    assert "40125" in note
    assert "AppSecret 不对" in note
    assert context.store.observations.states(["wechat:gh_0000000000a2"], context.clock())[
        "wechat:gh_0000000000a2"
    ].last_post_at
    assert not report.errors


def test_no_secret_is_written_anywhere(swept: tuple[AppContext, SweepReport]) -> None:
    context, _ = swept
    context.store.database.close()
    files = [path for path in context.settings.data.rglob("*") if path.is_file()]
    whole = b"".join(_plain(path) for path in files)
    assert b"freepublish/batchget?account=gh_0000000000b7&whole=1" in whole
    for secret in (SECRET, WRONG, TOKEN):
        assert secret.encode() not in whole, secret


def _plain(path: Path) -> bytes:
    import gzip

    body = path.read_bytes()
    return gzip.decompress(body) if path.suffix == ".gz" else body


def test_evidence_gives_the_same_observation_again(swept: tuple[AppContext, SweepReport]) -> None:
    context, _ = swept
    (look,) = [look for look, _ in context.store.observations.history(SILENT) if look.source == "official"]
    replayed = asyncio.run(run_sweep(context, platforms=("wechat",), accounts=[SILENT], replay=str(context.evidence)))
    assert not [note for note in replayed.notes if "官方接口" in note]
    again = [seen for seen, _ in context.store.observations.history(SILENT) if seen.source == "official"]
    assert {(seen.url, seen.posts, seen.proves) for seen in again} == {(look.url, look.posts, look.proves)}
    assert look.proves == ClaimType.ACTIVE | ClaimType.INACTIVE
    assert look.outcome is Outcome.OK


TARGET = Target(platform=Platform.WECHAT, key="wechat:gh_0123456789ab", account_id="gh_0123456789ab")
GRANT = ApiCredential(app_id="wx0", secret="s3cr3t")


def test_nothing_secret_shows_in_a_call() -> None:
    asked = token_call(GRANT)
    assert asked
    assert "s3cr3t" in asked.body
    call = list_call(TARGET, GRANT, "t0k3n")
    assert call.url.endswith("access_token=t0k3n")
    assert call.shown.endswith("batchget?account=gh_0123456789ab"), "without the operator's word it is not whole"
    assert "s3cr3t" not in repr((GRANT, asked))
    assert "t0k3n" not in repr(call)
    line = f'GET {call.url}: {{"access_token":"t0k3n"}} OAuth2 t0k3n secret=s3cr3t'
    assert not {"t0k3n", "s3cr3t"} & set(redact_secrets(line).replace("=", " ").replace('"', " ").split())


@pytest.mark.parametrize(
    ("body", "says"),
    [(b'{"errcode":40164,"errmsg":"invalid ip"}', "IP 白名单"), (b"<html>", "不是预期内容"), (b"[]", "不是预期内容"),
     (b'{"access_token":""}', "errcode None"), (b'{"errcode":-1}', "请核对设置")],
)  # fmt: skip
def test_an_answer_without_a_token_says_why(body: bytes, says: str) -> None:
    token, reason = parse_token_response(body)
    assert token == ""
    assert says in reason
    assert parse_token_response(b'{"access_token":"t","expires_in":7200}') == ("t", "")


@pytest.mark.parametrize(
    ("written", "says"),
    [('[grants."wechat:gh_1"]\ntoken = "x"', "weibo:数字标识"), ('[grants."weibo:1"]\napp_id = "x"\nsecret = "y"', "wechat:gh_"),
     ('[grants."wechat:gh_1"]\napp_id = "x"', "二者只填其一"), ('[grants."gh_1"]\napp_id = "x"\nsecret = "y"', "wechat:gh_")],
)  # fmt: skip
def test_a_badly_written_authorisation_is_refused(tmp_path: Path, written: str, says: str) -> None:
    (tmp_path / "settings.toml").write_text(written, encoding="utf-8")
    with pytest.raises(SettingsError, match=says):
        load_settings(data=tmp_path)
