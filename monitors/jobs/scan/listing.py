"""列入疑似账号: what a scan knows only by name is put into the queue of suspects by a person."""

from __future__ import annotations

from dataclasses import replace

from monitors.app_context import AppContext
from monitors.jobs.discovery.candidates import SuspectError, hunt_of, screen
from rules.accounts.identity import identity
from rules.accounts.pasted_target import parse_target
from rules.accounts.target_names import plain_name
from rules.candidates import Candidate
from rules.model import Platform, SearchHit
from rules.platforms import platform_of


def list_suspect(context: AppContext, name: str, platform: str, link: str, *, by: str) -> Candidate:
    """The candidate that waits from now on. Raises SuspectError or UnusableTarget with what to do instead.

    The name is screened again: a form can be filled in by anybody.
    """
    url = parse_target(link).url if link else ""
    where = platform_of(url) if url else Platform(platform) if platform in list(Platform) else Platform.OTHER
    waiting = [
        c for c in context.store.candidates.all() if plain_name(c.name) == plain_name(name) and c.platform == where
    ]
    if waiting:
        raise SuspectError(f"“{name}”已在疑似账号中（{waiting[0].state.label}），请到“疑似账号”处理。")
    found = SearchHit(platform=where, name=name, account_id=identity(where, "", url), url=url)
    candidate = screen(hunt_of(context), found, context.clock())[2]
    if candidate is None:
        raise SuspectError(f"“{name}”不需要列入：已在台账中，或名称与学校无关。请粘贴账号主页的链接再查一次。")
    listed = replace(candidate, origin=f"{by}在即时核查时列入，账号页面尚未看到")
    context.store.candidates.meet([listed])
    return listed
