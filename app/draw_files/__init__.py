"""Draw files: one prize draw written down in TOML, read with precise problems, put into rows."""
