"""What the first start and sign-in say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.pages import FormState, Label


@dataclass(frozen=True, slots=True)
class Try:
    """Something to try in the demo house."""

    label: str
    note: str
    url: str
    stock: str
    icon: str


@dataclass(frozen=True, slots=True)
class SetupPart:
    """One part of the installation and how it is set up."""

    label: str
    note: str
    icon: str
    state: Label


@dataclass(frozen=True, slots=True)
class WelcomePage:
    """The very first start."""

    kicker: str
    lede: str
    tries: tuple[Try, ...]
    parts: tuple[SetupPart, ...]
    form: FormState | None = None
    own_words: str = ""
    own_command: str = ""
    own_afterwards: str = ""
    own_url: str = ""
    own_label: str = ""


@dataclass(frozen=True, slots=True)
class SignInPage:
    """Sign in."""

    email: str = ""
    goes_to: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def first_error(self) -> str:
        """The first field with an error, where the cursor goes."""
        return next(iter(self.errors), "")
