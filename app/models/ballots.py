"""Ballots: what is promised, who entered, who may buy which seats, and who waits."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import STRICT, STRICT_KEYED, Big, Choice, Flag, Instant, Json, Table, one_of


class BallotStatus(enum.StrEnum):
    """A draft is seen by nobody; one that has ended keeps its page and its proof."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    DRAWN = "drawn"
    ENDED = "ended"


class RightState(enum.StrEnum):
    """What became of a right to buy."""

    LIVE = "live"
    USED = "used"
    OVER = "over"


class Ballot(Table):
    """A ballot with its page; entries, rights and list are its actor's."""

    __tablename__ = "ballots"
    __table_args__ = (one_of("status", BallotStatus), STRICT)

    id: Mapped[int] = mapped_column(primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id"))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    slug: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    stock: Mapped[str] = mapped_column(Text, default="rose")
    time_zone: Mapped[str] = mapped_column(Text)
    status: Mapped[BallotStatus] = mapped_column(Choice(BallotStatus))
    terms: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # as `BallotTerms`
    public: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # how its value is fixed
    draws_at: Mapped[datetime | None] = mapped_column(Instant)  # as announced
    created_at: Mapped[datetime] = mapped_column(Instant)
    commitment: Mapped[str] = mapped_column(Text, default="")
    list_hash: Mapped[str] = mapped_column(Text, default="")
    typed_value: Mapped[str] = mapped_column(Text, default="")
    typed_by: Mapped[str] = mapped_column(Text, default="")
    public_value: Mapped[str] = mapped_column(Text, default="")
    secret: Mapped[str] = mapped_column(Text, default="")  # once it is public
    announced: Mapped[int] = mapped_column(default=0)
    opened_ms: Mapped[int | None] = mapped_column(Big)
    closed_ms: Mapped[int | None] = mapped_column(Big)
    drawn_ms: Mapped[int | None] = mapped_column(Big)
    ended_ms: Mapped[int | None] = mapped_column(Big)
    status_words: Mapped[str] = mapped_column(Text, default="", server_default="")  # why called off


class BallotSecret(Table):
    """The secret of a ballot, sealed with the installation's; written before it is committed to."""

    __tablename__ = "ballot_secrets"
    __table_args__ = (STRICT,)

    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballots.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    params: Mapped[str] = mapped_column(Text)  # canonical, as the commitment covers them


class BallotSupply(Table):
    """So many seats of an event and price category; `room` of them nobody has a right to."""

    __tablename__ = "ballot_supplies"
    __table_args__ = (
        CheckConstraint("count > 0 AND room BETWEEN 0 AND count", name="room"),
        STRICT_KEYED,
    )

    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballots.id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    category: Mapped[str] = mapped_column(Text, primary_key=True)
    count: Mapped[int] = mapped_column()
    room: Mapped[int] = mapped_column()


class BallotAddition(Table):
    """What changed about the seats of a ballot later, once for each id: an event's end."""

    __tablename__ = "ballot_additions"
    __table_args__ = (STRICT_KEYED,)

    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballots.id"), primary_key=True)
    supply_id: Mapped[str] = mapped_column(Text, primary_key=True)


class BallotRequest(Table):
    """Somebody's wish to enter; it counts once the letter's link was pressed. The entry has its id.

    Name and address are here only: the list of entries knows a keyed hash.
    """

    __tablename__ = "ballot_requests"
    __table_args__ = (
        CheckConstraint("count > 0", name="count"),
        Index("ix_ballot_requests_address", "email_key", "ballot_id"),
        STRICT_KEYED,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballots.id"))
    email_key: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    count: Mapped[int] = mapped_column()
    wishes: Mapped[list[list[Any]]] = mapped_column(Json)  # [[event, category]], the first best
    wants_to_wait: Mapped[bool] = mapped_column(Flag)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    weight: Mapped[int] = mapped_column(
        CheckConstraint("weight > 0", name="weight"), default=1, server_default="1"
    )
    contribution: Mapped[str] = mapped_column(Text, default="", server_default="")


class BallotEntry(Table):
    """One group: one entry for each address and ballot. `place` orders the list, later joiners too.

    `drawn_place` is where the draw put it and stays.
    """

    __tablename__ = "ballot_entries"
    __table_args__ = (
        UniqueConstraint("ballot_id", "email_key"),
        Index(
            "uq_ballot_entries_place",
            "ballot_id",
            "drawn_place",
            unique=True,
            sqlite_where=text("drawn_place > 0"),
            postgresql_where=text("drawn_place > 0"),
        ),
        Index("ix_ballot_entries_email", "email_key"),
        CheckConstraint("count > 0 AND weight > 0", name="count"),
        CheckConstraint("bought_count BETWEEN 0 AND count", name="bought"),
        CheckConstraint(
            "status IN ('entered', 'won', 'waiting', 'lost', 'bought', 'declined', 'lapsed',"
            " 'left')",
            name="status",
        ),
        CheckConstraint(
            "(status = 'bought') = (order_id IS NOT NULL AND bought_count > 0)", name="order"
        ),
        STRICT_KEYED,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballots.id"))
    email_key: Mapped[str] = mapped_column(Text)
    count: Mapped[int] = mapped_column()
    wants_to_wait: Mapped[bool] = mapped_column(Flag)
    weight: Mapped[int] = mapped_column()
    contribution: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    salted_hash: Mapped[str] = mapped_column(Text)
    place: Mapped[int] = mapped_column()
    drawn_place: Mapped[int] = mapped_column()
    place_at_first: Mapped[int] = mapped_column()
    rights: Mapped[int] = mapped_column()
    refused: Mapped[list[list[Any]]] = mapped_column(Json)  # offers let pass: [[event, category]]
    bought: Mapped[list[Any]] = mapped_column(Json)  # [event, category]
    bought_count: Mapped[int] = mapped_column()
    order_id: Mapped[str | None] = mapped_column(Text)


class BallotWish(Table):
    """What an entry would like, the best first, each kind of seat once."""

    __tablename__ = "ballot_wishes"
    __table_args__ = (UniqueConstraint("entry_id", "event_id", "category"), STRICT_KEYED)

    entry_id: Mapped[str] = mapped_column(ForeignKey("ballot_entries.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    category: Mapped[str] = mapped_column(Text)


class BallotRight(Table):
    """Seats that an entry may buy until `until_ms`, house time: one live right at a time."""

    __tablename__ = "ballot_rights"
    __table_args__ = (
        one_of("state", RightState),
        CheckConstraint("count > 0", name="count"),
        Index(
            "uq_ballot_rights_live",
            "entry_id",
            unique=True,
            sqlite_where=text("state = 'live'"),
            postgresql_where=text("state = 'live'"),
        ),
        Index("ix_ballot_rights_ballot", "ballot_id", "state"),
        ForeignKeyConstraint(
            ["ballot_id", "event_id", "category"],
            ["ballot_supplies.ballot_id", "ballot_supplies.event_id", "ballot_supplies.category"],
        ),
        STRICT_KEYED,
    )

    entry_id: Mapped[str] = mapped_column(ForeignKey("ballot_entries.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    ballot_id: Mapped[int] = mapped_column()
    event_id: Mapped[int] = mapped_column()
    category: Mapped[str] = mapped_column(Text)
    count: Mapped[int] = mapped_column()
    until_ms: Mapped[int] = mapped_column(Big)
    is_offer: Mapped[bool] = mapped_column(Flag)
    is_guarded: Mapped[bool] = mapped_column(Flag)  # a basket has the seats
    state: Mapped[RightState] = mapped_column(Choice(RightState))
