"""Nested values: every leaf is named as one would reach it, and put back where it was."""

from collections import namedtuple
from dataclasses import dataclass

from bptt_viz.adapters.nesting import leaves, mapped

Pair = namedtuple("Pair", "h c")


@dataclass
class Output:
    scores: int
    states: tuple[int, ...]


NESTED = {"a": [1, (2, 3)], "p": Pair(4, {5: 5}), "o": Output(6, (7,))}


def test_a_leaf_is_named_after_the_way_to_it():
    assert leaves(NESTED, "x") == {
        "x['a'][0]": 1,
        "x['a'][1][0]": 2,
        "x['a'][1][1]": 3,
        "x['p'].h": 4,
        "x['p'].c[5]": 5,
        "x['o'].scores": 6,
        "x['o'].states[0]": 7,
    }


def test_every_name_leads_to_its_leaf():
    for name, leaf in leaves(NESTED, "NESTED").items():
        assert eval(name) == leaf


def test_a_copy_has_the_same_types_and_other_leaves():
    made = mapped(lambda _, leaf: -leaf, NESTED, "x")
    assert made == {"a": [-1, (-2, -3)], "p": Pair(-4, {5: -5}), "o": Output(-6, (-7,))}
    assert isinstance(made["p"], Pair)


def test_a_bare_value_is_a_leaf():
    assert leaves(3, "x") == {"x": 3}
