"""The few sentences that the classroom model has read: nouns, what fits them, what they do, and who *it* then is.

A sentence names an animal and a thing, says *it was tired* or *it was dirty*, and ends with what *it* did. Who that
was, the adjective tells: animals are tired, things are dirty. What they did tells nothing about the kind, as every
verb is done by animals and by things (mice and doors squeak). So whoever predicts the last verb has to know which of
the two nouns was meant: adding up what both do, and what the adjective goes with, is not enough.

Some nouns are held out: they never stand in a sentence with *it* or *they* that a model learns from, only in plain
ones (*The fox growled. The fox was tired.*). Some sentence frames are held out altogether.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from random import Random
from string import Formatter

from mha_viz.annotation.annotated import Annotated, Link, Span
from mha_viz.errors import InputError

# verb: four animals and four things that do it; the last of each four is held out.
DOERS = {
    "purred": (("cat", "kitten", "tiger", "cub"), ("engine", "motor", "heater", "fan")),
    "growled": (("dog", "bear", "wolf", "fox"), ("truck", "tractor", "saw", "drill")),
    "squeaked": (("mouse", "rat", "hamster", "bat"), ("door", "gate", "hinge", "wheel")),
    "hissed": (("snake", "goose", "swan", "lizard"), ("kettle", "stove", "pan", "pipe")),
    "buzzed": (("bee", "fly", "hornet", "wasp"), ("lamp", "phone", "radio", "clock")),
    "whistled": (("bird", "parrot", "robin", "monkey"), ("train", "flute", "rocket", "horn")),
    "clicked": (("beetle", "dolphin", "cricket", "crab"), ("lock", "pen", "switch", "camera")),
    "curled": (("worm", "hedgehog", "snail", "spider"), ("mat", "rug", "poster", "carpet")),
    "shook": (("horse", "cow", "donkey", "goat"), ("table", "shelf", "bridge", "fence")),
    "rolled": (("pig", "panda", "seal", "otter"), ("ball", "barrel", "bottle", "cup")),
}
PLURALS = {
    "mouse": "mice",
    "goose": "geese",
    "fly": "flies",
    "shelf": "shelves",
    "fox": "foxes",
    "wolf": "wolves",
    "switch": "switches",
}
ADJECTIVES = (
    ("tired", "hungry", "thirsty", "sleepy", "angry", "afraid"),  # of animals
    ("dirty", "broken", "dusty", "rusty", "cheap", "useless"),  # of things
)
MEETINGS = ("sat on", "stood by", "fell on", "lay near", "stayed behind", "landed on")
TIMES = ("Today", "Yesterday", "At noon", "In the morning", "At night")
PHRASES = ("in the garden", "in the rain", "after the storm", "all day", "at home")

# {pronoun} is the one that is asked about: it comes after the adjective, so that a model that reads from left to
# right can know who is meant.
FRAMES = (
    "The {first} {met} the {second} because {it} {was} {adjective}, so {pronoun} {verb}.",
    "The {first} {met} the {second}, and because {it} {was} {adjective} {pronoun} {verb}.",
    "The {first} {met} the {second}. {It} {was} {adjective}, so {pronoun} {verb}.",
    "When the {first} {met} the {second}, {it} {was} {adjective} and {pronoun} {verb}.",
    "{Time} the {first} {met} the {second}, but {it} {was} {adjective}, so {pronoun} {verb}.",
    "The {first} {met} the {second} {phrase} because {it} {was} {adjective} and then {pronoun} {verb}.",
)
HELD_OUT_FRAMES = (
    "{Time} the {first} {met} the {second} because {it} {was} {adjective} and then {pronoun} {verb}.",
    "The {first} {met} the {second} {phrase}. {It} {was} {adjective} and {pronoun} {verb}.",
    "When the {first} {met} the {second} {phrase}, {it} {was} {adjective}, so {pronoun} {verb}.",
)
PLAIN = (
    "The {first} {verb}.",
    "The {first} {was} {adjective}.",
    "The {adjective} {first} {verb}.",
    "{Time} the {first} {verb}.",
    "The {first} {verb} {phrase}.",
    "The {first} {was} {adjective} {phrase} and {verb}.",
    "{Time} the {first} {was} {adjective} and {verb}.",
    "The {first} {phrase} {was} {adjective}.",
    "The {first} {met} the {second}.",
    "The {first} {met} the {second} {phrase}.",
)
UNFINISHED = "The {first} {met} the {second} because {it} {was} {adjective}."  # ends before anything is done
SHARE_PLAIN, SHARE_UNFINISHED = 0.35, 0.05  # of the sentences that are learned from


@dataclass(frozen=True)
class Noun:
    """``kind`` 0 is an animal, 1 a thing; ``verb`` is what it does, one or many."""

    singular: str
    kind: int
    verb: str
    is_held_out: bool

    def form(self, is_plural: bool) -> str:
        return PLURALS.get(self.singular, f"{self.singular}s") if is_plural else self.singular


NOUNS = tuple(
    Noun(singular, kind, verb, is_held_out=place == 3)
    for verb, kinds in DOERS.items()
    for kind, four in enumerate(kinds)
    for place, singular in enumerate(four)
)
_ANY = tuple(tuple(noun for noun in NOUNS if noun.kind == kind) for kind in (0, 1))
_LEARNED = tuple(tuple(noun for noun in of_kind if not noun.is_held_out) for of_kind in _ANY)


def training_sentences(n: int, seed: int = 0) -> list[str]:
    """So many sentences to learn from, the same for the same seed. Held-out nouns are in plain sentences alone."""
    random = Random(seed)  # noqa: S311 - sentences, no secrets
    return [_random_sentence(random) for _ in range(n)]


def _random_sentence(random: Random) -> str:
    drawn = random.random()
    is_plain = drawn < SHARE_PLAIN
    frame = random.choice(PLAIN) if is_plain else UNFINISHED
    if drawn >= SHARE_PLAIN + SHARE_UNFINISHED:
        frame = random.choice(FRAMES)
    nouns = _ANY if is_plain else _LEARNED
    pair = [random.choice(nouns[0]), random.choice(nouns[1])]
    random.shuffle(pair)
    meant = pair[0] if is_plain else random.choice(pair)
    if meant.verb == (pair[1] if meant is pair[0] else pair[0]).verb and not is_plain:
        return _random_sentence(random)  # both do it: nobody would know who is meant
    return _filled(frame, pair, meant, random, is_plural=random.random() < 0.5)[0]


def twins(*, n_each: int = 1, seed: int = 0, held_out: bool = True) -> Iterator[Annotated]:
    """Pairs of sentences that differ in the adjective and the last verb, so that another noun is meant.

    Parameters
    ----------
    n_each : int
        Pairs of sentences for each pair of nouns.
    seed : int
    held_out : bool
        Held-out nouns in held-out frames; else nouns and frames that are learned from, in drawn sentences.

    Yields
    ------
    Annotated
        Two a group, one after the other. Its link goes from the pronoun that is asked about to the two nouns, in the
        order of the sentence; nouns that do the same are never put together. Who comes first is drawn, and whether
        there is one or many.
    """
    random = Random(seed)  # noqa: S311
    kinds = [[noun for noun in of_kind if noun.is_held_out == held_out] for of_kind in _ANY]
    pairs = [pair for pair in product(*kinds) if pair[0].verb != pair[1].verb]
    random.shuffle(pairs)  # so that the first of many are a fair sample
    frames = HELD_OUT_FRAMES if held_out else FRAMES
    for pair in pairs:
        for number in range(n_each):
            order, frame, is_plural = random.sample(pair, 2), random.choice(frames), random.random() < 0.5
            begun = random.getrandbits(32)  # both twins draw the same words
            for meant in pair:
                text, spans = _filled(frame, order, meant, Random(begun), is_plural=is_plural)  # noqa: S311
                group = f"{pair[0].singular} {pair[1].singular} {number}"
                link = Link(spans["pronoun"], (spans["first"], spans["second"]), order.index(meant), group)
                yield Annotated(text, links=(link,), document=group, sentence_id=f"{group} {meant.singular}")


def nouns_of(annotated: Annotated) -> tuple[str, str]:
    """The animal and the thing of a twin of the grammar, in the singular, whichever comes first and is meant."""
    animal, thing, _ = annotated.document.split()
    return animal, thing


def closings(annotated: Annotated) -> tuple[str, str, str]:
    """A twin up to the pronoun that is asked about, the verb of the noun it means, and the verb of the other.

    Raises
    ------
    InputError
        If the pronoun has no answer.
    """
    (link,) = annotated.links
    if link.answer is None:
        raise InputError(f"{annotated.text!r} is no twin: it does not say which noun its pronoun means.")
    verbs = {noun.form(is_plural): noun.verb for noun in NOUNS for is_plural in (False, True)}
    verb_of = [verbs[annotated.text[begin:end]] for begin, end in link.candidates]
    return annotated.text[: link.pronoun[1]], verb_of[link.answer], verb_of[1 - link.answer]


def _filled(
    frame: str, pair: list[Noun], meant: Noun, random: Random, *, is_plural: bool
) -> tuple[str, dict[str, Span]]:
    """A frame with its words, and where each of them stands."""
    it = "they" if is_plural else "it"
    words = {
        "first": pair[0].form(is_plural), "second": pair[1].form(is_plural), "it": it, "It": it.capitalize(),
        "pronoun": it, "was": "were" if is_plural else "was", "met": random.choice(MEETINGS),
        "Time": random.choice(TIMES), "phrase": random.choice(PHRASES),
        "adjective": ADJECTIVES[meant.kind][random.randrange(len(ADJECTIVES[0]))], "verb": meant.verb,
    }  # fmt: skip
    text, spans = "", {}
    for before, slot, _, _ in Formatter().parse(frame):
        text += before
        if slot is not None:
            spans[slot] = (len(text), len(text) + len(words[slot]))
            text += words[slot]
    return text, spans


def grammar_words() -> list[str]:
    """Every word of the grammar, as it is written inside a sentence and at its beginning."""
    words = {word for noun in NOUNS for word in (noun.form(False), noun.form(True))}
    words.update(*ADJECTIVES, DOERS, *(text.split() for text in (*MEETINGS, *PHRASES, *TIMES)))
    words.update(("was", "were", "it", "they", "It", "They"))
    for frame in (*FRAMES, *HELD_OUT_FRAMES, *PLAIN, UNFINISHED):
        words.update(part for before, *_ in Formatter().parse(frame) for part in before.replace(",", " ").split())
    return sorted(word for word in words if word.strip("."))
