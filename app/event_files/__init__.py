"""Event files: one event written down in TOML, read with precise problems, put into the house."""
