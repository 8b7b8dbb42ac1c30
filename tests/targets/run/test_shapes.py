"""Every shape in which people write backward passes runs from a short declaration; its mistake is found."""

import pytest

from bptt_viz.results.targets import Outcome
from bptt_viz.targets.run.files import File, check_file
from bptt_viz.targets.run.limits import Limits
from bptt_viz.targets.run.question import Question
from bptt_viz.targets.tables import from_table
from targets.run.shapes import MISTAKES, declaration, source

WRONG = {
    "pairs.py": {"h0", "Wx", "Wh", "b", "carry"},
    "dicts.py": {"U"},
    "coursera.py": {"ba"},
    "char_rnn.py": {"Wxh", "Whh"},
    "model.py": {"b"},
    "layers.py": {"Wh"},
    "linear.py": {"b"},
    "step_rnn.py": {"W", "U", "carry"},
    "tutorial.py": {"U"},
    "forecast.py": {"W"},
    "network.py": {"b"},
}


def checked(name, planted):
    target, table = declaration(name)
    declared = from_table(target, {"file": "code.py", **table}, name, line=1)
    (found,) = check_file(File("code.py", (declared,), source(name, planted)), Question(), Limits(20))
    return found


@pytest.mark.parametrize("name", MISTAKES)
def test_a_right_one_passes(name):
    found = checked(name, planted=False)
    assert found.outcome is Outcome.OK, found.diagnosis
    assert found.cases[-1].method == "complex"


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found_and_named(name):
    found = checked(name, planted=True)
    assert found.outcome is Outcome.WRONG
    subject, _, others = found.diagnosis.partition("; wrong: ")
    named = {each.removeprefix("d") for each in others.split(", ")} | {subject.partition(":")[0].partition(" ")[0]}
    assert named & WRONG[name]
    right = named - WRONG[name] - {"", "gradient"}
    assert right <= {"x", "h0", "h", "hprev"}, "nothing else is blamed"


@pytest.mark.parametrize("name", MISTAKES)
def test_a_declaration_is_at_most_five_lines(name):
    assert len(declaration(name)[1]) <= 5 + (name == "network.py")  # three calls there
