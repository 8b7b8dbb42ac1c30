"""What Python programs call: checks of functions of other frameworks, by keyword options."""

from dataclasses import replace
from typing import Any

from bptt_viz.adapters.checking import name_of, place_of
from bptt_viz.adapters.named import OF_OUR_MODELS, checker_for, framework_of
from bptt_viz.checking.options import request_from
from bptt_viz.errors import UsageError
from bptt_viz.results.check import Check


def check_torch(target: Any, *inputs: Any, **options: Any) -> Check:
    """Check every gradient of a PyTorch module, `autograd.Function` or callable of tensors numerically.

    Args:
        target: what to check. It is copied to double precision, and left as it is.
        inputs: example inputs, nested as the target takes them; without them the target's `example_inputs` are taken,
            and those of recurrent layers and of modules with common signatures are made up.
        options: `full`, `method`, `rtol`, `atol`, `eps`, `shapes` and `seed`, as for `bptt-viz check`.

    Raises:
        UsageError: there are no inputs, or the target fails with them.
        MissingError: PyTorch is not installed.
    """
    return _checked("torch", target, inputs, options)


def check_jax(target: Any, *inputs: Any, **options: Any) -> Check:
    """Check the gradient that JAX claims for a callable of nested arrays; arguments as for `check_torch`."""
    return _checked("jax", target, inputs, options)


def check_autograd(target: Any, *inputs: Any, **options: Any) -> Check:
    """Check the gradient that HIPS autograd claims for a callable of nested arrays; arguments as for `check_torch`."""
    return _checked("autograd", target, inputs, options)


def check_foreign(target: Any, inputs: tuple[Any, ...], options: dict[str, Any]) -> Check:
    """Check a function of whichever framework it is of."""
    return _checked(framework_of(target, inputs), target, inputs, options)


def _checked(framework: str, target: Any, inputs: tuple[Any, ...], options: dict[str, Any]) -> Check:
    for name in options.keys() & OF_OUR_MODELS:
        raise UsageError(f"{name!r} is for cells of ours and means nothing for {name_of(target)}")
    file, line = place_of(target)
    return replace(checker_for(framework)(target, inputs, request_from(options)), file=file, line=line)
