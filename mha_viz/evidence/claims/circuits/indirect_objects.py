"""Prompts in which one of two persons gets something from the other: who gets it, and what a model makes of it.

After Wang et al. (2022), arXiv:2211.00593; the sentences and names are our own. Each ends before the receiver's name,
without a space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from torch import Tensor

from mha_viz.comparison.asks import LogitDifference, token_of
from mha_viz.errors import InputError
from mha_viz.evidence.claims.circuits.reading import Reading, logits_of, looks, reading, written
from mha_viz.evidence.claims.claim import Material
from mha_viz.evidence.statistics.intervals import LEAST_UNITS
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Head, Model

NAMES = (
    ("Anna", "Peter"), ("David", "Laura"), ("Emma", "Jack"), ("George", "Alice"), ("Sarah", "Paul"),
    ("Thomas", "Julia"), ("Maria", "Robert"), ("Simon", "Helen"), ("James", "Lucy"), ("Daniel", "Kate"),
    ("Martin", "Jane"), ("Henry", "Lisa"), ("Adam", "Susan"), ("Michael", "Rachel"), ("Richard", "Karen"),
    ("Tom", "Claire"), ("Oliver", "Grace"), ("Frank", "Nancy"), ("Philip", "Molly"), ("Andrew", "Emily"),
    ("Charles", "Diana"), ("Edward", "Sophie"), ("Joseph", "Martha"), ("Kevin", "Linda"), ("Brian", "Amy"),
    ("Eric", "Rose"), ("Mark", "Ruth"), ("Steve", "Carol"), ("Victor", "Ellen"), ("Louis", "Clara"),
    ("Walter", "Betty"), ("Patrick", "Barbara"),
)  # fmt: skip
FRAMES = (
    "When {first} and {second} came home from school, {giver} handed a letter to",
    "After {first} and {second} had dinner together, {giver} gave a present to",
    "While {first} and {second} were waiting at the station, {giver} lent a book to",
    "Then {first} and {second} walked into the garden, and {giver} showed a flower to",
    "Yesterday {first} and {second} met in the park, where {giver} offered a sandwich to",
    "As {first} and {second} were leaving the museum, {giver} passed the umbrella to",
    "Because {first} and {second} shared a room, {giver} left the key to",
    "Last summer {first} and {second} went to the lake, and {giver} threw the ball to",
    "Once {first} and {second} had found a bench, {giver} told a story to",
    "Before {first} and {second} said goodbye, {giver} returned the money to",
    "Today {first} and {second} worked in the office, and {giver} brought some coffee to",
    "Since {first} and {second} liked music, {giver} sold an old guitar to",
    "On Sunday {first} and {second} cooked for their friends, and {giver} served the soup to",
    "At noon {first} and {second} sat by the river, where {giver} read a poem to",
    "Although {first} and {second} were tired, {giver} explained the rules to",
    "In spring {first} and {second} planted a tree, and {giver} carried the water to",
    "When the rain stopped, {first} and {second} went outside, and {giver} kicked the stone to",
    "For years {first} and {second} had been neighbours, until {giver} rented the house to",
    "During the break {first} and {second} ate an apple, and {giver} pointed the bird out to",
    "Both {first} and {second} joined the team, but {giver} left the first place to",
    "In the evening {first} and {second} played cards, and {giver} lost every game to",
    "Suddenly {first} and {second} heard a noise, and {giver} whispered a few words to",
    "In the shop {first} and {second} tried on hats, and {giver} recommended the blue one to",
    "At the party {first} and {second} danced all night, and {giver} introduced a friend to",
    "This morning {first} and {second} wrote letters, and {giver} posted one to",
    "By the fire {first} and {second} sang old songs, and {giver} taught the last one to",
    "While {first} and {second} repaired the car, {giver} held the lamp for",
    "After the storm {first} and {second} cleaned the street, and {giver} found a coat for",
    "In the kitchen {first} and {second} baked a cake, and {giver} cut a piece for",
    "On the train {first} and {second} talked for hours, and {giver} saved a seat for",
    "Every week {first} and {second} met at the market, where {giver} bought some flowers for",
    "At the airport {first} and {second} looked for the gate, and {giver} opened the door for",
)


@dataclass(frozen=True)
class Prompt:
    """One prompt: who gets something, and from whom."""

    text: str
    receiver: str
    giver: str

    @property
    def ask(self) -> LogitDifference:
        return LogitDifference(f" {self.receiver}", f" {self.giver}")


@dataclass(frozen=True)
class Answer:
    """What a model makes of a prompt: its logit difference, what each head itself adds to it, and how much more each
    gives, from the last token, to the receiver than to the giver, (head,) each."""

    found: Reading
    difference: float
    direct: Tensor
    attention: Tensor


TOO_FEW = N_("only {n} of {all} pairs of names are one token each to it")


def four_prompts(frame: str, one: str, other: str) -> list[Prompt]:
    """Each of the two gets it and gives it, and is named first and second (ABBA, BABA), so that a liking for a name or
    a place cancels out."""
    pairs = product(((one, other), (other, one)), repeat=2)
    return [
        Prompt(frame.format(first=first, second=second, giver=giver), receiver, giver)
        for (first, second), (receiver, giver) in pairs
    ]


def material(model: Model) -> list[Material]:
    """The sentences, each with a pair of names of its own, of which both are one token to this model."""
    pairs = _pairs(model)
    return [Material("prompts", texts=(frame, *pair)) for frame, pair in zip(FRAMES, pairs, strict=False)]


def of_three_others(model: Model, frame: str, one: str, other: str) -> str:
    """The same sentence about three other persons, each named once: the names that come next in our list."""
    pairs = _pairs(model)
    here = pairs.index((one, other))
    (first, second), (giver, _) = (pairs[(here + step) % len(pairs)] for step in (1, 2))
    return frame.format(first=first, second=second, giver=giver)


def why_no_names(model: Model) -> str:
    """Why the names cannot be asked for, "" where they can."""
    n = len(material(model))
    return "" if n >= LEAST_UNITS else lazy_gettext(TOO_FEW, n=n, all=len(NAMES))


def answer(model: Model, prompt: Prompt) -> Answer:
    """What a model makes of a prompt."""
    found = reading(model, prompt.text)
    ids, last = found.ids, len(found.ids) - 1
    receiver, giver = (token_of(model, f" {name}") for name in (prompt.receiver, prompt.giver))
    added = written(found, [last], [receiver, giver])[:, 0]  # (head, token)
    from_last = looks(found)[:, last]
    to_names = [from_last[:, places(ids, name)].sum(dim=-1) for name in (receiver, giver)]
    return Answer(found, difference(found, prompt), added[:, 0] - added[:, 1], to_names[0] - to_names[1])


def difference(found: Reading, prompt: Prompt, without: Sequence[Head] = ()) -> float:
    """The logit of the receiver minus that of the giver, while some heads hand on nothing."""
    logits = logits_of(found, [len(found.ids) - 1], without)[0]
    receiver, giver = (token_of(found.model, f" {name}") for name in (prompt.receiver, prompt.giver))
    return (logits[receiver] - logits[giver]).item()


def places(ids: Sequence[int], token: int) -> list[int]:
    """Where a token stands."""
    return [place for place, each in enumerate(ids) if each == token]


def _pairs(model: Model) -> list[tuple[str, str]]:
    """The names of which both are one token to this model."""
    return [pair for pair in NAMES if all(_is_token(model, name) for name in pair)]


def _is_token(model: Model, name: str) -> bool:
    try:
        token_of(model, f" {name}")
    except InputError:
        return False
    return True
