"""What may be tried on the heads of a text, by the names that pages and links use, and what can then be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mha_viz.comparison.asks import (
    Ask,
    Classes,
    Continuation,
    LogitDifference,
    Loss,
    NextWord,
    Similarity,
    Vectors,
    predicted,
)
from mha_viz.errors import InputError
from mha_viz.inputs.examples import sentence_lines
from mha_viz.inputs.text import tokenizer_of
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Capture, Head, Model
from mha_viz.recording.interventions.changes import Change, Cut, From, Mean, Pattern, Scale, Zero


class Hows:
    """What happens to heads."""

    remove = N_("remove")
    mean = N_("mean")
    even = N_("look evenly")
    before = N_("look at the word before")
    patch = N_("take from another text")
    cut = N_("cut a line")
    double = N_("double")


TAKE_FROM = lazy_gettext("Type the other text from which the heads are to take: best one that differs in a word.")
HOWS = (Hows.remove, Hows.mean, Hows.even, Hows.before, Hows.patch, Hows.cut, Hows.double)
HOWS_IN_WORDS = {
    Hows.remove: N_("They hand on nothing; the rest of the network goes on."),
    Hows.mean: N_(
        "At every word they hand on what they hand on in the mean over our example sentences; in a model of the small "
        "grammar, over sentences of that."
    ),
    Hows.even: N_("They look evenly at everything that they may look at."),
    Hows.before: N_("Each word looks at the one before it."),
    Hows.patch: N_("They hand on what they hand on in another text, best one that differs in little."),
    Hows.cut: N_("One word no longer sees another; the rest of its attention still sums to 100 %."),
    Hows.double: N_("What they hand on counts twice."),
}


class Asks:
    """What is looked at before and after."""

    next_word = N_("next word")
    two_words = N_("two words")
    loss = N_("loss")
    go_on = N_("continuation")
    vectors = N_("each word's vector")
    similarity = N_("similarity")
    classes = N_("classes")
    grammar = N_("accuracy over its grammar")


@dataclass(frozen=True)
class Trial:
    """Heads of one kind and what happens to them: all that a link says of it."""

    heads: tuple[Head, ...]
    kind: str
    how: str = Hows.remove
    other: str = ""  # the text that is taken from
    edges: tuple[tuple[int, int], ...] = ()  # token positions, query and key

    def of(self, heads: tuple[Head, ...]) -> Trial:
        """The same with other heads."""
        return Trial(heads, self.kind, self.how, self.other, self.edges)


def change_of(trial: Trial, over: Sequence[str] | None = None) -> Change:
    """The change that a trial makes; ``over`` are the texts of a mean, by default our example sentences.

    Raises
    ------
    InputError
        If it says too little: no text to take from, no line to cut.
    """
    heads, kind = trial.heads, trial.kind
    if trial.how == Hows.patch:
        if not trial.other.strip():
            raise InputError(TAKE_FROM)
        return From(heads, trial.other, align="words", kind=kind)
    if trial.how == Hows.cut:
        if not trial.edges:
            raise InputError(lazy_gettext("Choose which word is no longer to see which other one."))
        return Cut(trial.edges, heads, kind=kind)
    over = sentence_lines() if over is None else over
    made: dict[str, Change] = {
        Hows.remove: Zero(heads, kind=kind), Hows.mean: Mean(heads, over, kind=kind),
        Hows.even: Pattern(heads, "uniform", kind=kind), Hows.before: Pattern(heads, "previous", kind=kind),
        Hows.double: Scale(heads, 2.0, kind=kind),
    }  # fmt: skip
    return made[trial.how]


def asks_of(model: Model, capture: Capture) -> tuple[str, ...]:
    """What can be asked of this model about this text, the first proposed."""
    network = model.network
    reads_alone = network.config.is_encoder_decoder and "decoder" not in capture.kinds
    predicts = network.get_output_embeddings() is not None and not reads_alone
    if predicts and "decoder" in capture.kinds:
        goes_on = (Asks.go_on,) if capture.kinds == ("decoder",) else ()
        return (Asks.next_word, Asks.two_words, Asks.loss, *goes_on, Asks.vectors)
    mask = getattr(tokenizer_of(model.processor), "mask_token_id", None)
    of_mask = (Asks.next_word, Asks.two_words) if predicts and mask in predicted(capture).ids else ()
    return (*of_mask, Asks.vectors, Asks.similarity)


def ask_of(name: str, *, word: str, against: str, other: str) -> Ask:
    """
    Raises
    ------
    InputError
        If words or the other text are missing.
    """
    if name == Asks.two_words:
        if not (word.strip() and against.strip()):
            raise InputError(lazy_gettext("Type the two words to hold against each other."))
        return LogitDifference(word, against)
    if name == Asks.similarity:
        if not other.strip():
            raise InputError(lazy_gettext("Type the text to which this one is to be compared."))
        return Similarity(other)
    plain: dict[str, Ask] = {
        Asks.next_word: NextWord(), Asks.loss: Loss(), Asks.go_on: Continuation(), Asks.vectors: Vectors(),
        Asks.classes: Classes(),
    }  # fmt: skip
    return plain[name]
