"""Every form of every built-in cell: the combinations of those options that have a few choices."""

from itertools import product
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

from bptt_viz.cells import discover_cells


def forms(cell):
    """Return the keyword arguments of each form."""
    hints = get_type_hints(cell).items()
    choices = {name: get_args(kind) for name, kind in hints if get_origin(kind) is Literal}
    choices |= {name: (True, False) for name, kind in hints if kind is bool}
    return [dict(zip(choices, values, strict=True)) for values in product(*choices.values())]


FORMS = [
    pytest.param(name, form, id="-".join([name, *map(str, form.values())]))
    for name, cell in discover_cells().items()
    for form in forms(cell)
]
"""Parameters (name, keyword arguments) for `pytest.mark.parametrize`."""
