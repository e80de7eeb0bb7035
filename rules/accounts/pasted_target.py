"""What a person pasted: a link, a share text from a phone, an id or a name; and which platform a link belongs to."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from rules.accounts.target_names import ACCOUNT_KEY, HANDLE, bare_name, no_name, shared_name, stated_id
from rules.model import Platform
from rules.platforms import platform_of

# A link inside Chinese text ends at a space, a CJK character or Chinese punctuation.
_END = r"[^\s\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\"'<>\u201c\u201d]"
LINK = re.compile(rf"https?://{_END}+", re.I)
BARE = re.compile(r"^(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:/\S*)?$", re.I | re.A)
# An address without http:// amid other words; what follows an @ is a mail address.
AMID = re.compile(
    rf"(?<![\w@./-])(?:[a-z0-9][a-z0-9-]*\.)+(?:cn|com|net|org|edu|gov|tv|top|cc|info|ren|vip|xyz)(?![\w.-])(?::\d+)?(?:/{_END}*)?",
    re.I | re.A,
)
OTHER_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.I)
SEVERAL = re.compile(r"[\n\r、；;]+")
"""What stands between names in a list."""
NAME_LEAST, NAME_MOST = 3, 200


class InvalidTarget(ValueError):
    """What was pasted names nothing to look at. Raised by `parse_target`; the scan says why and exits 2."""


@dataclass(frozen=True, slots=True)
class ScanTarget:
    """What to look at: a link with its platform, an account's id, or a name alone.

    ``platform`` is None where the text does not say it. Beside a link ``name`` is what the text around it calls the
    account; nothing on the page vouches for it.
    """

    platform: Platform | None
    url: str = ""
    name: str = ""
    account_id: str = ""

    @property
    def has_page(self) -> bool:
        """Whether an account is pointed at, so that a page could be seen; a name alone points at none."""
        return bool(self.url or self.account_id)


def parse_target(text: str) -> ScanTarget:
    """A suspect from pasted text: the first link in it, else an id, else a name. Raises InvalidTarget."""
    shown = _visible(text)
    if not shown:
        raise InvalidTarget("没有写要核查的内容。请粘贴网址、分享文本，或填写账号名称。")
    if suspect := _linked(shown):
        return suspect
    stated = stated_id(shown)
    if stated:
        return ScanTarget(stated.platform, name=bare_name(stated.rest)[0], account_id=stated.account_id)
    if OTHER_SCHEME.match(shown) and " " not in shown:
        raise InvalidTarget(f"只能核查 http/https 网址，不能核查: {shown[:80]}。请粘贴网页或账号主页的网址。")
    if len(shown) > NAME_MOST:
        raise InvalidTarget("文字太长，又没有网址。请只粘贴网址，或只填写账号名称。")
    if len(several := [part for part in SEVERAL.split(text) if len(part.strip()) >= NAME_LEAST]) > 1:
        raise InvalidTarget(f"一次只能核查一个账号，这里写了 {len(several)} 个。请分开逐个核查。")
    name, platform = bare_name(shown)
    why = no_name(name)
    if HANDLE.match(shown) and (why or not shown.isalpha()):
        return ScanTarget(platform, name="" if why else name, account_id=shown)
    if why:
        raise InvalidTarget(f"“{shown[:40]}”{why}，无法核查。请填写完整的账号名称，或粘贴账号主页的网址。")
    return ScanTarget(platform, name=name)


def _visible(text: str) -> str:
    """The text on one line, without what cannot be seen."""
    spaced = (" " if unicodedata.category(c) == "Cc" else c for c in unicodedata.normalize("NFC", text))
    return " ".join("".join(c for c in spaced if unicodedata.category(c) != "Cf").split())


def _linked(shown: str) -> ScanTarget | None:
    """The first link, with the name and the id that the text around it gives."""
    met = LINK.search(shown) or (BARE if " " not in shown else AMID).search(shown) or AMID.search(shown)
    if not met or ACCOUNT_KEY.match(shown):
        return None
    url = met[0].rstrip(".,;:!?)]}…")
    url = url if "://" in url[:8] else f"http://{url}"
    around = f"{shown[: met.start()]} {shown[met.end() :]}"
    platform, stated = platform_of(url), stated_id(around)
    ours = stated.account_id if stated and stated.platform is platform else ""
    return ScanTarget(platform, url, shared_name(around), ours)
