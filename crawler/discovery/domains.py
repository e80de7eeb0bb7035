"""Hosts worth a look: names that imitate a school's domain, names on certificates, links on pages. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit

from crawler.page import extract
from crawler.page.page import Page, Unreadable
from rules.model import Platform
from rules.names.pinyin_spellings import spellings
from rules.platforms import platform_of

SECOND_LEVEL = ("edu.cn", "com.cn", "net.cn", "org.cn", "gov.cn", "ac.cn")
OPEN = ("com", "cn", "com.cn", "net", "org", "net.cn", "org.cn", "top", "xyz", "vip", "info", "cc", "online")
"""Endings that anybody may register under. Under edu.cn nobody but an institution may, so nothing is tried there."""
RESERVED = ("example.com", "example.net", "example.org")
"""The same for names under .example (RFC 2606), which the demo campus lives under."""
AFFIXES = (
    "edu", "educn", "daxue", "university", "zs", "zhaosheng", "zsb", "xyh", "kaoyan", "yz", "jwc", "cx", "xw", "news",
    "lib", "mail", "vpn", "www", "online", "gov", "china",
)  # fmt: skip
LABEL_LEAST = 5
"""Letters below which a label is found in too many certificates, and its misspellings are other people's words."""
CERTIFICATES_MOST = 20_000
HOSTS_MOST = 2000
HOST = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,30}")


def split(domain: str) -> tuple[str, str]:
    """The label a school registered and the ending it stands under: bit.edu.cn → bit, edu.cn."""
    name = domain.lower().strip(".")
    ending = next((end for end in SECOND_LEVEL if name.endswith(f".{end}")), name.rpartition(".")[2])
    return name.removesuffix(f".{ending}").rpartition(".")[2], ending


def permutations(domain: str, names: Iterable[str] = ()) -> tuple[str, ...]:
    """Domains that imitate this one, the likeliest first; ``names`` are Chinese names to spell in pinyin."""
    label, ending = split(domain)
    endings = RESERVED if ending == "example" else OPEN
    few = endings[:5]
    spelled = [way for name in names for way in spellings(name)[:1]]
    made = [
        *(f"{label}.{end}" for end in endings),
        *(f"{way}.{end}" for way in [*_joined(label, AFFIXES[:2]), *spelled] for end in few),
        *(f"{way}.{end}" for way in _joined(label, AFFIXES[2:]) for end in few),
        *(f"{way}.{end}" for way in _slips(label) for end in few[:2]),
    ]
    return tuple(dict.fromkeys(host for host in made if host != domain))


def _joined(label: str, words: Iterable[str]) -> Iterator[str]:
    for word in words:
        yield from (f"{label}-{word}", f"{label}{word}", f"{word}{label}", f"{word}-{label}")


def _slips(label: str) -> Iterator[str]:
    """One letter left out, doubled or swapped with the next, or a hyphen put in."""
    if len(label) < LABEL_LEAST:
        return
    for at in range(len(label)):
        yield label[:at] + label[at + 1 :]
        yield label[: at + 1] + label[at:]
        if label[at : at + 1] != label[at + 1 : at + 2] and at + 1 < len(label):
            yield label[:at] + label[at + 1] + label[at] + label[at + 2 :]
        if 0 < at < len(label) - 1:
            yield f"{label[:at]}-{label[at:]}"


def certificate_queries(domain: str) -> tuple[str, ...]:
    """What to ask the certificate log: every name under the domain, and names elsewhere that hold its label."""
    label, _ = split(domain)
    return (f"%.{domain}", *([f"%{label}%"] if len(label) >= LABEL_LEAST else []))


def certificate_hosts(page: Page) -> tuple[str, ...]:
    """The hosts that crt.sh names, the newest certificate first; wildcards and e-mail addresses are no hosts.

    Raises Unreadable for anything but a JSON list of certificates: an HTML or empty answer is an error, never "no
    certificates". Old certificates name hosts that may be gone, so every host is looked at before it is spoken of.
    """
    rows = page.json()
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "name_value" in row for row in rows):
        raise Unreadable("not_certificates: 证书日志的回答不是证书列表")
    rows = rows[:CERTIFICATES_MOST]
    rows.sort(key=lambda row: str(row.get("not_before") or ""), reverse=True)
    names = (name for row in rows for name in f"{row['name_value']}\n{row.get('common_name') or ''}".split("\n"))
    clean = (name.strip().lower().rstrip(".") for name in names)
    return tuple(dict.fromkeys(name for name in clean if HOST.fullmatch(name)))[:HOSTS_MOST]


def linked_hosts(page: Page) -> dict[str, str]:
    """Websites that a page links to, each with the first words of such a link; platforms are not websites."""
    found: dict[str, str] = {}
    for link in extract.find(extract.tree(page), "//a[@href]"):
        host = host_of(link.get("href", ""), page.url)
        if host and host not in found and platform_of(f"http://{host}/") is Platform.WEBSITE:
            found[host] = extract.tidy(link.text_content())[:80]
    return dict(list(found.items())[:HOSTS_MOST])


def host_of(url: str, base: str = "") -> str:
    """The host of a web address, empty where there is none (a bad address, a literal IP address, another scheme)."""
    try:
        parts = urlsplit(urljoin(base, url.strip()))
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
    return host if parts.scheme in ("http", "https") and HOST.fullmatch(host) else ""
