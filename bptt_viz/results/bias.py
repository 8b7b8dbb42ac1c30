"""What two losses do to a captioner that learned from biased data."""

from dataclasses import dataclass

from bptt_viz.arrays import Array

OUTCOMES = ("correct", "incorrect", "other")


@dataclass(frozen=True, slots=True)
class BiasSetting:
    """The study.

    Attributes:
        bias: in training, how often the context is one that goes along with the person's group; .5 is no bias.
        women: share of the group G_w in training.
        evident: how often an image shows the group.
        neutral: how often a caption says `person` where the image does not show it.
        confusion: α, weight of the appearance confusion loss where it is used.
        confident: μ, weight of the confident loss where it is used.
        cell: a built-in cell, or `file.py:ClassName`.
        hidden: H.
        updates: of each captioner, by Adam.
        rate: learning rate.
        batch: fresh images an update.
        tested: images of each test.
        seeds: captioners of each kind.
        seed: the first of them.
    """

    bias: float = 0.9
    women: float = 0.35
    evident: float = 0.75
    neutral: float = 0.4
    confusion: float = 10.0
    confident: float = 1.0
    cell: str = "gru"
    hidden: int = 16
    updates: int = 600
    rate: float = 0.01
    batch: int = 64
    tested: int = 2000
    seeds: int = 5
    seed: int = 0


@dataclass(frozen=True, slots=True)
class GroupMetrics:
    """How the captions of one test name the group, a number a seed, (S,).

    Attributes:
        error: (men called women + women called men) / all.
        ratio: captions that name G_w over captions that name G_m; infinite if none names G_m.
        divergence: Jensen–Shannon, base 2, between the groups' shares of correct, incorrect and other, from 0 to 1.
        outcomes: these shares, (S, 2, 3): of G_w, then of G_m.
    """

    error: Array
    ratio: Array
    divergence: Array
    outcomes: Array


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to train, over all seeds.

    Attributes:
        name: `baseline`, or which losses are added.
        balanced: on images of as many women as men, in contexts that say nothing of the group.
        alike: on images drawn as in training.
        looks: by seed, the person's share of the squared gradient of log p(G_w) − log p(G_m), the mean over the
            balanced images that show the group; the other part is the context's.
        gap: by seed, the mean of |p(G_w) − p(G_m)| with the person taken out of balanced images.
        loss: by seed, −log p of a true caption, the mean over the balanced images, in nats.
    """

    name: str
    balanced: GroupMetrics
    alike: GroupMetrics
    looks: Array
    gap: Array
    loss: Array


@dataclass(frozen=True, slots=True)
class Effect:
    """What a variant changes, beside the baseline of the same seed.

    Attributes:
        variant: its name.
        measure: of what.
        before: the baseline's mean over the seeds.
        after: the variant's.
        better: in how many seeds it changes in the way that the paper describes.
        seeds: of how many.
    """

    variant: str
    measure: str
    before: float
    after: float
    better: int
    seeds: int


@dataclass(frozen=True, slots=True)
class BiasStudy:
    """The study's outcome.

    Attributes:
        finding: one sentence.
        setting: what was run.
        truth: #G_w/#G_m of the balanced test.
        truth_alike: the same of the test that is drawn as in training.
        effects: what each other variant changes, measure by measure.
        variants: the baseline first.
    """

    finding: str
    setting: BiasSetting
    truth: float
    truth_alike: float
    effects: tuple[Effect, ...]
    variants: tuple[Variant, ...]
