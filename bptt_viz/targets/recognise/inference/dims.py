"""Sizes of axes as linear expressions of unknowns, and the unknowns as far as they have been solved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self


class Conflict(Exception):  # noqa: N818 - an answer: these shapes do not fit together
    """Two sizes or two ranks that would have to be equal cannot be."""


@dataclass(frozen=True, slots=True)
class Dim:
    """A size: `constant` + Σ factor · unknown.

    Attributes:
        terms: unknowns, by number, with their factors; none is 0.
        constant: what is added.
    """

    terms: tuple[tuple[int, int], ...] = ()
    constant: int = 0

    @classmethod
    def of(cls, terms: Mapping[int, int], constant: int) -> Self:
        """Return the size with zero terms left out."""
        return cls(tuple(sorted((unknown, factor) for unknown, factor in terms.items() if factor)), constant)

    def __add__(self, other: "Dim") -> "Dim":
        return self.plus(other, 1)

    def __sub__(self, other: "Dim") -> "Dim":
        return self.plus(other, -1)

    def __mul__(self, factor: int) -> "Dim":
        return Dim.of({unknown: own * factor for unknown, own in self.terms}, self.constant * factor)

    def plus(self, other: "Dim", factor: int) -> "Dim":
        """Return self + factor · other."""
        terms = dict(self.terms)
        for unknown, own in other.terms:
            terms[unknown] = terms.get(unknown, 0) + factor * own
        return Dim.of(terms, self.constant + factor * other.constant)

    @property
    def number(self) -> int | None:
        """The size, if it has no unknowns."""
        return None if self.terms else self.constant

    @property
    def unknown(self) -> int | None:
        """The unknown, if the size is one and nothing else."""
        if self.constant == 0 and len(self.terms) == 1 and self.terms[0][1] == 1:
            return self.terms[0][0]
        return None


ONE = Dim((), 1)


class Dims:
    """The unknowns of one run: what each is bound to, and names that the code gave to sizes.

    Attributes:
        bound: what is known of each.
        hints: what the code calls each, with how good a name that is.
        products: sizes that are the product of two others.
        protected: those that must not be 1.
        frozen: those that must stay different from each other, and from some numbers.
        numbers: those numbers.
        strained: how much what was supposed had to be bent for everything to fit.
    """

    def __init__(self) -> None:
        self.bound: dict[int, Dim] = {}
        self.hints: dict[int, list[tuple[int, str]]] = {}
        self.protected: set[int] = set()
        self.frozen: set[int] = set()
        self.numbers: set[int] = {1}
        self.strained = 0.0
        self.products: dict[Dim, tuple[Dim, Dim]] = {}
        self._next = 0

    def fresh(self, hint: str = "", rank: int = 0) -> Dim:
        """Return a new unknown, with a name that the code has for it if it has one; a lower rank is a better name."""
        unknown = self._next
        self._next += 1
        if hint:
            self.hints[unknown] = [(rank, hint)]
        return Dim(((unknown, 1),))

    def hint(self, dim: Dim, name: str, rank: int) -> None:
        """Note that the code calls a size by a name."""
        unknown = self.resolve(dim).unknown
        if unknown is not None:
            self.hints.setdefault(unknown, []).append((rank, name))

    def resolve(self, dim: Dim) -> Dim:
        """Return a size with everything put in that is known."""
        while any(unknown in self.bound for unknown, _ in dim.terms):
            found = Dim((), dim.constant)
            for unknown, factor in dim.terms:
                found = found.plus(self.bound.get(unknown, Dim(((unknown, 1),))), factor)
            dim = found
        return dim

    def unify(self, one: Dim, other: Dim) -> None:
        """Make two sizes equal.

        Raises:
            Conflict: they cannot be, since sizes are positive, or since they are frozen and may differ.
        """
        difference = self.resolve(one - other)
        if not difference.terms and not difference.constant:
            return
        if not difference.terms or _signed(difference):
            raise Conflict(f"{one} against {other}")
        single = [(unknown, factor) for unknown, factor in difference.terms if factor in (1, -1)]
        if single:
            free = [(unknown, factor) for unknown, factor in single if unknown not in self.frozen]
            self._bind(*max(free or single), difference)
        elif len(difference.terms) == 1 and difference.constant % difference.terms[0][1] == 0:
            (unknown, factor), *_ = difference.terms
            self._set(unknown, Dim((), -difference.constant // factor))
        else:
            raise Conflict(f"{one} against {other}")

    def _bind(self, unknown: int, factor: int, difference: Dim) -> None:
        rest = difference - Dim(((unknown, factor),))
        self._set(unknown, rest * -factor)
        same = self.bound[unknown].unknown
        if same is not None and unknown in self.protected:
            self.protected.add(same)
        if same is not None and unknown in self.hints:
            self.hints.setdefault(same, []).extend(self.hints[unknown])

    def _set(self, unknown: int, value: Dim) -> None:
        if unknown in self.protected and value == ONE:
            raise Conflict("a size that the code has a name for, as 1")
        known = value.number in self.numbers or (
            bool(value.terms) and all(each in self.frozen for each, _ in value.terms)
        )
        if unknown in self.frozen and known:
            raise Conflict("two sizes that may differ")
        if unknown in self.frozen:
            self.frozen |= {each for each, _ in value.terms}
        self.strained += value == ONE and unknown in self.hints
        self.bound[unknown] = value

    def freeze(self, sizes: Iterable[Dim]) -> None:
        """Refuse from now on to take sizes for equal, or for 1, that may differ so far."""
        known = [*map(self.resolve, sizes)]
        self.frozen |= {unknown for size in known for unknown, _ in size.terms}
        self.numbers |= {size.number for size in known if size.number is not None}

    def protect(self, dim: Dim) -> None:
        """Refuse from now on to take a size for 1: the code has a name for it, so it may be anything."""
        self.protected |= {unknown for unknown, _ in self.resolve(dim).terms}

    def divided(self, dim: Dim, by: int) -> Dim:
        """Return a size divided by a number; an unknown is taken to be a multiple of it."""
        dim = self.resolve(dim)
        if by <= 0:
            raise Conflict(f"{dim} divided by {by}")
        if all(factor % by == 0 for _, factor in dim.terms):
            return Dim(tuple((unknown, factor // by) for unknown, factor in dim.terms), dim.constant // by)
        part = self.fresh()
        self.unify(dim, part * by)
        return part

    def product(self, one: Dim, other: Dim) -> Dim:
        """Return the product of two sizes: an unknown of its own, the same for the same two."""
        one, other = self.resolve(one), self.resolve(other)
        for factor, of in ((one, other), (other, one)):
            if factor.number is not None:
                return of * factor.number
        for made, factors in self.products.items():
            if sorted(map(self.resolve, factors), key=repr) == sorted((one, other), key=repr):
                return made
        made = self.fresh()
        self.products[made] = (one, other)
        return made

    def unkept(self) -> int:
        """Return how many products turned out to be another size than their factors make."""
        sizes = {made: self.resolve(made) for made in self.products}
        return sum(size not in self._made_of(made) for made, size in sizes.items())

    def _made_of(self, product: Dim) -> set[Dim]:
        """Return what a product may turn out to be: itself, one of the same factors, or a multiple of a number."""
        one, other = map(self.resolve, self.products[product])
        numbers = {of * factor.number for factor, of in ((one, other), (other, one)) if factor.number is not None}
        alike = {made for made, factors in self.products.items() if {*map(self.resolve, factors)} == {one, other}}
        return numbers | alike

    def factors(self, dim: Dim) -> tuple[Dim, ...]:
        """Return the sizes that a size is the product of; itself alone if it is none."""
        return self.products.get(self.resolve(dim), (dim,))

    def same(self, one: Dim, other: Dim) -> bool:
        """Tell whether two sizes are known to be equal."""
        return self.resolve(one) == self.resolve(other)


def _signed(dim: Dim) -> bool:
    """Tell whether a sum of positive sizes can never be 0."""
    signs = {factor > 0 for _, factor in dim.terms}
    return len(signs) == 1 and (dim.constant == 0 or (dim.constant > 0) in signs)


def resolved(dims: Dims, shape: Iterable[Dim]) -> tuple[Dim, ...]:
    """Return a shape with everything put in that is known."""
    return tuple(map(dims.resolve, shape))
