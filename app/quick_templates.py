"""Templates that are drawn quickly: every press on a seat draws one."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from flask import Flask
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import escape

try:
    from markupsafe._speedups import _escape_inner as _escaped
except ImportError:  # where markupsafe has no compiled part
    from markupsafe._native import _escape_inner as _escaped


def init_app(app: Flask) -> None:
    """Draw the templates of this application quickly."""
    env = app.jinja_env
    flatten_globals(app)
    env.code_generator_class = QuickCode
    env.text_of = text_of  # type: ignore[attr-defined]


def flatten_globals(app: Flask) -> None:
    """Give templates their globals as one dict.

    Jinja's own ChainMap is copied at every render, include and import, which costs fifty
    microseconds each time. What it is good for, globals that change later, nobody does here.
    """
    env = app.jinja_env

    def merged(own: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**env.globals, **(own or {})}

    env.make_globals = merged  # type: ignore[assignment,method-assign]


def text_of(thing: Any) -> str:
    """What a template writes for a thing: its text, made safe for HTML unless it is HTML."""
    return _escaped(thing) if type(thing) is str else escape(thing)


class QuickCode(CodeGenerator):
    """Jinja's compiler, but what is only written is not wrapped into a `Markup` first.

    That alone costs eight times as much as to escape a text. What stands side by side in a
    template leaves together: to go on with a generator costs more than a piece of text.
    """

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802  its own name
        """Write text and values that follow each other as one."""
        if len(node.nodes) == 1 or not self._is_plain(frame):
            super().visit_Output(node, frame)
            return
        finalize = self._make_finalize()
        self.writeline("yield concat((", node)
        for child in node.nodes:
            try:
                self.write(repr(self._output_child_to_const(child, frame, finalize)))
            except Exception:  # noqa: BLE001  as Jinja does it: what is not constant now is later
                self._output_child_pre(child, frame, finalize)
                self.visit(child, frame)
                self._output_child_post(child, frame, finalize)
            self.write(", ")
        self.write("))")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802  its own name
        """Read an attribute as Python does: what is not there is a fault, not an empty text."""
        self.write("(")
        self.visit(node.node, frame)
        self.write(f").{node.attr}")

    def _is_plain(self, frame: Frame) -> bool:
        """Whether this goes straight into a page, as HTML."""
        context = frame.eval_ctx
        goes_straight = frame.buffer is None and not frame.require_output_check
        is_html = context.autoescape and not context.volatile
        return goes_straight and is_html and self.environment.finalize is None

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        context = frame.eval_ctx
        if context.volatile or not context.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.text_of(")
