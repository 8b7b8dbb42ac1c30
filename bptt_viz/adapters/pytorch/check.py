"""A gradient check of a PyTorch target."""

from typing import Any

from bptt_viz.adapters.checking import checked, name_of
from bptt_viz.adapters.pytorch.calling import single_thread
from bptt_viz.adapters.pytorch.examples import call_of
from bptt_viz.adapters.pytorch.layout import is_recurrent
from bptt_viz.adapters.pytorch.subject import subject
from bptt_viz.checking.run import CheckRequest
from bptt_viz.results.check import Check


def check_torch(target: Any, inputs: tuple[Any, ...], request: CheckRequest) -> Check:
    """Check every gradient of a module, an autograd function or a callable: parameters, inputs and first states.

    Args:
        target: what to check, see `examples.call_of`; it is copied, and left as it is.
        inputs: example inputs; if there are none they are looked for.
        request: how; `shapes` of more steps or rows than the example has are refused.

    Raises:
        UsageError: there are no inputs, forward fails with them, or it cannot be run in double precision.
    """
    name = request.target or name_of(target)
    with single_thread():
        return checked(lambda: subject(call_of(target, inputs, is_recurrent), name), name, request)
