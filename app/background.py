"""What runs beside the requests: settling, effects, control, checkpoints."""

from __future__ import annotations

from typing import Any, Protocol

from flask import Flask

from app.box_office import BoxOffice
from app.orders.reconciler import Reconciler
from app.orders.settler import Settler


class Worker(Protocol):
    """Something with a thread of its own."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> Any:
        """End after the work at hand."""


class Background:
    """All threads of the server that are neither pages nor actors."""

    def __init__(self, office: BoxOffice, app: Flask) -> None:
        self._workers: list[Worker] = [Settler(office), Reconciler(office)]
        self._workers += _optional(office, app)
        app.extensions["fullhouse.background"] = self

    @property
    def is_well(self) -> bool:
        """Whether everything that can say so works; /healthz asks."""
        return all(getattr(worker, "is_well", True) for worker in self._workers)

    def start(self) -> None:
        """Begin all of it."""
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """End all of it, the last begun first."""
        for worker in reversed(self._workers):
            worker.stop()


def _optional(office: BoxOffice, app: Flask) -> list[Worker]:
    import importlib.util

    workers: list[Worker] = []
    for module, name in (
        ("app.runner", "Runner"),
        ("app.control", "ControlServer"),
        ("app.postbox", "Postbox"),
    ):
        if importlib.util.find_spec(module) is not None:
            workers.append(getattr(importlib.import_module(module), name)(office, app))
    return workers
