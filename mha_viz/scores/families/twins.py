"""Whether a head tells a pronoun's candidates apart: names of a text (GAP), and twins that turn the answer round."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

from mha_viz.annotation.annotated import Annotated, Link, Span, with_words, words_inside
from mha_viz.errors import InputError
from mha_viz.scores.counting import Counts, Tally, pooled
from mha_viz.scores.items import Key

TO_NAME = "pronoun → name"
TWINS, OF = "twins", ": "


@dataclass(frozen=True, eq=False)
class Answer:
    """What heads and simple rules make of one pronoun.

    ``right`` is bool of shape (...), heads or layers and heads; ``chance`` what an even choice gets; where
    ``can_be_asked`` is False the right candidate, or every other one, cannot be looked at: nothing is right or wrong.
    """

    right: Tensor
    rules: Mapping[str, bool]
    chance: float
    can_be_asked: bool = True


def link_attention(word_map: Tensor, annotated: Annotated, link: Link) -> Tensor:
    """How much attention a pronoun gives each of its candidates: the sum over the candidate's words.

    Parameters
    ----------
    word_map : Tensor of shape (..., n_word, n_word)
        Of ``annotated_word_map``.
    annotated : Annotated
        With words (``with_words``).
    link : Link
        Of this text; its answer is not looked at.

    Returns
    -------
    Tensor of shape (..., n_candidates)
        0 to 1, no unit. A pronoun of several words is their mean; what stands in the pronoun itself is not counted.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, section 4.1: to a group of pieces the sum, from it the mean.
    """
    pronoun = words_inside(annotated, link.pronoun)
    row = word_map[..., list(pronoun), :].mean(dim=-2)
    groups = [[i for i in words_inside(annotated, candidate) if i not in pronoun] for candidate in link.candidates]
    return torch.stack([row[..., group].sum(dim=-1) for group in groups], dim=-1)


def answer_link(
    word_map: Tensor, annotated: Annotated, link: Link, *, is_causal: bool = False, missing: Collection[int] = ()
) -> Answer:
    """Does the pronoun look most at the candidate that it stands for?

    Parameters
    ----------
    word_map, annotated, link
        As for ``link_attention``; the link has an answer.
    is_causal : bool
        Whether words never look ahead: then what stands after the pronoun is no candidate.
    missing : collection of int
        Words without a token of their own.

    Returns
    -------
    Answer
        A head that gives no candidate anything is wrong; of equal candidates the first counts as chosen. Rules:
        "first candidate" in the text, and "nearest candidate" to the pronoun, in characters.
    """
    if link.answer is None:
        raise InputError("This pronoun has no right candidate: there is nothing to be right about.")
    pronoun = [word for word in words_inside(annotated, link.pronoun) if word not in missing]
    seen = []
    for i, candidate in enumerate(link.candidates):
        words = set(words_inside(annotated, candidate)) - set(pronoun) - set(missing)
        if pronoun and any(not is_causal or word < pronoun[0] for word in words):
            seen.append(i)
    if link.answer not in seen or len(seen) < 2:
        return Answer(torch.zeros(word_map.shape[:-2], dtype=torch.bool), {}, 0.0, can_be_asked=False)
    most = link_attention(word_map, annotated, link)[..., seen].cpu().max(dim=-1)
    right = (most.indices == seen.index(link.answer)) & (most.values > 0)
    first = min(seen, key=lambda i: link.candidates[i])
    nearest = min(seen, key=lambda i: _gap(link.pronoun, link.candidates[i]))
    rules = {"nearest candidate": nearest == link.answer, "first candidate": first == link.answer}
    return Answer(right, rules, 1 / len(seen))


def name_tallies(
    word_map: Tensor, annotated: Annotated, *, is_causal: bool = False, missing: Collection[int] = ()
) -> dict[Key, Tally]:
    """Pronouns of one text that look most at the name they stand for; those that stand for none are no items.

    Returns
    -------
    dict of ("pronoun → name", None) to Tally
        Empty where no pronoun has an answer. Counts of shape (...); chance is one in the candidates that can be seen.

    References
    ----------
    .. [1] Webster et al. (2018), arXiv:1810.05201, who also ask the attention heads of a Transformer.
    """
    annotated = with_words(annotated)
    answers = [
        answer_link(word_map, annotated, link, is_causal=is_causal, missing=missing)
        for link in annotated.links
        if link.answer is not None
    ]
    return {(TO_NAME, None): pooled(map(_tally, answers))} if answers else {}


def twin_tally(texts: Sequence[Annotated], answers: Sequence[Answer], *, is_causal: bool = False) -> Tally:
    """Whether a head is right in every text of one group of twins: one item.

    Parameters
    ----------
    texts : sequence of Annotated
        The texts that share the ``group`` of their one link.
    answers : sequence of Answer
        Of the same texts, in the same order (``answer_link``).
    is_causal : bool
        Whether words never look ahead.

    Returns
    -------
    Tally
        Counts of shape (...). A rule is right where it is right in every text, and chance is the product of one in
        the candidates of each: a quarter for two texts with two. The group is left out, and counted as such, where a
        text has no twin or cannot be asked, and where the model is causal and two texts with different answers are the
        same up to the pronoun: nothing could tell them apart. Some groups are one unit (``twin_units``).

    Raises
    ------
    InputError
        If a text has no pronoun with a right candidate, or several; or if the texts are of several groups.

    References
    ----------
    .. [1] Levesque et al. (2012), "The Winograd Schema Challenge"; Rudinger et al. (2018), arXiv:1804.09301; Zhao et
       al. (2018), arXiv:1804.06876, the sets; Elazar et al. (2021), arXiv:2104.08161, why a group counts as one.
    """
    links = [_only_link(text) for text in texts]
    if len({link.group for link in links}) > 1:
        raise InputError(
            f"These texts are no twins of each other: {', '.join(sorted({link.group for link in links}))}."
        )
    can_be_asked = len(texts) > 1 and all(answer.can_be_asked for answer in answers)
    if is_causal:
        begun = {(text.text[: link.pronoun[1]], link.answer) for text, link in zip(texts, links, strict=True)}
        can_be_asked = can_be_asked and len({begin for begin, _ in begun}) == len(begun)
    right = torch.stack([answer.right for answer in answers]).all(dim=0)
    names = dict.fromkeys(name for answer in answers for name in answer.rules)
    rules = {name: all(answer.rules.get(name, False) for answer in answers) for name in names}
    return _tally(Answer(right, rules, prod(answer.chance for answer in answers), can_be_asked))


def twins_score(set_name: str) -> str:
    """What the score of a set of twins is called; sets differ too much to share one.

    >>> twins_score("Winogender"), twins_score(""), set_of_twins("twins: Winogender"), is_twins("tone")
    ('twins: Winogender', 'twins', 'Winogender', False)
    """
    return f"{TWINS}{OF}{set_name}" if set_name else TWINS


def is_twins(score: str | None) -> bool:
    """Whether a score is one of twins; None, any score of a family, is not."""
    return score is not None and (score == TWINS or score.startswith(TWINS + OF))


def set_of_twins(score: str) -> str:
    """The set that a score of twins is of; "" where it has no name."""
    return score.removeprefix(TWINS).removeprefix(OF)


def twin_units(groups: Mapping[str, Sequence[Annotated]]) -> dict[str, str]:
    """The unit of each group of twins: groups that share their candidates, or one candidate and the rest of a sentence
    ("The cook told _ that _ was late."), are not independent of each other.

    Parameters
    ----------
    groups : mapping of name to texts

    Returns
    -------
    dict of name to the unit
        Called by the candidates of its first group, in the order of the alphabet.

    Examples
    --------
    >>> guest, someone = "The cook told the guest that he was late.", "The cook told someone that he was late."
    >>> first = Annotated(guest, links=(Link((29, 31), ((14, 23), (0, 8)), 1, "a"),))
    >>> second = Annotated(someone, links=(Link((27, 29), ((14, 21), (0, 8)), 1, "b"),))
    >>> twin_units({"a": [first], "b": [second]})
    {'a': 'the cook | the guest', 'b': 'the cook | the guest'}
    """
    unit_of: dict[str, str] = {}
    unit_with: dict[str, str] = {}  # what a group may share with others → the unit
    for name, texts in groups.items():
        shared = [part for text in texts for part in _shared(text)]
        joined = {unit_with[part] for part in shared if part in unit_with}
        unit = next((earlier for earlier in unit_of.values() if earlier in joined), shared[0])
        for of_both in (unit_of, unit_with):  # a group may join two units
            of_both.update({key: unit for key, its_unit in of_both.items() if its_unit in joined})
        unit_with.update(dict.fromkeys(shared, unit))
        unit_of[name] = unit
    return unit_of


def _shared(annotated: Annotated) -> list[str]:
    """What makes groups one unit: the candidates; each of them with the rest of the text."""
    link, text = _only_link(annotated), annotated.text
    names = sorted(text[begin:end].casefold() for begin, end in link.candidates)
    masked = {i for begin, end in (*link.candidates, link.pronoun) for i in range(begin, end)}  # they may overlap
    kept = ("" if i in masked and i - 1 in masked else "_" if i in masked else sign for i, sign in enumerate(text))
    frame = "".join(kept).casefold()
    return [" | ".join(names), *(f"{name}: {frame}" for name in names)]


def _tally(answer: Answer) -> Tally:
    n = torch.full(answer.right.shape, float(answer.can_be_asked), dtype=torch.float64)
    if not answer.can_be_asked:
        return Tally(Counts(torch.zeros_like(n), n), {}, 0.0, left_out=1)
    return Tally(
        Counts(answer.right.double(), n), {name: float(hit) for name, hit in answer.rules.items()}, answer.chance
    )


def _only_link(annotated: Annotated) -> Link:
    if len(annotated.links) != 1 or annotated.links[0].answer is None:
        raise InputError(f"Twins have one pronoun with a right candidate each, not so {annotated.text[:60]!r}.")
    return annotated.links[0]


def _gap(pronoun: Span, candidate: Span) -> int:
    return max(pronoun[0] - candidate[1], candidate[0] - pronoun[1])
