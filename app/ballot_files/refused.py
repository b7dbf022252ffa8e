"""What is wrong with a ballot file, key by key."""

from __future__ import annotations

from app.toml_files.refused import FileRefused


class BallotFileRefused(FileRefused):
    """The file is no ballot yet."""

    code = "ballot_file_refused"
    happened = "This ballot file cannot be used yet."
