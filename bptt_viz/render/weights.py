"""What a weight file holds, as text."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bptt_viz.render.tables import table
from bptt_viz.results.weights import FoundNetwork, StoredArray, WeightFile

_MANY = 40


def weights_report(found: WeightFile, boxed: bool) -> RenderableType:
    """Return the file, its network, and a line for each array.

    Args:
        found: what was found.
        boxed: draw rules, as for a terminal.
    """
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="bold", no_wrap=True)
    facts.add_column(overflow="fold")
    for name, said in _facts(found):
        facts.add_row(name, Text(said))
    rows = [(each.name, _shape(each), each.dtype, _becomes(each, found)) for each in found.arrays]
    arrays = table(("array", "shape", "stored as", "becomes"), rows, boxed)
    arrays.columns[3].justify, arrays.columns[3].no_wrap = "left", False
    arrays.columns[0].no_wrap, arrays.columns[0].overflow = False, "fold"
    return Group(facts, Text(), arrays)


def _facts(found: WeightFile) -> list[tuple[str, str]]:
    facts = [("file", f"{found.file}, {found.form}, {found.size:,} bytes, {len(found.arrays)} arrays")]
    if found.network is None:
        facts.append(("network", f"none of our models: {found.obstacle}"))
    else:
        facts.append(("network", _network(found.network)))
        facts.append(("taken by", ", ".join(found.network.models) or "no built-in model"))
        facts += [("assumed", said) for said in found.network.assumed]
    if found.vocabulary is not None:
        facts.append(("vocabulary", _vocabulary(found.vocabulary)))
    facts += [("left out", f"{name}: {why}") for name, why in found.others.items()]
    shown = {name: text for name, text in found.texts.items() if len(text) <= 80}
    if shown:
        facts.append(("it says", ", ".join(f"{name} = {text}" for name, text in shown.items())))
    return facts


def _network(network: FoundNetwork) -> str:
    options = "".join(f" {name}={value}" for name, value in network.settings.items())
    layers = f"{network.layers} layer{'s' * (network.layers > 1)}"
    ways = ", both directions" if network.directions == 2 else ""
    below = f"D = {network.inputs}" if network.width is None else f"embedding of {network.inputs} in {network.width}"
    above = "no readout" if network.classes is None else f"readout to V = {network.classes}"
    return f"{network.cell or 'a cell of its own'}{options}, {layers}{ways}, {below}, H = {network.hidden}, {above}"


def _vocabulary(characters: tuple[str, ...]) -> str:
    shown = " ".join(repr(each)[1:-1] if each.strip() else repr(each) for each in characters[:_MANY])
    return f"{len(characters)} characters: {shown}{' …' if len(characters) > _MANY else ''}"


def _shape(array: StoredArray) -> str:
    return "×".join(map(str, array.shape)) or "one number"


def _becomes(array: StoredArray, found: WeightFile) -> str:
    if found.network is None:
        return "–"
    if not array.becomes:
        return f"left out: {array.how}"
    return f"{array.becomes}{f'  ({array.how})' if array.how else ''}"
