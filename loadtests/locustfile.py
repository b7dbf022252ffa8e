"""What Locust loads: so many shoppers, map pollers and bulk buyers as the settings say.

`python -m loadtests` sets these and starts Locust without its page; to watch a run, start
`locust -f loadtests/locustfile.py --host http://127.0.0.1:8000` yourself.
"""

import os

from locust import events
from locust.env import Environment

from app.wire import loopback_address
from loadtests.bulk_buyers import BulkBuyer
from loadtests.shoppers import MapPoller, Shopper

__all__ = ["BulkBuyer", "MapPoller", "Shopper"]

Shopper.fixed_count = int(os.environ.get("FULLHOUSE_LOAD_SHOPPERS", "20"))
MapPoller.fixed_count = int(os.environ.get("FULLHOUSE_LOAD_POLLERS", "100"))
BulkBuyer.fixed_count = int(os.environ.get("FULLHOUSE_LOAD_BULK", "0"))


@events.init.add_listener  # type: ignore[untyped-decorator]
def refuse_other_computers(environment: Environment, **_: object) -> None:
    """A crowd is only ever sent to this computer; raises NotThisComputerError otherwise."""
    if environment.host:
        loopback_address(environment.host)
