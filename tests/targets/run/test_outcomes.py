"""Each outcome is told from every other: the same layer, right and with one thing changed."""

import pytest

from bptt_viz.render.check import passed
from bptt_viz.results.targets import Outcome
from targets.run.variants import RETURN, SEQUENCE, STEP, checked, planted

CLIP = "for d in (dWx, dWh, db):\n        np.clip(d, -5, 5, out=d)\n    "
BY_NORM = """norm = np.sqrt(sum((d ** 2).sum() for d in (dWx, dWh, db)))
    if norm > 3:
        dWx, dWh, db = dWx * 3 / norm, dWh * 3 / norm, db * 3 / norm
    """
VARIANTS = {
    "right": planted(),
    "scaled_by_rows": planted((RETURN, "return dx / N, dprev / N, dWx / N, dWh / N, db / N")),
    "scaled_by_steps": planted((RETURN, "return dx, dprev, dWx * T, dWh * T, db * T")),
    "scaled_by_both": planted((RETURN, "return [d / (N * T) for d in (dx, dprev, dWx, dWh, db)]")),
    "scaled_by_two": planted((RETURN, "return [2 * d for d in (dx, dprev, dWx, dWh, db)]")),
    "one_parameter_scaled": planted((RETURN, "return dx, dprev, dWx, dWh, db / N")),
    "everything_negative": planted((RETURN, "return [-d for d in (dx, dprev, dWx, dWh, db)]")),
    "everything_off_by_little": planted((RETURN, "return [1.0001 * d for d in (dx, dprev, dWx, dWh, db)]")),
    "clipped": planted((RETURN, CLIP + RETURN)),
    "clipped_by_norm": planted((RETURN, BY_NORM + RETURN)),
    "clipped_on_the_way": planted(("dh[:, t] + dprev", "np.clip(dh[:, t] + dprev, -1, 1)")),
    "clipped_and_wrong": planted((RETURN, CLIP + RETURN.replace("dWh", "dWh.T"))),
    "sliding": planted(("db += db_t", "db += db_t\n        if t % 3 == 0:\n            dprev = np.zeros((N, H))")),
    "single": planted(("np.zeros((N, H))", "np.zeros((N, H), dtype='f')"), ("np.zeros(H)", "np.zeros(H, 'float32')")),
    "single_and_wrong": planted(("np.zeros(H)", "np.zeros(H, np.float32)"), ("db += db_t", "db += 2 * db_t")),
    "forward_in_single": planted(("return next_h, (x", "next_h = next_h.astype(np.float32)\n    return next_h, (x")),
    "nothing_back": planted((RETURN, "pass")),
    "nones_back": planted((RETURN, "return None, None, None, None, None")),
    "one_none_back": planted((RETURN, "return dx, None, dWx, dWh, db")),
    "one_none_to_do": planted((RETURN, "# TODO: dh0\n    return dx, None, dWx, dWh, db")),
    "not_implemented": planted((RETURN, "raise NotImplementedError")),
    "ellipsis": planted((RETURN, "...")),
    "template": planted(("db += db_t", "# START CODE HERE\n        db_all = None\n        db += db_all.sum(0)")),
    "forward_not_written": planted(("return h, cache", "return None, None")),
    "backward_raises": planted(("dprev = np.zeros((N, H))", "dprev = np.zeros((N, H + 1))")),
    "forward_raises": planted(("cache.append(kept)", "cache.push(kept)")),
    "another_form": planted(("return h, cache", "return h, cache, 1")),
    "one_step_only": planted(("dprev = np.zeros((N, H))", "assert T == 1\n    dprev = np.zeros((N, H))")),
    "overflows": planted(("return h, cache", "return h / 0.0, cache")),
}


@pytest.fixture(scope="module")
def found():
    return checked(VARIANTS)


OUTCOMES = {
    "right": Outcome.OK,
    "scaled_by_rows": Outcome.SCALED,
    "scaled_by_steps": Outcome.SCALED,
    "scaled_by_both": Outcome.SCALED,
    "scaled_by_two": Outcome.SCALED,
    "one_parameter_scaled": Outcome.WRONG,
    "everything_negative": Outcome.WRONG,
    "everything_off_by_little": Outcome.WRONG,
    "clipped": Outcome.CLIPPED,
    "clipped_by_norm": Outcome.CLIPPED,
    "clipped_on_the_way": Outcome.CLIPPED,
    "clipped_and_wrong": Outcome.WRONG,
    "sliding": Outcome.TRUNCATED,
    "single": Outcome.FLOAT32,
    "single_and_wrong": Outcome.WRONG,
    "forward_in_single": Outcome.FLOAT32,
    "nothing_back": Outcome.TODO,
    "nones_back": Outcome.TODO,
    "one_none_back": Outcome.OK,
    "one_none_to_do": Outcome.TODO,
    "not_implemented": Outcome.TODO,
    "ellipsis": Outcome.TODO,
    "template": Outcome.TODO,
    "forward_not_written": Outcome.TODO,
    "backward_raises": Outcome.CRASHED,
    "forward_raises": Outcome.CRASHED,
    "another_form": Outcome.NOT_RECOGNISED,
    "one_step_only": Outcome.OK,
    "overflows": Outcome.INCONCLUSIVE,
}


@pytest.mark.parametrize("name", VARIANTS)
def test_the_outcome_is(found, name):
    assert found[name].outcome is OUTCOMES[name], found[name].diagnosis


@pytest.mark.parametrize(
    ("name", "law"),
    [("scaled_by_rows", "1/N"), ("scaled_by_steps", "T"), ("scaled_by_both", "1/(N·T)"), ("scaled_by_two", "2")],
)
def test_a_factor_is_told_by_what_it_is_made_of(found, name, law):
    assert found[name].law.replace("T·N", "N·T") == law
    assert found[name].factor == pytest.approx({"1/N": 1 / 3, "T": 5, "1/(N·T)": 1 / 15, "2": 2}[law])


def test_a_bound_is_measured(found):
    assert (found["clipped"].bounded, found["clipped"].bound) == ("entries", 5.0)
    assert found["clipped_by_norm"].bounded == "norm"
    assert found["clipped_by_norm"].bound == pytest.approx(3)
    assert (found["clipped_on_the_way"].bounded, found["clipped_on_the_way"].bound) == ("values", None)


def test_what_is_clipped_and_wrong_beneath_is_wrong_and_says_both(found):
    assert "Wh" in found["clipped_and_wrong"].diagnosis
    assert "clipped to ±5" in " ".join(found["clipped_and_wrong"].notes)


def test_what_is_single_and_wrong_in_double_is_wrong_and_says_both(found):
    assert found["single_and_wrong"].diagnosis.startswith("b:")
    assert "single precision" in " ".join(found["single_and_wrong"].notes)


def test_what_ran_with_one_step_alone_says_that_recurrence_was_never_exercised(found):
    assert found["one_step_only"].longest == 1
    assert "recurrence was never exercised" in found["one_step_only"].diagnosis
    assert (found["right"].longest, found["right"].diagnosis) == (12, "")


def test_a_function_for_one_step_says_that_it_is_one(found):
    (step,) = checked({"right": planted()}, STEP).values()
    assert (step.outcome, step.longest, step.diagnosis) == (Outcome.OK, 1, "")
    assert "of one time step" in passed(step)


def test_a_truncation_says_after_how_many_steps(found):
    assert found["sliding"].steps == 3


def test_a_crash_names_the_line_and_the_sizes(found):
    crash = found["backward_raises"]
    assert crash.raised.text.startswith("dx[:, t], dprev, dWx_t")
    assert (crash.raised.file, crash.raised.function) == ("layers.py", "layer_backward_backward_raises")
    assert "backward raised ValueError" in crash.diagnosis
    assert "x (3, 5, 4)" in crash.diagnosis
    assert "forward raised AttributeError" in found["forward_raises"].diagnosis


def test_a_gradient_that_is_none_alone_is_said_and_no_alarm(found):
    assert "backward returns None for dh0" in found["one_none_back"].notes
    assert "None for dh0" in found["one_none_to_do"].diagnosis


class TestStepByItself:
    """The single step: bugs that any of its lines may have, named by their parameter and by what they look like."""

    BUGS = {  # noqa: RUF012
        "sign": (("x.T.dot(dz)", "-x.T.dot(dz)"), "Wx", "wrong sign"),
        "one_row": (("dz.sum(0)", "dz[0]"), "b", "sum over the batch is missing"),
        "mean": (("dz.sum(0)", "dz.mean(0)"), "b", "averaged over the batch"),
        "unsummed": (("dz.sum(0)", "dz"), "b", "sum over the batch missing in db"),
        "transposed": (("prev_h.T.dot(dz)", "dz.T.dot(prev_h)"), "Wh", "transposed"),
        "carry": (("dz.dot(Wh.T)", "dz.dot(Wh)"), "prev_h", "where its transpose belongs"),
        "slope": (("dz = dnext_h * (1 - next_h**2)", "dz = dnext_h"), "next_h", "slope of the activation is missing"),
        "square": (("1 - next_h**2", "1 - next_h"), "next_h", ""),
        "other_input": (("prev_h.T.dot(dz)", "next_h.T.dot(dz)"), "Wh", ""),
    }

    @pytest.fixture(scope="class")
    def found(self):
        return checked({name: planted(edit) for name, (edit, _, _) in self.BUGS.items()}, STEP)

    @pytest.mark.parametrize("name", BUGS)
    def test_the_parameter_and_the_look_of_the_bug_are_named(self, found, name):
        _, subject, look = self.BUGS[name]
        assert found[name].outcome is Outcome.WRONG
        assert subject in found[name].diagnosis
        assert look in found[name].hint


class TestThroughTime:
    BUGS = {  # noqa: RUF012
        "nothing_carried": (("dh[:, t] + dprev", "dh[:, t]"), "carry", "nothing comes back"),
        "assigned": (("dWh += dWh_t", "dWh = dWh_t"), "Wh", "+="),
        "carry_scaled": (("dh[:, t] + dprev", "dh[:, t] + 1.01 * dprev"), "carry", ""),
        "forwards": (("reversed(range(T))", "range(T)"), "", ""),
    }

    @pytest.fixture(scope="class")
    def found(self):
        return checked({name: planted(edit) for name, (edit, _, _) in self.BUGS.items()}, SEQUENCE)

    @pytest.mark.parametrize("name", BUGS)
    def test_a_fault_of_the_recurrence_is_told_by_lag(self, found, name):
        _, subject, look = self.BUGS[name]
        assert found[name].outcome is Outcome.WRONG
        assert subject in found[name].diagnosis
        assert "lag 1" in found[name].diagnosis or name == "forwards"
        assert look in found[name].hint
