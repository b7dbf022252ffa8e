"""What is wrong with a draw file, key by key."""

from __future__ import annotations

from app.toml_files.refused import FileRefused


class DrawFileRefused(FileRefused):
    """The file is no draw yet."""

    code = "draw_file_refused"
    happened = "This draw file cannot be used yet."
