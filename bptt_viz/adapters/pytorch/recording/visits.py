"""Every call of a recurrent layer or cell while a model runs: what went in, what came out, and what follows on what."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from bptt_viz.adapters.nesting import mapped
from bptt_viz.adapters.pytorch import layers
from bptt_viz.errors import UsageError


@dataclass
class Visit:
    """One call.

    Attributes:
        module: the layer or cell.
        name: its path in the model.
        x: what it read.
        sources: the first states that it was given, by name; none if it began from zeros.
        returned: what it returned: `output` (all h_t of a layer), and the last states by name.
    """

    module: Any
    name: str
    x: Tensor
    sources: Mapping[str, Tensor]
    returned: Mapping[str, Tensor]


@dataclass
class Chain:
    """Calls of one module that carry on from each other: a loop over a cell, or a layer called again with its states.

    Attributes:
        visits: in order.
        cut: while set, no gradient passes from one of the calls back to the one before.
        first: the time of its first step.
        depth: its lowest row.
        followed: another chain starts from its states.
    """

    visits: list[Visit]
    cut: bool = False
    first: int = 1
    depth: int = 0
    followed: bool = False

    @property
    def module(self) -> Any:
        """The layer or cell."""
        return self.visits[0].module

    @property
    def name(self) -> str:
        """Its path in the model."""
        return self.visits[0].name

    @property
    def steps(self) -> int:
        """How many time steps all calls make."""
        return sum(steps_of(visit) for visit in self.visits)

    @property
    def rows(self) -> int:
        """How many layers it is, counting directions."""
        return rows_of(self.module)


def is_layer(module: Any) -> bool:
    """Tell whether a module runs over a whole sequence."""
    return isinstance(module, layers.LAYERS)


def directions(module: Any) -> int:
    """Return 2 for a layer that runs both ways, else 1."""
    return 2 if getattr(module, "bidirectional", False) else 1


def rows_of(module: Any) -> int:
    """Return how many layers a module is, counting directions."""
    return getattr(module, "num_layers", 1) * directions(module)


def time_axis(module: Any) -> int:
    """Return the axis of time of what a layer reads and returns, behind which an axis of the batch may be missing."""
    return 1 if module.batch_first else 0


def steps_of(visit: Visit) -> int:
    """Return how many time steps a call makes."""
    if not is_layer(visit.module):
        return 1
    return int(visit.x.shape[time_axis(visit.module) if visit.x.ndim == 3 else 0])


@dataclass
class Recorder:
    """Notes every call of every recurrent layer and cell of a model.

    Attributes:
        chains: the calls, those that carry on from each other together, in the order in which they began.
    """

    chains: list[Chain] = field(default_factory=list)
    _entering: dict[Any, tuple[Mapping[str, Tensor], Chain | None]] = field(default_factory=dict)

    def enter(
        self, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Note the first states of a call, and put copies in their places at which a gradient can be stopped."""
        given = args[1] if len(args) > 1 else kwargs.get("hx")
        if given is None:
            self._entering[module] = {}, None
            return args, kwargs
        parts = tuple(given) if isinstance(given, tuple | list) else (given,)
        sources = dict(zip(layers.states(module), parts, strict=True))
        before = self._before(module, sources)
        self._entering[module] = sources, before
        copies = tuple(_stoppable(part, before) for part in parts)
        entering = copies if isinstance(given, tuple | list) else copies[0]
        return ((args[0], entering, *args[2:]), kwargs) if len(args) > 1 else (args, {**kwargs, "hx": entering})

    def leave(self, name: str, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any], made: Any) -> Any:
        """Note what a call returned, and return it in copies: h_t hangs on c_t, but not on the copy of it."""
        x = args[0] if args else kwargs["input"]
        if isinstance(x, PackedSequence):
            raise UsageError(
                f"{name or 'the layer'} reads packed sequences, which cannot be recorded; give padded ones"
            )
        sources, before = self._entering.pop(module)
        made = mapped(lambda _, tensor: tensor.view_as(tensor), made, "")
        returned = layers.named_outputs(module, made)
        plain = {each.removesuffix("_n"): tensor for each, tensor in returned.items()}
        visit = Visit(module, name, x, sources, plain)
        if before is None:
            self.chains.append(Chain([visit]))
        else:
            before.visits.append(visit)
        return made

    def _before(self, module: Any, sources: Mapping[str, Tensor]) -> Chain | None:
        """Return the calls that these first states come from, if they are the module's own last ones."""
        own = [chain for chain in self.chains if chain.module is module]
        if not own or directions(module) == 2:
            return None
        last = [own[-1].visits[-1].returned[state] for state in sources]
        return own[-1] if any(depends(source, last) for source in sources.values()) else None


def depends(tensor: Tensor, on: list[Tensor]) -> bool:
    """Tell whether a tensor was computed from any of some others, as far as autograd knows."""
    if any(tensor is other for other in on):
        return True
    wanted = [other for other in on if other.requires_grad]
    if not tensor.requires_grad or not wanted:
        return False
    found = torch.autograd.grad(tensor.sum(), wanted, retain_graph=True, allow_unused=True)
    return any(gradient is not None for gradient in found)


def _stoppable(tensor: Tensor, chain: Chain | None) -> Tensor:
    if chain is None or not tensor.requires_grad:
        return tensor
    copy = tensor.view_as(tensor)
    copy.register_hook(lambda gradient: torch.zeros_like(gradient) if chain.cut else gradient)
    return copy


def recordable(model: torch.nn.Module) -> dict[str, Any]:
    """Return the recurrent layers and cells of a model by their paths.

    Raises:
        UsageError: there is none, or one computes something of its own or at random.
    """
    found = {name: part for name, part in model.named_modules() if layers.kind(part)}
    for name, part in found.items():
        said = f"{type(part).__name__} {name}".strip()
        if not layers.plain(part):
            raise UsageError(f"{said} has a forward pass of its own; only PyTorch's layers and cells can be recorded")
        if is_layer(part) and part.training and part.dropout > 0 and part.num_layers > 1:
            raise UsageError(f"{said} draws dropout between its layers; record the model in evaluation mode, .eval()")
    if not found:
        raise UsageError(f"{type(model).__name__} has no nn.RNN, nn.LSTM, nn.GRU and no cell of theirs to record")
    return found


@contextmanager
def recorded(model: torch.nn.Module) -> Iterator[Recorder]:
    """Note all calls that are made inside the block."""
    recorder, handles = Recorder(), []
    for name, part in recordable(model).items():
        handles.append(part.register_forward_pre_hook(recorder.enter, with_kwargs=True))

        def leave(module: Any, args: Any, kwargs: Any, made: Any, name: str = name) -> Any:
            return recorder.leave(name, module, args, kwargs, made)

        handles.append(part.register_forward_hook(leave, with_kwargs=True))
    try:
        yield recorder
    finally:
        for handle in handles:
            handle.remove()


def placed(chains: list[Chain]) -> int:
    """Give every chain its place on one clock and its row, and return the clock's last step.

    What starts from another one's states follows it, as a decoder its encoder; what reads its outputs stands above it.
    """
    for k, chain in enumerate(chains):
        begun = list(chain.visits[0].sources.values())
        before = [one for one in chains[:k] if any(depends(source, _made(one)) for source in begun)]
        below = [one for one in chains[:k] if depends(chain.visits[0].x, _made(one))]
        for one in before:
            one.followed = True
        if before:
            chain.first = max(one.first + one.steps for one in before)
        elif below:
            chain.first = min(one.first for one in below)
        chain.depth = sum(one.rows for one in chains[:k])
    return max(chain.first + chain.steps - 1 for chain in chains)


def _made(chain: Chain) -> list[Tensor]:
    return [tensor for visit in chain.visits for tensor in visit.returned.values()]
