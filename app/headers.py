"""What every answer carries: the security policy and its kin, and whose Host we answer to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; manifest-src 'self'"
)
STRIPE_PAGES: Final = "https://checkout.stripe.com"
PERMISSIONS_POLICY: Final = (
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"
)
HSTS: Final = "max-age=31536000; includeSubDomains"
REQUEST_LIMIT_BYTES: Final = 256 * 1024
FORM_PARTS_LIMIT: Final = 1000
LOOPBACK: Final = frozenset(("127.0.0.1", "localhost", "[::1]"))
PROGRAM_PATHS: Final = "/api/"
ANY_HOST_PATHS: Final = frozenset(("/healthz",))  # asked by address, by what watches the house

Header = tuple[str, str]

_NO_STORE: Final = ("Cache-Control", "no-store")


def fixed_headers(settings: Settings) -> tuple[Header, ...]:
    """Headers that are the same on every answer of this installation."""
    headers = [
        ("Content-Security-Policy", content_policy(settings)),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", PERMISSIONS_POLICY),
    ]
    if settings.is_https:
        headers.append(("Strict-Transport-Security", HSTS))
    return tuple(headers)


def content_policy(settings: Settings) -> str:
    """The policy; forms may also lead to the payment page where there is one.

    Browsers check a form's target again at every redirect, and without script a form of ours ends
    on that page.
    """
    if not settings.stripe_secret_key:
        return CONTENT_POLICY
    parts = urlsplit(settings.stripe_api_base or STRIPE_PAGES)
    return CONTENT_POLICY.replace(
        "form-action 'self'", f"form-action 'self' {parts.scheme}://{parts.netloc}"
    )


def init_app(app: Flask, settings: Settings) -> None:
    """Give every answer of `app` its headers, and cookies and sizes their rules."""
    app.config.update(
        MAX_CONTENT_LENGTH=REQUEST_LIMIT_BYTES,
        MAX_FORM_MEMORY_SIZE=REQUEST_LIMIT_BYTES,
        MAX_FORM_PARTS=FORM_PARTS_LIMIT,
        SESSION_COOKIE_NAME=cookie_name(settings, "session"),
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )
    app.session_interface = PageSessions()
    wsgi_app: WSGIApplication = SafeHeaders(app.wsgi_app, settings)
    if settings.trusted_proxies:
        # Only the address and the scheme: the host is ours to know, not the proxy's to tell.
        wsgi_app = ProxyFix(
            wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies, x_host=0
        )
    app.wsgi_app = wsgi_app  # type: ignore[method-assign,assignment]


def cookie_name(settings: Settings, name: str) -> str:
    """The cookie's name: over https with the prefix that ties it to this host alone."""
    return f"__Host-{name}" if settings.is_https else name


def set_cookie(
    response: Response, settings: Settings, name: str, value: str, seconds: int | None
) -> None:
    """Give the visitor a cookie that scripts and other sites cannot read; None: until closed."""
    response.set_cookie(
        cookie_name(settings, name),
        value,
        max_age=seconds,
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="Lax",
    )


class NoSession(SecureCookieSession):
    """What programs have instead of a session."""


class PageSessions(SecureCookieSessionInterface):
    """Sessions for pages; programs' cookies are not even looked at."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The visitor's session; nothing for programs, and nothing to check without a cookie."""
        if request.path.startswith(PROGRAM_PATHS):
            return NoSession()
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie, if there is anything new in it."""
        if not isinstance(session, NoSession):
            super().save_session(app, session, response)


class SafeHeaders:
    """WSGI: refuses foreign hosts and adds the fixed headers; `no-store` where nothing is said."""

    def __init__(self, wsgi_app: WSGIApplication, settings: Settings) -> None:
        self._wsgi_app = wsgi_app
        self._fixed = fixed_headers(settings)
        self._base_url = settings.base_url
        self._host = urlsplit(settings.base_url).netloc.lower()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""

        def start(
            status: str, headers: list[Header], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            if "cache-control" not in [name.lower() for name, _ in headers]:
                headers.append(_NO_STORE)
            headers += self._fixed
            return start_response(status, headers, exc_info)

        named = self.answers_to(environ.get("HTTP_HOST", ""))
        if not named and environ.get("PATH_INFO") not in ANY_HOST_PATHS:
            return self._wrong_host(start)
        return self._wsgi_app(environ, start)

    def answers_to(self, host: str) -> bool:
        """Whether a Host header names us: the house's own address, or this computer."""
        if host == self._host:
            return True
        host = host.lower()
        return host == self._host or host in LOOPBACK or _without_port(host) in LOOPBACK

    def _wrong_host(self, start: Callable[..., object]) -> Iterable[bytes]:
        words = f"This box office is at {self._base_url} and answers to no other name.\n"
        body = words.encode()
        start(
            "400 Bad Request",
            [
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Content-Length", str(len(body))),
            ],
        )
        return [body]


def _without_port(host: str) -> str:
    name, _, port = host.rpartition(":")
    return name if port.isdigit() else ""
