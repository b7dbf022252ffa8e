"""What a test's programs know of the developer's environment: everything but our settings."""

import os

# Settings that a developer may have set and that must never reach a test.
OWN_SETTINGS = (
    *("PORT", "DATABASE_URL", "REDIS_URL", "SMTP_URL", "SECRET_KEY"),
    *("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE"),
)


def clean_env() -> dict[str, str]:
    """This process's environment without any setting of the box office."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("FULLHOUSE_") and not is_setting(name)
    }


def is_setting(name: str) -> bool:
    """Whether the box office would listen to this environment variable."""
    if name.startswith("FULLHOUSE_"):
        return not name.startswith("FULLHOUSE_TEST_")
    return name.removesuffix("_FILE") in OWN_SETTINGS
