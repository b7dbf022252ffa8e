"""Who signs in: accounts, the organizers they work for, one-time links."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import STRICT, Choice, Flag, Instant, Table, one_of

PERSONAL_DAYS = 730


class StaffRole(enum.StrEnum):
    """What a person may do for an organizer."""

    OWNER = "owner"
    MANAGER = "manager"
    COUNTER = "counter"
    DOOR = "door"
    FINANCE = "finance"


class Account(Table):
    """Somebody who can sign in; `is_admin` runs the installation."""

    __tablename__ = "accounts"
    __table_args__ = (STRICT,)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str | None] = mapped_column(Text)
    is_admin: Mapped[bool] = mapped_column(Flag, default=False)
    session_epoch: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)


class SetupLink(Table):
    """A one-time link to set a password; only the hash of its token is kept."""

    __tablename__ = "setup_links"
    __table_args__ = (STRICT,)

    token_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    expires_at: Mapped[datetime] = mapped_column(Instant)
    spent_at: Mapped[datetime | None] = mapped_column(Instant)


class Organizer(Table):
    """Who runs events: owns venues, seating plans and events; sells once an admin approved."""

    __tablename__ = "organizers"
    __table_args__ = (
        CheckConstraint("personal_days BETWEEN 30 AND 3660", name="personal_days"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    contact_email: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text, default="GBP")  # what a new event starts with
    is_demo: Mapped[bool] = mapped_column(Flag, default=False)
    # names and addresses of buyers are kept this long after an order's last event
    personal_days: Mapped[int] = mapped_column(default=PERSONAL_DAYS)
    created_at: Mapped[datetime] = mapped_column(Instant)
    approved_at: Mapped[datetime | None] = mapped_column(Instant)


class Staff(Table):
    """One account's role for one organizer."""

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("organizer_id", "account_id"),
        one_of("role", StaffRole),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    role: Mapped[StaffRole] = mapped_column(Choice(StaffRole))
