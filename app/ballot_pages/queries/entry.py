"""One entry in words, in whatever state it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.ballot_draws.ballot_letters import until_of
from app.ballot_draws.by_itself import cannot_be_bought
from app.ballot_draws.drawing import hash_of
from app.ballot_draws.stories import ASKED, KeptSeats, Story, wish_words
from app.ballot_draws.weights import rule_words
from app.ballot_pages.queries.ballot import (
    called_off_words,
    entry_form,
    hash_words,
    is_called_off,
    takes_entries,
    times_words,
    typed_of,
)
from app.ballot_pages.views import EntryPage, SeatStub
from app.ballot_reading import terms_of
from app.box_office import BoxOffice
from app.clock import house
from app.lottery.ballot.entry import BOUGHT, DECLINED, ENTERED, LAPSED, LEFT, LOST, WAITING, WON
from app.models import BallotStatus, EventStatus
from app.pages import Action, Fact, FormState
from app.words import gettext as _
from app.words import ngettext, short_day_words, short_moment_words

HOUR_MS: Final = 3_600_000

Draw = Callable[[BoxOffice, Story, FormState | None], EntryPage]


def entry_page(office: BoxOffice, story: Story, form: FormState | None = None) -> EntryPage:
    """How it stands and what can be done; `form` is a change that was refused."""
    if is_called_off(story.ballot):
        title, words = _("This ballot was called off"), called_off_words(story.ballot)
        return _page(story, title, words, "cross", "plain")
    return _PAGES[story.status](office, story, form)


def _page(story: Story, title: str, words: str, icon: str, kind: str, **more: Any) -> EntryPage:
    return EntryPage(
        story.ballot.title,
        f"/ballot/{story.ballot.slug}",
        title,
        words,
        icon,
        kind,
        stock=story.ballot.stock,
        **more,
    )


def _asked(office: BoxOffice, story: Story, form: FormState | None) -> EntryPage:
    if not takes_entries(story.ballot):
        words = _("Entries are closed, and this one was not confirmed or was withdrawn.")
        return _page(story, _("This entry does not count"), words, "clock", "plain")
    confirm = Action(_("Yes, enter"), f"{story.url}/confirmation", ())
    return _page(
        story,
        _("Enter this ballot?"),
        _("%(wishes)s. One press, and the entry counts.", wishes=_wishes(office, story)),
        "letter",
        "",
        facts=tuple(_counts(story)),
        actions=(confirm,),
    )


def _entered(office: BoxOffice, story: Story, form: FormState | None) -> EntryPage:
    draws_at = story.ballot.draws_at
    title = _("You are in")
    if draws_at is not None:
        local = draws_at.astimezone(_zone(story))
        title = _("You are in. The draw is on %(moment)s", moment=short_moment_words(local))
    open_form = None
    asides: tuple[Action, ...] = ()
    if takes_entries(story.ballot):
        now = typed_of(terms_of(story.ballot.terms), story.count, story.wishes, story.wants_to_wait)
        open_form = entry_form(
            office, story.ballot, form or now, url=f"{story.url}/change", has_person=False
        )
        asides = (Action(_("Withdraw"), f"{story.url}/withdrawal", (), is_quiet=True),)
    words = _(
        "%(wishes)s. Nothing to do until then; we email you either way.",
        wishes=_wishes(office, story),
    )
    mark = hash_words(hash_of(office, story.request.id))
    facts = (Fact(_("Your entry in the public list"), mark), *_counts(story))
    return _page(story, title, words, "check", "ok", facts=facts, form=open_form, asides=asides)


def _won(office: BoxOffice, story: Story, form: FormState | None) -> EntryPage:
    kept = story.kept
    if kept is None or not kept.seats:
        words = _("Your seats are being chosen. Look again in a moment.")
        return _page(story, _("You won"), words, "check", "ok")
    is_over = cannot_be_bought(kept.event) and not kept.is_in_basket
    if is_over or kept.event.status == EventStatus.CANCELLED:
        return _page(story, *_too_late_words(kept), "clock", "plain")
    if kept.event.status == EventStatus.PAUSED and not kept.is_in_basket:
        return _paused(story, kept)
    many = ngettext("Buy it, %(total)s", "Buy all %(num)d, %(total)s", kept.count, total=kept.total)
    if kept.count == 2:
        many = _("Buy both, %(total)s", total=kept.total)
    url = f"{story.url}/basket"
    buy = Action(many, url, (("count", str(kept.count)),))
    if kept.is_in_basket:
        buy = Action(_("They are in your basket: go on"), url, (("count", str(kept.count)),))
    return _page(
        story,
        _won_title(kept),
        "",
        "check",
        "ok",
        stub=_stub(story, kept),
        actions=(buy,),
        asides=() if kept.is_in_basket else tuple(_ways_out(story, kept)),
    )


def _paused(story: Story, kept: KeptSeats) -> EntryPage:
    """Nobody can buy just now, and nobody's time runs out meanwhile."""
    hours = ngettext(
        "When it goes on, you have at least %(num)d hour to buy.",
        "When it goes on, you have at least %(num)d hours to buy.",
        terms_of(story.ballot.terms).offer_ms // HOUR_MS,
    )
    words = _("Booking of %(event)s is paused. Your seats stay kept.", event=kept.event.title)
    return _page(
        story, _won_title(kept), f"{words} {hours}", "clock", "plain",
        asides=tuple(_ways_out(story, kept)[-1:]),
    )  # fmt: skip


def _ways_out(story: Story, kept: KeptSeats) -> list[Action]:
    """Fewer seats, another time, or none."""
    ways = []
    if kept.count > 1:
        fewer = kept.count - 1
        words = ngettext("I only need one", "I only need %(num)d", fewer)
        ways.append(Action(words, f"{story.url}/basket", (("count", str(fewer)),), is_quiet=True))
    refuse, number = f"{story.url}/refusal", ("right", str(story.rights))
    is_listed = story.ballot.status == BallotStatus.DRAWN
    if kept.is_offer and is_listed and story.open_count > 1:
        words = _("Not this one, keep my place")
        ways.append(Action(words, refuse, (("keeps_place", "1"), number), is_quiet=True))
    words = ngettext("Let it go to somebody else", "Let them go to somebody else", kept.count)
    ways.append(Action(words, refuse, (number,), is_quiet=True))
    return ways


def _too_late_words(kept: KeptSeats) -> tuple[str, str]:
    words = _("You had won seats for it. Nothing was charged.")
    if kept.is_in_basket:
        words = _(
            "You had won seats for it, and they cannot be paid for any more. If you were just"
            " paying, all of it goes back."
        )
    if kept.event.status == EventStatus.CANCELLED:
        return _("%(event)s is cancelled", event=kept.event.title), words
    return _("%(event)s cannot be booked any more", event=kept.event.title), words


def _stub(story: Story, kept: KeptSeats) -> SeatStub:
    until = until_of(kept.until_ms, _zone(story))
    left_hours = max(0, kept.until_ms - house.now_ms()) // HOUR_MS
    left = ngettext("%(num)d hour to buy.", "%(num)d hours to buy.", left_hours)
    if not left_hours:
        left = _("Less than an hour to buy.")
    facts = (
        Fact(_("When"), short_day_words(kept.event.local_start)),
        Fact(_("Row"), kept.row),
        Fact(ngettext("Seat", "Seats", kept.count), kept.numbers),
    )
    return SeatStub(
        _("Kept for you until %(moment)s", moment=short_moment_words(until)),
        _won_title(kept),
        f"{kept.event.title}, {kept.words}. {left} " + _("Nobody else can take them before that."),
        facts,
    )


def _won_title(kept: KeptSeats) -> str:
    if kept.is_offer:
        return ngettext(
            "A seat came back, and it is your turn",
            "%(num)d seats came back, and it is your turn",
            kept.count,
        )
    return ngettext("You won a seat", "You won %(num)d seats", kept.count)


def _waiting(office: BoxOffice, story: Story, form: FormState | None) -> EntryPage:
    hours = ngettext(
        "%(num)d hour to buy, by email",
        "%(num)d hours to buy, by email",
        terms_of(story.ballot.terms).offer_ms // HOUR_MS,
    )
    facts = (
        Fact(_("Your place now"), str(story.place_now)),
        Fact(_("At first"), str(story.place_at_first)),
        Fact(_("When it is your turn"), hours),
    )
    leave = Action(_("Leave the list"), f"{story.url}/withdrawal", (), is_quiet=True)
    title = _("Not drawn. You are number %(place)s on the waiting list", place=story.place_now)
    if story.rights:
        title = _("You are number %(place)s on the waiting list", place=story.place_now)
    return _page(
        story,
        title,
        _("Seats that are not bought in time go down the list in this order."),
        "people",
        "plain",
        facts=facts,
        actions=(_check(story),),
        asides=(leave,),
    )


def _out(said: Callable[[Story, bool], tuple[str, str]]) -> Draw:
    """An entry that is off the list and may join its end while there is one."""

    def page(office: BoxOffice, story: Story, form: FormState | None) -> EntryPage:
        is_open = story.ballot.status == BallotStatus.DRAWN
        join = Action(_("Join the waiting list"), f"{story.url}/list", ())
        actions = (join, _check(story)) if is_open else (_check(story),)
        return _page(story, *said(story, is_open), "clock", "plain", actions=actions)

    return page


def _lost_words(story: Story, is_open: bool) -> tuple[str, str]:
    words = _("You did not want to wait. If you still want to come, you can join the list.")
    return _("Not drawn"), words if is_open else _over_words()


def _declined_words(story: Story, is_open: bool) -> tuple[str, str]:
    title = ngettext("You let your seat go", "You let your seats go", story.count)
    words = ngettext(
        "Thank you: it goes to the next people on the list.",
        "Thank you: they go to the next people on the list.",
        story.count,
    )
    return title, words if is_open else _over_words()


def _lapsed_words(story: Story, is_open: bool) -> tuple[str, str]:
    words = ngettext(
        "The seat goes to the next people on the list. Nothing was charged. If you still want to"
        " come, join at the end of the list.",
        "The seats go to the next people on the list. Nothing was charged. If you still want to"
        " come, join at the end of the list.",
        story.count,
    )
    if not is_open:
        words = _("Nothing was charged.") + " " + _over_words()
    return _("Your time to buy has ended"), words


def _over_words() -> str:
    return _("The waiting list of this ballot has ended.")


def _left(office: BoxOffice, story: Story, form: FormState | None) -> EntryPage:
    shows = [office.catalogue.by_id(wish.event_id) for wish in story.wishes]
    if not all(show.status == "cancelled" for show in shows):
        return _out(_left_words)(office, story, form)
    title = _("%(event)s is cancelled", event=shows[0].title)
    words = _("Nothing was charged, and nothing more follows from your entry.")
    return _page(story, title, words, "clock", "plain", actions=(_check(story),))


def _left_words(story: Story, is_open: bool) -> tuple[str, str]:
    return _("You are not on the waiting list"), _("Nothing more follows from your entry.")


def _bought(office: BoxOffice, story: Story, form: FormState | None) -> EntryPage:
    words = _("They are paid for, and your tickets came by email.")
    return _page(story, _("You bought your seats"), words, "check", "ok", actions=(_check(story),))


def _counts(story: Story) -> Iterator[Fact]:
    """What is not as usual: an entry that counts more, or that adds to the public value."""
    if story.weight > 1:
        words = rule_words(terms_of(story.ballot.terms), story.weight)
        yield Fact(_("Your entry"), f"{times_words(story.weight)}: {words}")
    if story.contribution:
        yield Fact(_("Your contribution to the public value"), story.contribution)


def _check(story: Story) -> Action:
    return Action(_("Check the draw"), f"/ballot/{story.ballot.slug}#check", is_quiet=True)


def _wishes(office: BoxOffice, story: Story) -> str:
    people = ngettext("%(num)d person", "%(num)d people", story.count)
    return "; ".join((people, *(wish_words(office, wish) for wish in story.wishes)))


def _zone(story: Story) -> ZoneInfo:
    return ZoneInfo(story.ballot.time_zone)


_PAGES: Final[dict[str, Draw]] = {
    ASKED: _asked,
    ENTERED: _entered,
    WON: _won,
    WAITING: _waiting,
    BOUGHT: _bought,
    LOST: _out(_lost_words),
    DECLINED: _out(_declined_words),
    LAPSED: _out(_lapsed_words),
    LEFT: _left,
}
