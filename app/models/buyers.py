"""Buyers who sign in: what they asked for, where they are signed in, what is to be forgotten."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import STRICT_KEYED, Choice, Instant, Table, one_of

WRONG_CODES_LIMIT: Final = 5


class Device(enum.StrEnum):
    """What a browser runs on, as roughly as it tells."""

    PHONE = "phone"
    TABLET = "tablet"
    COMPUTER = "computer"


class SignInRequest(Table):
    """A letter with a link and a code that somebody asked for; both are computed, none is kept."""

    __tablename__ = "sign_in_requests"
    __table_args__ = (
        CheckConstraint(f"wrong_codes BETWEEN 0 AND {WRONG_CODES_LIMIT}", name="wrong_codes"),
        Index("ix_sign_in_requests_address", "address_key"),
        STRICT_KEYED,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    address_key: Mapped[str] = mapped_column(Text)  # keyed hash of the folded address
    email: Mapped[str] = mapped_column(Text)
    browser: Mapped[str] = mapped_column(Text)  # of whoever asked: "Firefox on Linux"
    wrong_codes: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    spent_at: Mapped[datetime | None] = mapped_column(Instant)
    spent_by: Mapped[str | None] = mapped_column(Text)  # basket of the browser that signed in


class BuyerSession(Table):
    """One browser in which a buyer is signed in; `id` is that of the request it came from."""

    __tablename__ = "buyer_sessions"
    __table_args__ = (
        one_of("device", Device),
        Index("ix_buyer_sessions_address", "address_key"),
        STRICT_KEYED,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    address_key: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    device: Mapped[Device] = mapped_column(Choice(Device))
    browser: Mapped[str] = mapped_column(Text)
    signed_in_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)


class ForgetWish(Table):
    """A buyer wants to be forgotten: names go from orders up to then once nothing needs them."""

    __tablename__ = "forget_wishes"
    __table_args__ = (STRICT_KEYED,)

    address_key: Mapped[str] = mapped_column(Text, primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(Instant)
