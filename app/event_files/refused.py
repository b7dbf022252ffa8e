"""What is wrong with an event file, key by key."""

from __future__ import annotations

from app.toml_files.refused import FileRefused


class EventFileRefused(FileRefused):
    """The file is no event yet."""

    code = "event_file_refused"
    happened = "This event file cannot be used yet."
