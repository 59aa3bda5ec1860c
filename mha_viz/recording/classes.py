"""A network with a classifier → the names of its classes, as its configuration has them; why there are none, said."""

from __future__ import annotations

from collections import Counter

from mha_viz.errors import InputError
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Model

# How networks are called that put one input into one of several classes.
CLASSIFIERS = (
    "ForImageClassification", "ForImageClassificationWithTeacher", "ForSequenceClassification",
    "ForAudioClassification",
)  # fmt: skip
NO_CLASSIFIER = N_("{model} is read without a classifier, so it knows no classes: ask how far its vectors turn.")
NOT_ONE_OF = N_(
    "The classifier of {model} does not choose one of several classes ({why} in its configuration), so there are no "
    "probabilities that sum to 1: ask how far its vectors turn."
)


def classes_of(model: Model) -> tuple[str, ...]:
    """The names of the classes that a model chooses from, in their order; of several with one name, each has its
    number. Empty where it has no classifier, or one whose classes do not exclude each other.
    """
    if not type(model.network).__name__.endswith(CLASSIFIERS) or _why_not_one(model):
        return ()
    names = model.network.config.id2label
    labels = [str(names[i]) for i in range(len(names))]
    often = Counter(labels)
    return tuple(label if often[label] == 1 else f"{label} ({i})" for i, label in enumerate(labels))


def chosen_classes(model: Model) -> tuple[str, ...]:
    """``classes_of``, where there are some.

    Raises
    ------
    InputError
        If there are none, with the reason.
    """
    names = classes_of(model)
    if names:
        return names
    if type(model.network).__name__.endswith(CLASSIFIERS):
        raise InputError(lazy_gettext(NOT_ONE_OF, model=model.short_name, why=_why_not_one(model)))
    raise InputError(lazy_gettext(NO_CLASSIFIER, model=model.short_name))


def _why_not_one(model: Model) -> str:
    """What its configuration says, where it is trained on something else than one class of several; else empty."""
    config = model.network.config
    problem = getattr(config, "problem_type", None)
    if problem not in (None, "single_label_classification"):
        return f"problem_type={problem}"
    n = len(config.id2label)
    return "" if n > 1 and {*config.id2label} == {*range(n)} else f"num_labels={n}"
