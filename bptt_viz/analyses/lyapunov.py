"""Growth rates of long products of Jacobians, by QR: a product itself would overflow or lose its small directions."""

from collections.abc import Iterable, Sequence

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.results.spectrum import Lyapunov, Span

# How many points the convergence is shown at.
_CHECKPOINTS = 60


def lyapunov(jacobians: Iterable[Array], transient: int = 0, leading: int | None = None) -> Lyapunov:
    """Return the Lyapunov exponents of a sequence of Jacobians (Benettin et al. 1980).

    Q, R ← qr(J_t Q) at every step; λ_k is the mean of log|R_kk| after the transient.

    Args:
        jacobians: J_1 … J_T, each (S, S), of finite numbers.
        transient: steps at the start that only turn Q into the growing directions.
        leading: how many exponents, the largest ones; None takes all S.

    Raises:
        UsageError: no step is left after the transient.
    """
    grown: list[Array] = []
    determinants: list[float] = []
    frame: Array | None = None
    for t, jacobian in enumerate(jacobians, start=1):
        if frame is None and leading is not None:
            frame = np.eye(len(jacobian))[:, :leading]
        frame, triangle = np.linalg.qr(jacobian if frame is None else jacobian @ frame)
        if t > transient:
            grown.append(_log_diagonal(triangle))
            if len(triangle) == len(jacobian):
                determinants.append(float(np.linalg.slogdet(jacobian)[1]))
    if not grown:
        raise UsageError(f"no step is left after a transient of {transient}; take more --steps")
    return _summary(np.array(grown), float(np.mean(determinants)) if determinants else None, transient)


def _log_diagonal(triangle: Array) -> Array:
    with np.errstate(divide="ignore"):  # a dead direction has log 0 = −inf, which is the answer
        return np.log(np.abs(np.diagonal(triangle)))


def _summary(grown: Array, log_determinant: float | None, transient: int) -> Lyapunov:
    sums = np.cumsum(grown, axis=0)
    counts = np.arange(1, len(grown) + 1)
    order = np.argsort(-sums[-1], kind="stable")
    running = (sums / counts[:, None])[:, order]
    shown = np.unique(np.linspace(1, len(grown), min(_CHECKPOINTS, len(grown))).round().astype(int))
    exponents = tuple(float(value) for value in running[-1])
    return Lyapunov(
        exponents=exponents,
        running=tuple(tuple(float(value) for value in running[count - 1]) for count in shown),
        checkpoints=tuple(int(count) for count in shown),
        log_determinant=log_determinant,
        dimension=kaplan_yorke(exponents, whole=log_determinant is not None),
        transient=transient,
        steps=len(grown),
    )


def kaplan_yorke(exponents: Sequence[float], whole: bool = True) -> float | None:
    """Return j + (λ_1 + … + λ_j) / |λ_{j+1}| for the largest j with a non-negative sum (Kaplan & Yorke 1979).

    Args:
        exponents: in descending order.
        whole: these are all; None is returned if they are not and their sum does not fall below 0.
    """
    sums = np.cumsum(exponents)
    within = int(np.sum(sums >= 0))
    if within == 0:
        return 0.0
    if within == len(exponents):
        return float(within) if whole else None
    following = abs(exponents[within])
    return within + (float(sums[within - 1]) / following if np.isfinite(following) else 0.0)


def span(jacobians: Sequence[Array]) -> Span:
    """Return the singular values of J_T … J_1, from its triangular factors.

    The product is kept as Q · R with R = R_T … R_1 in logarithmic scale: each row of R is divided by its size, so that
    small directions are not lost beside large ones. Long products fall apart into directions that grow at rates of
    their own; their singular values are then the sizes on R's diagonal.
    """
    frame, scale = np.eye(len(jacobians[0])), np.zeros(len(jacobians[0]))
    if len(jacobians) <= _DIRECT:
        product = frame
        for jacobian in jacobians:
            product = jacobian @ product
        with np.errstate(divide="ignore"):
            logarithms = np.log(np.linalg.svd(product, compute_uv=False))
    else:
        # A second sweep over the transposed factors turns the start of the frame into the right singular directions.
        for _ in range(2):
            for jacobian in reversed(jacobians):
                frame, _ = np.linalg.qr(jacobian.T @ frame)
            scale = np.zeros(len(frame))
            for jacobian in jacobians:
                frame, triangle = np.linalg.qr(jacobian @ frame)
                scale = scale + _log_diagonal(triangle)
        logarithms = np.sort(scale)[::-1]
    return Span(len(jacobians), tuple(float(value) for value in logarithms))


# Up to this many factors the product itself keeps enough digits.
_DIRECT = 8
