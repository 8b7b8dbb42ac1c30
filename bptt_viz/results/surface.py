"""The error surface of one recurrent unit, its wall, and one gradient step from there with and without clipping."""

from dataclasses import dataclass

from bptt_viz.arrays import Array


@dataclass(frozen=True, slots=True)
class SurfaceSetting:
    """The one-unit problem x_t = w σ(x_{t−1}) + b, E = (σ(x_T) − target)² (Pascanu, Mikolov & Bengio 2013, figure 6).

    Attributes:
        w_range: the lowest and the highest w of the picture.
        b_range: the lowest and the highest b.
        grid: points a side.
        steps: T.
        start: x_0.
        target: what σ(x_T) should be.
        rate: learning rate of the step, positive.
        threshold: θ, positive; a gradient of at least this norm is scaled down to it.
        point: (w, b) from where to step; None takes the wall's steepest place at the middle w.
    """

    w_range: tuple[float, float] = (3.5, 6.5)
    b_range: tuple[float, float] = (-3.2, -1.4)
    grid: int = 301
    steps: int = 50
    start: float = 0.5
    target: float = 0.7
    rate: float = 0.1
    threshold: float = 1.0
    point: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A point of the surface.

    Attributes:
        w: its w.
        b: its b.
        error: E there.
        slope_w: ∂E/∂w there.
        slope_b: ∂E/∂b there.
        norm: ‖(∂E/∂w, ∂E/∂b)‖.
    """

    w: float
    b: float
    error: float
    slope_w: float
    slope_b: float
    norm: float


@dataclass(frozen=True, slots=True)
class Step:
    """One step of gradient descent.

    Attributes:
        length: how far it goes, √(Δw² + Δb²).
        end: where it lands.
    """

    length: float
    end: Place


@dataclass(frozen=True, slots=True)
class Surface:
    """An error surface and one step on it.

    Attributes:
        finding: what it shows, in one sentence.
        setting: what was run.
        w: (W,), ascending.
        b: (B,), ascending.
        error: E, (B, W).
        slope_w: ∂E/∂w, (B, W).
        slope_b: ∂E/∂b, (B, W).
        wall: the steepest place for several w, where it is a wall: the gradient is 100 times the picture's median.
        start: where the step starts.
        clips: whether the gradient there reaches the threshold.
        plain: the step −rate · g.
        clipped: the step −rate · g θ/‖g‖ if ‖g‖ ≥ θ.
        along: distance from the start downhill along −g, (K,); negative uphill.
        profile: E there, (K,).
    """

    finding: str
    setting: SurfaceSetting
    w: Array
    b: Array
    error: Array
    slope_w: Array
    slope_b: Array
    wall: tuple[Place, ...]
    start: Place
    clips: bool
    plain: Step
    clipped: Step
    along: Array
    profile: Array
