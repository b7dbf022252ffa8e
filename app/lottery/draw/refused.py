"""The one answer to everything that does not hold."""

from __future__ import annotations

from app.refusals import Refusal


class BundleRefused(Refusal):
    """Something in a bundle or a ticket's proof does not hold: one sentence says what."""

    code, status = "bundle_refused", 422
    happened = "This is not an unchanged record of a draw."
