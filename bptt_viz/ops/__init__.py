"""The primitives: of each one its value, VJP, JVP and symbolic rule stand side by side in one file by kind."""

from importlib import import_module
from pkgutil import iter_modules

from bptt_viz.ops.arithmetic import add, divide, multiply, negate, power, subtract
from bptt_viz.ops.elementwise import absolute, exp, identity, log, relu, sigmoid, sqrt, tanh
from bptt_viz.ops.flow import alias, stop_gradient
from bptt_viz.ops.gating import gates
from bptt_viz.ops.matmul import matmul
from bptt_viz.ops.operators import install
from bptt_viz.ops.reductions import max_ as max
from bptt_viz.ops.reductions import mean
from bptt_viz.ops.reductions import sum_ as sum
from bptt_viz.ops.selection import embedding, where
from bptt_viz.ops.shaping import broadcast, concatenate, expand, reshape, stack, transpose
from bptt_viz.ops.slicing import at_step
from bptt_viz.ops.slicing import blocks as split
from bptt_viz.ops.softmax import log_softmax, softmax, softmax_cross_entropy
from bptt_viz.tape import Primitive

install()


def discover_primitives() -> dict[str, Primitive]:
    """Return every primitive that a module of this folder defines, by name."""
    found: dict[str, Primitive] = {}
    for module in iter_modules(__path__):
        members = vars(import_module(f"{__name__}.{module.name}")).values()
        found |= {member.name: member for member in members if isinstance(member, Primitive) and member.rule}
    return dict(sorted(found.items()))


__all__ = [
    "absolute",
    "add",
    "alias",
    "at_step",
    "broadcast",
    "concatenate",
    "discover_primitives",
    "divide",
    "embedding",
    "exp",
    "expand",
    "gates",
    "identity",
    "log",
    "log_softmax",
    "matmul",
    "max",
    "mean",
    "multiply",
    "negate",
    "power",
    "relu",
    "reshape",
    "sigmoid",
    "softmax",
    "softmax_cross_entropy",
    "split",
    "sqrt",
    "stack",
    "stop_gradient",
    "subtract",
    "sum",
    "tanh",
    "transpose",
    "where",
]
