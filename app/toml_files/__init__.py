"""Files that people write in TOML: read key by key, with every problem and its line."""
