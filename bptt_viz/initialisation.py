"""Ways to draw weight matrices, each a pure function of a random generator and a shape."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError

Generator = np.random.Generator
Draw = Callable[[Generator, int, int, float], Array]


def normal(rng: Generator, rows: int, columns: int, deviation: float) -> Array:
    """Draw independent entries N(0, deviation²)."""
    return deviation * rng.standard_normal((rows, columns))


def xavier(rng: Generator, rows: int, columns: int, gain: float) -> Array:
    """Draw N(0, gain² · 2 / (rows + columns)) (Glorot & Bengio 2010, eq. 16)."""
    return normal(rng, rows, columns, gain * float(np.sqrt(2 / (rows + columns))))


def orthogonal(rng: Generator, rows: int, columns: int, gain: float) -> Array:
    """Draw a matrix all of whose singular values are `gain`, uniformly among them (Saxe et al. 2014)."""
    tall = rng.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)  # without the signs the draw is not uniform
    return gain * (q if rows >= columns else q.T)


def identity(rng: Generator, rows: int, columns: int, scale: float) -> Array:
    """Return scale · I, the IRNN start (Le, Jaitly & Hinton 2015)."""
    return scale * np.eye(rows, columns)


def radius(rng: Generator, rows: int, columns: int, wanted: float) -> Array:
    """Draw a normal matrix and scale it to the spectral radius `wanted`.

    Raises:
        UsageError: the matrix is not square.
    """
    if rows != columns:
        raise UsageError(f"a {rows}×{columns} matrix has no spectral radius; declare the gates that it packs")
    return _scaled(normal(rng, rows, columns, 1.0), wanted, spectral_radius)


def singular(rng: Generator, rows: int, columns: int, wanted: float) -> Array:
    """Draw a normal matrix and scale it to the largest singular value `wanted`."""
    return _scaled(normal(rng, rows, columns, 1.0), wanted, largest_singular_value)


def sparse(rng: Generator, rows: int, columns: int, fan: float) -> Array:
    """Draw `fan` N(0, 1) entries a column, scaled to spectral radius .95 (Martens 2010; Pascanu et al. 2013)."""
    matrix = np.zeros((rows, columns))
    count = min(round(fan), rows)
    for column in range(columns):
        matrix[rng.permutation(rows)[:count], column] = rng.standard_normal(count)
    return _scaled(matrix, 0.95, spectral_radius) if rows == columns else matrix


def spectral_radius(matrix: Array) -> float:
    """Return the largest modulus among the eigenvalues of a square matrix."""
    return float(np.max(np.abs(np.linalg.eigvals(matrix))))


def largest_singular_value(matrix: Array) -> float:
    """Return the 2-norm of a matrix."""
    return float(np.linalg.norm(matrix, 2))


def _scaled(matrix: Array, wanted: float, measure: Callable[[Array], float]) -> Array:
    size = measure(matrix)
    return matrix * (wanted / size) if size else matrix


_DRAWS: dict[str, tuple[Draw, float]] = {
    "normal": (normal, 0.01),
    "xavier": (xavier, 1.0),
    "orthogonal": (orthogonal, 1.0),
    "identity": (identity, 1.0),
    "radius": (radius, 1.0),
    "singular": (singular, 1.0),
    "sparse": (sparse, 15.0),
}
NAMES = tuple(_DRAWS)


@dataclass(frozen=True, slots=True)
class Initialisation:
    """How a model's weights are drawn.

    The named way draws the recurrent matrices, gate by gate. Input and readout matrices are drawn by it too if it
    is `normal` or `xavier`, and by `xavier` otherwise. Biases start at 0.

    Attributes:
        name: one of `NAMES`.
        value: its number: a deviation, gain, scale, radius, largest singular value or fan-in.
    """

    name: str
    value: float

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn.

        Raises:
            UsageError: the name is unknown, the value no positive finite number, or a fan-in no whole one.
        """
        if self.name not in _DRAWS:
            known = ", ".join(NAMES)
            raise UsageError(f"unknown initialisation {self.name!r}; choose from {known}, with =VALUE if wanted")
        if not (np.isfinite(self.value) and self.value > 0):
            raise UsageError(f"initialisation '{self}': the value must be positive and finite")
        if self.name == "sparse" and self.value % 1:
            raise UsageError(f"initialisation '{self}': the number of connections must be whole")

    @classmethod
    def parse(cls, text: str) -> "Initialisation":
        """Read `name` or `name=value`, such as `radius=1.1`.

        Raises:
            UsageError: the name is unknown, or the value does not fit.
        """
        name, _, number = text.partition("=")
        default = _DRAWS[name][1] if name in _DRAWS else 1.0
        try:
            return cls(name, float(number) if number else default)
        except ValueError:
            raise UsageError(f"initialisation {text!r}: {number!r} is not a number") from None

    def recurrent(self, rng: Generator, rows: int, columns: int) -> Array:
        """Draw one gate's recurrent matrix."""
        return _DRAWS[self.name][0](rng, rows, columns, self.value)

    def other(self, rng: Generator, rows: int, columns: int) -> Array:
        """Draw an input or readout matrix."""
        name, value = (self.name, self.value) if self.name in {"normal", "xavier"} else ("xavier", 1.0)
        return _DRAWS[name][0](rng, rows, columns, value)

    def __str__(self) -> str:
        return f"{self.name}={float(self.value)!r}".removesuffix(".0")
