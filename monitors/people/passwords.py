"""Local passwords: Argon2id hashes, and which passwords are refused because others guess them first."""

from __future__ import annotations

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rules.people import PeopleError

SHORTEST, LONGEST = 10, 128
RATED = 72
"""Characters that are rated: what is guessable in these is guessable, and the rating's cost grows with the square."""
LEAST_SCORE = 3
"""zxcvbn's 0-4: from 3 on more than 10^8 guesses are needed, which lock-out and Argon2 put out of reach."""
HASHER = PasswordHasher()
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$" + "A" * 22 + "$" + "A" * 43
"""A hash that no password has: a sign-in under an unknown name costs as much as one under a known name."""


def hash_password(password: str) -> str:
    """The Argon2id hash of a password, with its salt and parameters."""
    return HASHER.hash(_normal(password))


def matches(kept: str, password: str) -> bool:
    """True where the password has this hash. A missing hash takes as long as a wrong password."""
    try:
        return HASHER.verify(kept or NOBODY, _normal(password)) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def check_password(password: str, *personal: str) -> None:
    """Length, lists of leaked passwords, guessability; ``personal``: names that must not carry it. Raises PeopleError."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PeopleError(
            f"密码应为 {SHORTEST} 至 {LONGEST} 个字符。可以用几个不相干的词连成一句，便于记忆又不易猜中。"
        )
    from zxcvbn import zxcvbn  # its word lists are a megabyte, and most commands set no password

    rated = zxcvbn(_normal(password)[:RATED], [word for word in personal if word])
    leaked = [m for m in rated["sequence"] if m.get("dictionary_name") == "passwords"]
    longest = sorted((len(match["token"]) for match in leaked), reverse=True)[:2]
    if sum(longest) >= len(password) - 2:  # one of the list, or two of it in a row, with a digit or two
        raise PeopleError("这个密码（或与它几乎相同的密码）在已泄露的常用密码名单中，请换一个。")
    if rated["score"] < LEAST_SCORE:
        raise PeopleError("这个密码太容易被猜到，请不要用姓名、日期、键盘顺序或常用词加数字，换一个更长的。")


def suggested() -> str:
    """A password for the demonstration's people: readable, and new at every start."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))


def _normal(password: str) -> str:
    """The same characters typed on another machine are the same password."""
    return unicodedata.normalize("NFC", password)
