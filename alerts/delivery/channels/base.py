"""What every channel promises: one letter to one target, or an error that says whether to try again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from alerts.messages import OutgoingMessage


class ChannelError(ValueError):
    """A channel's URL is wrong. Raised when the settings are read; its text is a sentence for the operator."""


class DeliveryError(Exception):
    """A letter was not delivered, as far as is known. Raised by Channel.send; the outbox records it and goes on.

    ``permanent``: this target will never take it. ``unknown``: the connection broke after the whole letter was handed
    over, so it may have been taken. ``channel_down``: the fault is the channel's, not the target's; others of the same
    channel need not be tried now.
    """

    def __init__(
        self, reason: str, *, permanent: bool = False, unknown: bool = False, channel_down: bool = False
    ) -> None:
        """Give the reason in one Chinese sentence without secrets."""
        super().__init__(reason)
        self.permanent, self.unknown, self.channel_down = permanent, unknown, channel_down


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelConfig:
    """What a channel is made from: its name, its URL, the environment (for secrets), and the wall clock (for signatures:
    ``--now`` does not move it, the other side's clock does not either)."""

    name: str
    url: str = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)
    wall: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class ChannelType:
    """A way out as the settings name it. Every module beside this one that has a ``CHANNEL`` of this class is found."""

    schemes: tuple[str, ...]
    help: str
    """How its URL is written, in Chinese, for the settings' help."""
    confirms_receipt: bool
    from_url: Callable[[ChannelConfig], Channel]
    """Raises ChannelError."""


class Channel(Protocol):
    """One way out of the house."""

    @property
    def name(self) -> str:
        """What the settings call it; part of the key under which outcomes are stored."""

    @property
    def confirms_receipt(self) -> bool:
        """Whether what it takes has reached the addressee: a mail server's yes is a receipt; a folder's or a group's is not,
        for nobody knows who looks there."""

    def check(self) -> None:
        """Go as far as one can without sending anything. Raises DeliveryError."""

    def targets(self, letter: OutgoingMessage) -> tuple[str, ...]:
        """Whom this channel would deliver the letter to."""

    def send(self, letter: OutgoingMessage, target: str) -> str:
        """Deliver and return what the other side answered, or raise DeliveryError. Sending twice must be recognisable as the
        same letter."""
