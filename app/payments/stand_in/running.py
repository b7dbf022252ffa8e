"""The stand-in as a whole: started on a port of this computer, stopped again."""

from __future__ import annotations

import logging
import secrets
import threading
from types import TracebackType
from typing import Final, Self

from app.payments.stand_in.api import Api
from app.payments.stand_in.control import Control
from app.payments.stand_in.deliveries import Deliveries
from app.payments.stand_in.desk import Desk
from app.payments.stand_in.exchange import Answer, Request, as_json
from app.payments.stand_in.fault_box import FaultBox
from app.payments.stand_in.faults import Faults
from app.payments.stand_in.ledger import Ledger
from app.payments.stand_in.pages import Pages
from app.payments.stand_in.web import HOST, Server
from app.payments.stand_in.webhook import Webhook

TICK_SECONDS: Final = 0.1
WORKERS: Final = 4

log = logging.getLogger(__name__)


class StandIn:
    """A small Stripe. `port` 0 takes a free one; `webhook` can also be set later, by control."""

    def __init__(
        self,
        port: int = 0,
        webhook: Webhook | None = None,
        faults: Faults | None = None,
        worker_count: int = WORKERS,
    ) -> None:
        self.secret = webhook.secret if webhook else f"whsec_{secrets.token_hex(16)}"
        self.faults = FaultBox(faults)
        self._stopping = threading.Event()
        self._server = Server(port, self._answer)  # first: the port may be taken
        self.deliveries = Deliveries(self.faults, webhook, worker_count)
        self.ledger = Ledger(self.deliveries.tell)
        self._api = Api(Desk(self.ledger, self.faults, self.url), self._stopping)
        self._control = Control(self)
        self._pages = Pages(self.ledger, self.faults)
        self._threads = [
            threading.Thread(target=self._serve, daemon=True),
            threading.Thread(target=self._keep_time, daemon=True),
        ]

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end; what goes into STRIPE_API_BASE."""
        return f"http://{HOST}:{self._server.port}"

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._server.wake()
        self._threads[0].join()
        self._server.server_close()
        self._server.hang_up()
        self.deliveries.stop()
        for thread in self._threads:
            thread.join(timeout=2)

    def _answer(self, request: Request) -> Answer:
        try:
            if request.path.startswith("/v1/"):
                return self._api.answer(request)
            if request.path.startswith("/stand-in/"):
                return self._control.answer(request)
            return self._pages.answer(request)
        except Exception:  # one broken call must not end the connection's thread
            log.exception("The stand-in broke on %s %s", request.method, request.path)
            return as_json({"error": {"message": "The stand-in broke.", "type": "api_error"}}, 500)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._server.handle_request()

    def _keep_time(self) -> None:
        while not self._stopping.wait(TICK_SECONDS):
            self.ledger.catch_up()
