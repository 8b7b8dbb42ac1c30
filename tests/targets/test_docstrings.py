"""Sizes in docstrings and comments, in the ways in which people write them."""

import ast
import textwrap

import pytest

from bptt_viz.targets.recognise.reading import Source
from bptt_viz.targets.recognise.telling import told

WAYS = {
    "in one line": '"""x: (N, D), w: (D, M), b: (M,)"""',
    "in another case": '"""X: (N, D), W: (D, M), B: (M,)"""',
    "with crosses": '"""x: N x D, w: D x M, b: M"""',
    "in square brackets": '"""Takes x [N, D]; w [D, M]; b [M]."""',
    "as numpydoc": '''
    """Parameters
    ----------
    x : ndarray, shape (N, D)
    w : array_like of shape [D, M]
    b : ndarray of shape (M,)
    """''',
    "as fields": '''
    """
    :param x: input, N × D
    :param w: weights, shape=(D, M)
    :param b: of shape (M,)
    """''',
}


def sizes(text):
    source = Source("layer.py", text, ast.parse(text))
    return {name: axes for name, (axes, _) in told(source, source.tree.body[0]).items()}


@pytest.mark.parametrize("way", WAYS)
def test_a_docstring_says_sizes(way):
    text = f"def affine_forward(x, w, b):\n    {WAYS[way].strip()}\n    return x @ w + b, (x, w)\n"
    assert sizes(text) == {"x": ("N", "D"), "w": ("D", "M"), "b": ("M",)}


def test_a_comment_says_sizes_beside_a_parameter_or_where_a_key_is_read():
    text = textwrap.dedent("""
        def affine_forward(
            x,  # (N, D)
            p,
        ):
            w = p["weight"]  # D x M
            x = x.reshape(-1, 3)  # (N*T, D)
            return x @ w, (x, p)
    """)
    assert sizes(text) == {"x": ("N", "D"), "weight": ("D", "M")}


def test_a_name_in_another_case_that_is_used_itself_says_nothing_of_its_twin():
    text = 'def affine_forward(x, h):\n    """H: hidden, of size (K, K)"""\n    H = h.shape[1]\n    return x[:H], h\n'
    assert sizes(text) == {"H": ("K", "K")}


@pytest.mark.parametrize("said", ["x: the input of size N*D", "x: see (Graves 2013)", "x: array", "x: A long sentence"])
def test_what_says_no_sizes_is_not_taken_for_them(said):
    assert sizes(f'def relu_forward(x):\n    """{said}"""\n    return x, x\n') == {}
