"""What each kind of letter says."""

from __future__ import annotations

from app.mail.letters import LetterLink, LetterOrder, LetterPage, LetterShow
from app.words import gettext as _
from app.words import ngettext


def tickets_page(order: LetterOrder) -> LetterPage:
    """The letter with the tickets; it is also the one that is sent again."""
    count = order.ticket_count
    heading = ngettext(
        "Your ticket for %(show)s",
        "Your %(num)d tickets for %(show)s",
        count,
        show=_shows_words(order),
    )
    return LetterPage(
        subject=ngettext(
            "Your ticket: %(show)s", "Your %(num)d tickets: %(show)s", count, show=_subject(order)
        ),
        heading=heading,
        paragraphs=(_settled_words(order),),
        button=LetterLink(ngettext("Open my ticket", "Open my tickets", count), order.url),
        afterwards=_attached_words(order),
        shows=order.shows,
        code=order.code,
        lines=order.lines,
        total="" if order.is_free else order.total,
        bill_title=_("What you paid") if not order.is_free else _("What you have"),
        bill_notes=tuple(note for note in (order.tax_words, order.paid_words) if note),
        sections=_sections(order),
        why=_("You get this because you bought tickets. We send nothing else unless you ask."),
    )


def confirm_page(order: LetterOrder, link: str, until: str, pay_words: str) -> LetterPage:
    """Asks whoever reads the mailbox to confirm an order that is paid later."""
    count = order.ticket_count
    return LetterPage(
        subject=_("Please confirm: %(show)s", show=_subject(order)),
        heading=ngettext(
            "Please confirm your place for %(show)s",
            "Please confirm your %(num)d places for %(show)s",
            count,
            show=_shows_words(order),
        ),
        paragraphs=(
            _(
                "Hello %(name)s, your places are kept until %(until)s. Press the button before"
                " then, and they stay yours until it is time to pay.",
                name=order.name,
                until=until,
            ),
            pay_words or _("You pay at the counter or as agreed with us; nothing is charged now."),
        ),
        button=LetterLink(_("Keep my places"), link),
        afterwards=_("If it was not you who asked for them, do nothing: they go back on sale."),
        shows=order.shows,
        code=order.code,
        lines=order.lines,
        total=order.total,
        bill_title=_("What you will pay"),
        bill_notes=(order.tax_words,) if order.tax_words else (),
        why=_("You get this because somebody asked for tickets with this address."),
    )


def kept_page(
    order: LetterOrder, until: str, pay_words: tuple[str, ...], *, is_reminder: bool = False
) -> LetterPage:
    """An order that is paid later is kept: how to pay, and until when. Sent again as a reminder."""
    begun = _(
        "Hello %(name)s, your places are kept until %(until)s. Please pay before then:"
        " afterwards they go back on sale.",
        name=order.name,
        until=until,
    )
    if is_reminder:
        begun = _(
            "Hello %(name)s, we have not seen your payment yet. Your places are kept until"
            " %(until)s; afterwards they go back on sale. If you have paid already, thank you:"
            " transfers take a while, and you need not do anything.",
            name=order.name,
            until=until,
        )
    heading = ngettext(
        "Your place for %(show)s is kept",
        "Your %(num)d places for %(show)s are kept",
        order.ticket_count,
        show=_shows_words(order),
    )
    subject = _("Kept for you: %(show)s", show=_subject(order))
    if is_reminder:
        heading = _("Still to be paid: %(show)s", show=_shows_words(order))
        subject = _("Still to be paid: %(show)s", show=_subject(order))
    return LetterPage(
        subject=subject,
        heading=heading,
        paragraphs=(begun, *pay_words),
        button=LetterLink(_("See my order"), order.url),
        shows=order.shows,
        code=order.code,
        lines=order.lines,
        total=order.total,
        bill_title=_("What you will pay"),
        bill_notes=(order.tax_words,) if order.tax_words else (),
        why=_("You get this because you ordered tickets. We send nothing else unless you ask."),
    )


def moved_page(order: LetterOrder, before: str, after: str) -> LetterPage:
    """One seat of an order has changed; the code of its ticket with it."""
    return LetterPage(
        subject=_("Your seat has changed: %(show)s", show=_subject(order)),
        heading=_("Your seat for %(show)s has changed", show=_shows_words(order)),
        paragraphs=(
            _(
                "Hello %(name)s, you now have %(after)s instead of %(before)s.",
                name=order.name,
                after=after,
                before=before,
            ),
            _("The ticket you had before lets nobody in any more. Please use the new one."),
        ),
        button=LetterLink(_("Open my tickets"), order.url),
        afterwards=_attached_words(order),
        shows=order.shows,
        code=order.code,
        sections=_sections(order),
        why=_("You get this because you bought tickets. We send nothing else unless you ask."),
    )


def money_back_page(
    order: LetterOrder, why: str, amount: str, way: str, has_offer: bool
) -> LetterPage:
    """All of a payment goes back, with the reason, and an offer where there is one."""
    offer = _("The nearest free places are kept for you for ten minutes; see your order.")
    heading = _("%(amount)s go back to you", amount=amount) if amount else _("Your order is over")
    return LetterPage(
        subject=f"{heading}: {_subject(order)}" if order.shows or order.about else heading,
        heading=heading,
        paragraphs=tuple(
            part
            for part in (
                _("Hello %(name)s, %(why)s", name=order.name, why=why),
                way,
                offer if has_offer else "",
            )
            if part
        ),
        button=LetterLink(_("See my order"), order.url),
        shows=order.shows,
        code=order.code,
        why=_("You get this because you paid for an order. We send nothing else unless you ask."),
    )


def cancelled_page(order: LetterOrder, show: LetterShow, words: str) -> LetterPage:
    """An event does not take place."""
    return LetterPage(
        subject=_("Cancelled: %(title)s, %(when)s", title=show.title, when=show.when),
        heading=_("%(title)s is cancelled", title=show.title),
        paragraphs=tuple(
            part
            for part in (
                _(
                    "Hello %(name)s, %(title)s on %(day)s does not take place.",
                    name=order.name,
                    title=show.title,
                    day=show.day,
                ),
                words,
                _(
                    "You need not do anything. If money is due to you, another letter says so as"
                    " soon as it is on its way."
                ),
            )
            if part
        ),
        button=LetterLink(_("See my order"), order.url),
        shows=(show,),
        code=order.code,
        why=_("You get this because you bought tickets. We send nothing else unless you ask."),
    )


def state_page(order: LetterOrder, words: str) -> LetterPage:
    """An order that has no tickets, sent because its buyer asked for it."""
    return LetterPage(
        subject=f"{_('Your order')}: {_subject(order)}" if order.shows else _("Your order"),
        heading=_("Your order"),
        paragraphs=(_("Hello %(name)s, %(words)s", name=order.name, words=words),),
        button=LetterLink(_("See my order"), order.url),
        shows=order.shows,
        code=order.code,
        why=_("You get this because somebody asked for it with this address."),
    )


def found_page(name: str, links: tuple[LetterLink, ...]) -> LetterPage:
    """All orders of one address."""
    return LetterPage(
        subject=ngettext("Your order", "Your %(num)d orders", len(links)),
        heading=ngettext("Your order", "Your %(num)d orders", len(links)),
        paragraphs=(_("Hello %(name)s, here is what was ordered with this address.", name=name),),
        links=links,
        why=_("You get this because somebody asked for it with this address."),
    )


def order_link(order: LetterOrder) -> LetterLink:
    """One order in a list."""
    words = order.about or _("Order %(code)s", code=order.code)
    if not order.shows:
        return LetterLink(words, order.url)
    note = ngettext("%(num)d place", "%(num)d places", order.ticket_count)
    return LetterLink(_subject(order), order.url, note if order.ticket_count else "")


def _subject(order: LetterOrder) -> str:
    """Nightjar Quartet, Thu 26 Nov, 20:00; with a count of what else there is."""
    if not order.shows:
        return order.about or order.code
    first, more = order.shows[0], len(order.shows) - 1
    words = f"{first.title}, {first.when}"
    if not more:
        return words
    rest = ngettext("and %(num)d more event", "and %(num)d more events", more)
    return f"{words} {rest}"


def _shows_words(order: LetterOrder) -> str:
    titles = list(dict.fromkeys(show.title for show in order.shows))
    if len(titles) == 1:
        return titles[0]
    return ngettext("%(num)d event", "%(num)d events", len(order.shows))


def _settled_words(order: LetterOrder) -> str:
    if order.is_free:
        return _(
            "Hello %(name)s, everything is settled and there is nothing to pay.", name=order.name
        )
    if order.is_demo:
        return _(
            "Hello %(name)s, you have played a purchase of %(total)s. This is a demo: nothing was"
            " charged, and the tickets open no door.",
            name=order.name,
            total=order.total,
        )
    return _(
        "Hello %(name)s, you paid %(total)s and everything is settled.",
        name=order.name,
        total=order.total,
    )


def _attached_words(order: LetterOrder) -> str:
    if not order.printed:
        return ""
    return ngettext(
        "The ticket is also attached as a PDF to print, with a calendar entry.",
        "All tickets are also attached as a PDF to print, with a calendar entry.",
        len(order.printed),
    )


def _sections(order: LetterOrder) -> tuple[tuple[str, str], ...]:
    refund = " ".join(dict.fromkeys(s.refund_words for s in order.shows if s.refund_words))
    getting_in = " ".join(dict.fromkeys(s.getting_in for s in order.shows if s.getting_in))
    sections = ((_("Can't come?"), refund), (_("Getting in"), getting_in))
    return tuple((title, words) for title, words in sections if words)
