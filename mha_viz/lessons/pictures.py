"""What a step of a lesson can show, and which numbers its text may name."""

from __future__ import annotations

from dataclasses import dataclass

from mha_viz.lessons.lesson import RELATIONS


@dataclass(frozen=True)
class Picture:
    """A picture: what it is, the numbers that its text may name beside ``EVERYWHERE``, and its settings."""

    about: str
    numbers: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    needs_endings: bool = False


EVERYWHERE = {
    "model": "the model's name",
    "from": "the word that looks",
    "to": "the word that it should look at",
    "layers": "how many layers the model has",
    "heads": "how many heads a layer has",
    "all": "how many heads the model has",
}
NUMBERS = {
    "head": "the head that is shown, by its name",
    "layer": "the number of its layer",
    "share": "what the word gives the other one in this head",
    "others": "what the other words give it on average",
    "drawn": "how many heads are drawn, each with a word of its own",
    "looked_at": "the words that they look at",
    "most": "the head among them that adds most to the word's vector",
    "most_share": "its share of what the layer adds",
    "together": "the share of all heads that are drawn",
    "before": "what the head does before the training",
    "after": "what it does after it",
    "steps": "how many steps the training has",
    "average": "what the average of the layer's heads would give",
    "lost": "how far the layer's output would change, as a share of its length",
    "least": "how far at least, with the best pattern that all heads could share",
    "sentences": "on how many sentences the model's heads were checked",
    "area": "how much of the picture its figure covers",
    "seen_by": "the model that reads the picture",
    "pictured": "how many heads that model has",
    "patches": "rows and columns of the patches that it sees",
    "ending": "the first ending",
    "other_ending": "the second ending",
    "other": "the word that is meant with the second ending",
    "first": "how many points more the one word gets with the first ending",
    "second": "the same with the second ending",
}
PICTURES = {
    "connection": Picture("an arc between the two words, as a reader connects them"),
    "best head": Picture(
        "what the word looks at, in the head that stands out most", ("head", "layer", "share", "others")
    ),
    "best heads": Picture(
        "the same in the heads that stand out most, a line each", ("head", "layer", "share", "others")
    ),
    "several heads": Picture(
        "the word under heads of one layer that each look at another word, and the vector that they make",
        ("layer", "drawn", "looked_at", "most", "most_share", "together"),
    ),
    "average": Picture(
        "that head, and the average of all heads of its layer", ("head", "layer", "share", "average", "lost", "least")
    ),
    "specialists": Picture(
        "heads that do something in general, with the evidence for it", ("sentences",), settings=RELATIONS
    ),
    "endings": Picture(
        "the head that turns most when the sentence ends otherwise",
        ("head", "layer", "ending", "other_ending", "other", "first", "second"),
        needs_endings=True,
    ),
    "evidence": Picture("what is known in general of the head that turns most", needs_endings=True),
    "what if": Picture("what the model says without the head that stands out most", ("head", "layer", "share")),
    "inside": Picture(
        "one step of what the head that stands out most computes, with its numbers",
        ("head", "layer", "share", "others"),
        settings=("step",),
    ),
    "many against one": Picture(
        "the patterns of a layer beside their average, and how far each is from it", ("layer",)
    ),
    "how many heads": Picture("all heads of the model, counted beside those of models that many people know"),
    "training": Picture(
        "one head of a small model that we trained: before, after, or all along",
        ("head", "layer", "before", "after", "steps"),
        settings=("of", "head", "when"),
    ),
    "one head or several": Picture("small models with one head a layer and with several, of the same parameters"),
    "cost": Picture("what several heads cost against one of the full width: operations and time, measured once"),
    "looking and mattering": Picture(
        "the heads of the small model that we trained: what each looks at, and what is lost without it"
    ),
    "heads on a picture": Picture(
        "every head of a model that reads pictures, over one of ours, and the head that lies most evenly on its figure",
        ("head", "layer", "share", "area", "seen_by", "pictured", "patches"),
        settings=("drawing", "looks"),
    ),
    "all heads": Picture("every head of the model, small"),
    "own sentence": Picture("a link to a sentence of one's own"),
    "explore": Picture("a link to a view of the page Explore", settings=("view", "how", "ask", "label")),
    "nothing": Picture("the text alone"),
}


def names_of(picture: str) -> tuple[str, ...]:
    """All names that a step with this picture can have in its text."""
    return (*EVERYWHERE, *PICTURES[picture].numbers)
