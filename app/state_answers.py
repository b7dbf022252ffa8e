"""The answer to a state poll, from published bytes: the same from the server and from Flask."""

from __future__ import annotations

from typing import Final

from app.published import Published

Headers = list[tuple[str, str]]

# Anybody may keep it, but must ask again each time; asking costs next to nothing (304).
_FRESH: Final = ("Cache-Control", "public, no-cache")
_VARIES: Final = ("Vary", "Accept-Encoding")
_JSON: Final = ("Content-Type", "application/json")
_GZIPPED: Final = ("Content-Encoding", "gzip")


def state_answer(
    published: Published, since: str, none_match: str, accept_encoding: str
) -> tuple[int, Headers, bytes]:
    """Status, headers and body: everything, or what changed since a version, or 304."""
    found = published.since(since) if since else published.whole
    etag = "W/" + found.etag
    headers = [("ETag", etag), _FRESH, _VARIES]
    if none_match and found.etag in none_match:
        return 304, headers, b""
    headers.append(_JSON)
    gzipped = found.gzipped if accepts_gzip(accept_encoding) else None
    if gzipped is None:
        return 200, headers, found.plain
    headers.append(_GZIPPED)
    return 200, headers, gzipped


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether the client takes gzip."""
    if "gzip" not in accept_encoding:
        return False
    for part in accept_encoding.replace(" ", "").split(","):
        name, _, quality = part.partition(";q=")
        if name == "gzip":
            return quality.strip("0.") != "" or not quality
    return False
