"""The link in a mail: signed, for one inquiry about one account, with an end. It opens nothing else. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from rules.inquiries import Inquiry, InquiryState
from rules.model import BEIJING

SIGNATURE = 32
LONGEST = 300


@dataclass(frozen=True, slots=True)
class LinkClaims:
    """What a link's signature vouches for."""

    number: str
    account: str
    serial: int
    expires_at: datetime


def make_link_token(key: bytes, inquiry: Inquiry) -> str:
    """The part of the address that opens this inquiry's page; letters, digits, ``-`` and ``_`` only."""
    claims = f"{inquiry.number}\n{inquiry.account}\n{inquiry.serial}\n{int(inquiry.expires_at.timestamp())}".encode()
    return base64.urlsafe_b64encode(_sign(key, claims) + claims).decode().rstrip("=")


def read_link_token(key: bytes, token: str) -> LinkClaims | None:
    """What a link says; None where it was not made with this key."""
    if not token.isascii() or len(token) > LONGEST:
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    signature, claims = raw[:SIGNATURE], raw[SIGNATURE:]
    if not claims or not hmac.compare_digest(signature, _sign(key, claims)):
        return None
    number, account, serial, expires = claims.decode().split("\n")
    return LinkClaims(number, account, int(serial), datetime.fromtimestamp(int(expires), BEIJING))


def link_opens(claims: LinkClaims, inquiry: Inquiry, now: datetime) -> bool:
    """Whether a link with these claims opens this inquiry: its own account, not expired, not revoked, not settled."""
    return (
        (claims.number, claims.account, claims.serial) == (inquiry.number, inquiry.account, inquiry.serial)
        and now <= claims.expires_at
        and inquiry.state not in (InquiryState.VERIFIED, InquiryState.CLOSED)
    )


def _sign(key: bytes, claims: bytes) -> bytes:
    return hmac.new(key, b"xunjian inquiry link\n" + claims, hashlib.sha256).digest()
