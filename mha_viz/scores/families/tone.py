"""Whether heads give more attention to words that set the tone: evaluative, intensifying, formal and informal ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from math import log10
from pathlib import Path
from xml.etree import ElementTree

import torch
from torch import Tensor

from mha_viz.annotation.annotated import Annotated
from mha_viz.errors import ModelError
from mha_viz.scores.counting import Counts, Tally
from mha_viz.scores.items import Key

EVALUATIVE, INTENSIFIER, FORMALITY = "evaluative words", "intensifiers", "formality markers"
POLAR = 0.3  # polarity from which a word counts as evaluative: much of what lies below is plain (new, other, first)
SUBJECTIVE = 0.5  # subjectivity above which it does: many and more are as polar as nice to the lexicon, but not so
SIMILAR = 1.0  # orders of magnitude in frequency that a word of comparison may differ by
PENN = {"ADJ": "JJ", "NOUN": "NN", "VERB": "VB", "ADV": "RB", "INTJ": "UH"}  # the classes of the lexicon
_ADVERBS = (
    "absolutely altogether completely enormously entirely extremely fully greatly highly intensely perfectly strongly"
    " thoroughly totally utterly very almost barely hardly merely mildly nearly only partially partly practically"
    " scarcely slightly somewhat really"
)
_MARKERS = (
    "alternatively consequently conversely furthermore hence however likewise moreover namely nevertheless nonetheless"
    " notwithstanding similarly therefore thus viz viz. anyhow anyway anyways"
)
CONTRACTIONS = {"n't": "not", "'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would"}
INTENSIFIERS, FORMALITY_MARKERS = frozenset(_ADVERBS.split()), frozenset((*_MARKERS.split(), *CONTRACTIONS))


@dataclass(frozen=True)
class Lexicon:
    """``polarity`` of subjective words by (word, class of ``PENN``), −1 to 1; ``frequency``, counts in a large text."""

    polarity: Mapping[tuple[str, str], float]
    frequency: Mapping[str, int]


def tone_tallies(
    word_map: Tensor, annotated: Annotated, *, is_causal: bool = False, missing: Collection[int] = (),
    lexicon: Lexicon | None = None,
) -> dict[Key, Tally]:  # fmt: skip
    """Which share of attention a word that sets the tone receives, of what it and a like word receive together.

    Parameters
    ----------
    word_map : Tensor of shape (..., n_word, n_word)
        Of ``annotated_word_map``, of one sentence.
    annotated : Annotated
        With tags; lemmas help.
    is_causal : bool
        Whether words never look ahead: then only words after both of them are asked.
    missing : collection of int
        Words without a token of their own.
    lexicon : Lexicon, optional
        ``english`` by default.

    Returns
    -------
    dict of (score, None) to Tally
        Only scores whose words stand in the sentence. Each such word is paired with a word of the same UPOS that is in
        no list, the nearest in frequency, at most ten times as frequent or rare. Hits are the sum over pairs of the
        share, 0 to 1, that the word gets of all attention from other words to the two; a pair that a head gives nothing
        does not count for it. Chance is a half each: a head that does not care. A word is left out, and counted,
        where the sentence has no word to pair it with, or (in a causal model) none after both.

    Notes
    -----
    Evaluative words come from the lexicon of TextBlob, by their class: polar by ``POLAR`` and rather subjective than
    not. Intensifiers are Biber's amplifiers and downtoners, and *really*; formality markers are conjuncts that he lists
    (formal) and, for informal, discourse particles and contractions, which are taken to be as frequent as what they
    are short for. Words that mostly are something else (well, now, rather, 's) are left out.

    References
    ----------
    .. [1] De Smedt & Daelemans (2012), "Pattern for Python", JMLR 13: the lexicon that TextBlob carries.
    .. [2] Biber (1988), "Variation across Speech and Writing", appendix II: the lists.
    """
    lexicon = lexicon or english()
    marked = tone_words(annotated, lexicon)
    of_a_list = {word for words in marked.values() for word in words}
    like = [i for i in range(len(annotated)) if i not in of_a_list and i not in missing]
    n_word = len(annotated)
    tallies: dict[Key, Tally] = {}
    for score, words in marked.items():
        compared = [(word, _like(word, like, annotated, lexicon)) for word in words if word not in missing]
        pairs = [(a, b) for a, b in compared if b is not None and not (is_causal and max(a, b) == n_word - 1)]
        share = _shares(word_map, pairs, is_causal)
        counts = Counts(share.nan_to_num(0.0).sum(dim=-1), (~share.isnan()).sum(dim=-1).double())
        tallies[score, None] = Tally(counts, {}, len(pairs) / 2, len(words) - len(pairs))
    return tallies


def tone_words(annotated: Annotated, lexicon: Lexicon) -> dict[str, list[int]]:
    """The words of a sentence that set its tone, by score; a word is in the first list that has it."""
    by_score: dict[str, list[int]] = {}
    for i, (word, tag) in enumerate(zip(annotated.words, annotated.tags, strict=False)):
        forms = (_folded(word), _folded(annotated.lemmas[i]) if annotated.lemmas else "")
        if forms[0] in FORMALITY_MARKERS:
            score = FORMALITY
        elif tag == "ADV" and forms[0] in INTENSIFIERS:
            score = INTENSIFIER
        elif (
            abs(next((lexicon.polarity[form, tag] for form in forms if (form, tag) in lexicon.polarity), 0.0)) >= POLAR
        ):
            score = EVALUATIVE
        else:
            continue
        by_score.setdefault(score, []).append(i)
    return by_score


@cache
def english() -> Lexicon:
    """Polarity and frequency of English words, as TextBlob carries them; read once, without importing TextBlob, which
    takes seconds for its taggers.
    """
    frequency = {}
    for line in _carried("en-spelling.txt").read_text(encoding="utf-8").splitlines():
        word, _, count = line.partition(" ")
        if count.isdecimal():
            frequency[word.casefold()] = int(count)
    return Lexicon(_polarity(), frequency)


def _polarity() -> dict[tuple[str, str], float]:
    """The mean over the senses of a word in each class, of classes that are rather subjective than not.

    Adverbs are made from adjectives, as TextBlob does: *terribly* of *terrible*.
    """
    senses: dict[tuple[str, str | None], list[tuple[float, float]]] = {}
    for entry in ElementTree.parse(_carried("en-sentiment.xml")).getroot().iter("word"):  # noqa: S314 - of a package
        said = entry.attrib
        measured = float(said.get("polarity", 0.0)), float(said.get("subjectivity", 0.0))
        senses.setdefault((said["form"], said.get("pos")), []).append(measured)
    means = {
        key: (sum(polar for polar, _ in of) / len(of), sum(subjective for _, subjective in of) / len(of))
        for key, of in senses.items()
    }
    of_adjectives = {_adverb(form): mean for (form, penn), mean in means.items() if penn == PENN["ADJ"]}
    means |= {(adverb, PENN["ADV"]): mean for adverb, mean in of_adjectives.items()}
    return {
        (form, tag): means[form, penn][0]
        for form in dict.fromkeys(form for form, _ in means)
        for tag, penn in PENN.items()
        if (form, penn) in means and means[form, penn][1] > SUBJECTIVE
    }


def _adverb(adjective: str) -> str:
    """TextBlob's rule, which spells some adverbs as nobody does: those match nothing."""
    stem = f"{adjective[:-1]}i" if adjective.endswith("y") else adjective
    return f"{stem[:-2] if stem.endswith('le') else stem}ly"


def _carried(name: str) -> Path:
    """A file that TextBlob carries for English."""
    package = find_spec("textblob")
    if package is None or package.origin is None:
        raise ModelError("The word lists of tone come with textblob, which is not installed: pip install textblob.")
    return Path(package.origin).parent / "en" / name


def _like(word: int, others: Sequence[int], annotated: Annotated, lexicon: Lexicon) -> int | None:
    """The word of the same class that is nearest in frequency, of equal ones the nearest in place."""

    def rarity(i: int) -> float:
        word = _folded(annotated.words[i])
        return log10(lexicon.frequency.get(CONTRACTIONS.get(word, word), 0) + 1)

    same = [i for i in others if annotated.tags[i] == annotated.tags[word] and abs(rarity(i) - rarity(word)) <= SIMILAR]
    return min(same, key=lambda i: (abs(rarity(i) - rarity(word)), abs(i - word)), default=None)


def _folded(word: str) -> str:
    return word.casefold().replace("’", "'")


def _shares(word_map: Tensor, pairs: Sequence[tuple[int, int]], is_causal: bool) -> Tensor:
    """What the first of each pair gets of all that other words give the two, (..., pair); nan where that is nothing."""
    queries = torch.zeros(len(pairs), word_map.shape[-1])
    for row, pair in zip(queries, pairs, strict=True):
        row[max(pair) if is_causal else 0 :] = 1.0
        row[list(pair)] = 0.0
    both = torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).T
    mine, other = (
        torch.einsum("...qp,pq->...p", word_map[..., side], queries.to(word_map)).cpu().double() for side in both
    )
    return mine / (mine + other)
