"""What parameters a call may have: read from the parameter classes of the installed SDK."""

from __future__ import annotations

import sys
import types
import typing
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from stripe import RequestOptions, StripeObject

REQUEST_OPTIONS = frozenset(RequestOptions.__annotations__)  # these travel as headers


@dataclass(slots=True)
class Node:
    """What one parameter may be; several of these at once where Stripe allows several."""

    text: bool = False
    whole: bool = False
    number: bool = False
    flag: bool = False
    free: bool = False  # a map from any name to text, as metadata is
    words: set[str] = field(default_factory=set)
    list_of: Node | None = None
    shape: type[Any] | None = None

    @property
    def is_nested(self) -> bool:
        """Whether it has parts."""
        return self.free or self.list_of is not None or self.shape is not None


@dataclass(frozen=True, slots=True)
class Shape:
    """The parameters of one call or of one nested part."""

    nodes: dict[str, Node]
    required: frozenset[str]


def shape_of(parameters: type[Any]) -> Shape:
    """The shape that a TypedDict of the SDK describes, without options that travel as headers."""
    if parameters not in _shapes:
        _shapes[parameters] = _read(parameters)
    return _shapes[parameters]


def _read(parameters: type[Any]) -> Shape:
    written: dict[str, Any] = parameters.__annotations__
    is_call = written.keys() >= REQUEST_OPTIONS
    own = {
        name: hint for name, hint in written.items() if not (is_call and name in REQUEST_OPTIONS)
    }
    module = vars(sys.modules[parameters.__module__])
    hints = typing.get_type_hints(types.SimpleNamespace(__annotations__=own), module)
    required: frozenset[str] = vars(parameters)["__required_keys__"]
    return Shape({name: _node(hint) for name, hint in hints.items()}, required & own.keys())


def _node(hint: Any) -> Node:
    node = Node()
    for part in _alternatives(hint):
        _allow(node, part)
    return node


def _alternatives(hint: Any) -> list[Any]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return [inner for part in typing.get_args(hint) for inner in _alternatives(part)]
    return [hint]


def _allow(node: Node, part: Any) -> None:
    origin = typing.get_origin(part)
    if origin is Literal:
        node.words.update(str(word) for word in typing.get_args(part))
    elif origin is list:
        node.list_of = _node(typing.get_args(part)[0])
    elif isinstance(origin, type) and issubclass(origin, dict | StripeObject):
        node.free = True
    elif hasattr(part, "__required_keys__"):
        node.shape = part
    elif part is bool:
        node.flag = True
    elif part is int:
        node.whole = True
    elif part in (float, Decimal):
        node.number = True
    elif part is str:
        node.text = True
    else:
        raise TypeError(f"the SDK has a kind of parameter that the stand-in does not know: {part}")


_shapes: dict[type[Any], Shape] = {}
