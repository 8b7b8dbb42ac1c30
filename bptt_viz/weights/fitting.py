"""A weight file beside a request: what it settles, what contradicts it, and its parameters under a model's names."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bptt_viz.arrays import Array
from bptt_viz.cells import Cell, Values, discover_cells
from bptt_viz.errors import UsageError
from bptt_viz.models import Architecture, Model, Request, SequenceModel, own_options, target_class
from bptt_viz.weights.contents import Contents
from bptt_viz.weights.mapping import Network, mapped
from bptt_viz.weights.reading import read_weights

_READOUT = ("W_hy", "b_y")
_TWO_WAYS = "bidirectional"


@dataclass(frozen=True, slots=True)
class Fitted:
    """A request with what its weight file settles.

    Attributes:
        request: with H, layers and the cell's options from the file.
        contents: what the file holds.
        network: the same in our layout.
    """

    request: Request
    contents: Contents
    network: Network

    @property
    def classes(self) -> int:
        """V, or D if the file has no readout."""
        return self.network.classes or self.network.inputs

    def onto(self, model: Model, drawn: Values) -> tuple[Values, tuple[str, ...]]:
        """Return a model's parameters from the file, in the type of the drawn ones, and what had to be drawn.

        Args:
            model: made for the request.
            drawn: its drawn parameters; a readout that the file has not is taken from them.

        Raises:
            UsageError: the file has not all of the model's other parameters, or in other shapes.
        """
        there, found, missing = self._named(model), {}, []
        for name, value in drawn.items():
            given = there.get(name)
            if given is None and name in _READOUT and _READOUT[0] not in there:
                missing.append(name)
            elif given is None or given.shape != value.shape:
                has = "is not in it" if given is None else f"has shape {given.shape}, not {value.shape}"
                raise UsageError(f"{self.contents.file} does not fit {self.request.cell}: {name} {has}")
            found[name] = value if given is None else given.astype(value.dtype)
        return found, tuple(missing)

    def _named(self, model: Model) -> Mapping[str, Array]:
        """Return the file's parameters by a model's names."""
        network = self.network
        if network.whole:
            return network.whole
        stacks = (model.stack,) if isinstance(model, SequenceModel) else getattr(model, "stacks", ())
        ways = [network.forward, network.backward][: network.directions]
        if len(stacks) != len(ways):
            raise UsageError(f"{self.request.cell} has other parts than the one network in {self.contents.file}")
        found = dict(network.readout) | ({} if network.table is None else {"E": network.table})
        if "W_hy" in found:  # a softmax over a sample or in two levels looks up single rows
            found["W_yh"] = found["W_hy"].T
            if "W_yh" in model.parameters():
                found["b_y"] = found["b_y"][:, None]
        for stack, layers in zip(stacks, ways, strict=True):
            for depth, values in enumerate(layers):
                found |= {stack.qualified(name, depth): value for name, value in values.items()}
        return found


def fitted(request: Request) -> Fitted:
    """Read a request's weight file and settle what it settles.

    Raises:
        UsageError: the file cannot be used, or something that was asked for contradicts it.
        MissingError: its format needs an extra.
    """
    contents = read_weights(Path(request.weights or ""))
    return settled(request, contents, mapped(contents))


def settled(request: Request, contents: Contents, network: Network) -> Fitted:
    """Settle what a file that was read settles of a request.

    Raises:
        UsageError: something that was asked for contradicts it.
    """
    target = target_class(request.cell)
    if issubclass(target, Architecture):
        settings = _of_model(request, network, target, contents.file)
    else:
        settings = _of_cell(request, network, target, contents.file)
    for name, there in (("hidden", network.hidden), ("layers", network.layers)):
        given = getattr(request, name)
        if given is not None and given != there:
            raise UsageError(f"--{name} {given} contradicts {contents.file}, which has {there}; leave it out")
    made = replace(request, hidden=network.hidden, layers=network.layers, settings=settings, activation=None)
    return Fitted(made, contents, network)


def _of_cell(request: Request, network: Network, target: type[Cell], file: str) -> dict[str, str]:
    """Return the options of a cell."""
    if network.directions == 2 or network.width is not None:
        why = "reads in both directions" if network.directions == 2 else "has a table of embeddings"
        wanted = _TWO_WAYS if network.directions == 2 else "char-lm"
        raise UsageError(f"{file} {why}; choose the model {wanted} in place of {request.cell}")
    known = discover_cells().get(network.cell)
    if known is not None and target is not known:
        raise UsageError(
            f"{file} has cells of the kind {network.cell}; choose {network.cell} in place of {request.cell}"
        )
    return _settled(request, network.settings, file)


def _of_model(request: Request, network: Network, target: type[Architecture], file: str) -> dict[str, str]:
    """Return the options of a model and of its cells."""
    if (network.directions == 2) != (target.name == _TWO_WAYS):
        ways = "both directions" if network.directions == 2 else "one direction"
        raise UsageError(f"{file} reads in {ways}, the model {request.cell} does not")
    told = dict(network.settings) | ({"cell": network.cell} if network.cell else {})
    if network.width is not None:
        if "reads" not in own_options(target, Architecture):
            raise UsageError(f"{file} has a table of embeddings; choose the model char-lm in place of {request.cell}")
        told |= {"reads": "embedding", "width": str(network.width)}
    return _settled(request, told, file)


def _settled(request: Request, told: Mapping[str, str], file: str) -> dict[str, str]:
    """Join what was asked for with what the file tells."""
    given = dict(request.settings) | ({} if request.activation is None else {"activation": request.activation})
    for name, value in told.items():
        if given.get(name, value) != value:
            raise UsageError(f"{name}={given[name]} contradicts {file}, which has {name}={value}; leave it out")
    return given | dict(told)
