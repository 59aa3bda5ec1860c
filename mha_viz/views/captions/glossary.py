"""The words that the app uses, each in a sentence or two, and what attention cannot tell."""

from __future__ import annotations

import re

from mha_viz.language import ENGLISH, N_, WITHOUT_SPACES, language, pgettext

GLOSSARY: dict[str, str] = {
    N_("attention"): N_(
        "How much a word takes from each other word while the model reads. In each head it has 100 % to give away."
    ),
    N_("token"): N_(
        "What a model reads a text in: a word, a piece of a word, a sign. A piece that continues a word is marked "
        "“·”. [CLS], [SEP] and the like are tokens that the tokenizer adds."
    ),
    N_("layer, head"): N_(
        "A model is a stack of layers; each has several attention heads side by side. L5 H11 is head 11 of layer 5; "
        "both are counted from 0, as the model's own code counts them."
    ),
    N_("query, key, value"): N_(
        "Each head turns each token into three short vectors: the query says what the token looks for, the key what "
        "it offers, the value what it hands over."
    ),
    N_("pattern"): N_("How a head shares out the attention of each token over all tokens: every row sums to 1."),
    N_("logits"): N_(
        "What enters the softmax that makes the pattern: query · key, scaled. Only differences within a row matter."
    ),
    N_("softmax"): N_(
        "Makes shares out of a row of logits: none is negative, they add up to 1, and a larger logit gets a larger one."
    ),
    N_("output projection"): N_(
        "What turns the outputs of a layer's heads, side by side, into one vector for each token; every head has a "
        "slice of it."
    ),
    N_("contribution"): N_(
        "The length of what a token adds to another's vector through one head: its value, weighted by the pattern "
        "and sent through the output projection."
    ),
    N_("encoder, decoder, cross"): N_(
        "An encoder's tokens look both ways, a decoder's only back (it is causal). With cross-attention a decoder "
        "looks at what the encoder read."
    ),
    N_("other words: .13"): N_(
        "What the other words of the sentence give to the same word, on average. A head that everybody looks through"
        " at one word says little about any of them."
    ),
    N_("sink"): N_(
        "A token, mostly the first or a delimiter, to which a head gives attention that has nowhere better to go."
    ),
    N_("entropy, in nats"): N_(
        "How widely a row is spread: 0 where it looks at one token; the logarithm of their number where it looks at "
        "all alike."
    ),
    N_("bits"): N_(
        "How far two patterns are apart (Jensen–Shannon divergence): 0 where they are equal, 1 where they never look"
        " at the same token."
    ),
    N_("1 − cosine"): N_("How far a vector turns: 0 where it points the same way as before, 1 at a right angle."),
    N_("cluster"): N_("Heads that look alike, grouped (Ward's method) into as many groups as were asked for."),
    N_("flip"): N_(
        "A head flips that looks more at one of two words on the first side, and more at the other word on the second."
    ),
    N_("effect, total and direct"): N_(
        "What becomes of the prediction when a head is changed. Total: with all that follows from it. Direct: with the"
        " other heads handing on what they did before."
    ),
    N_("checkpoint"): N_("The weights of a model as they were after one step of its training."),
    N_("adapter"): N_("A few weights (LoRA) that change what a model does; they belong to one base model."),
    N_("corpus"): N_(
        "Many texts that were collected for measuring; where one counts, its name stands beside the numbers."
    ),
    N_("annotation"): N_(
        "What is marked in a text: which word depends on which, what a pronoun stands for, which words are names."
    ),
    N_("antecedent"): N_("What a pronoun stands for: in “The cat sat on the mat because it was tired”, the cat."),
    N_("induction"): N_(
        "Where a token comes again, looking at what followed it before: so a model can go on with what it has read."
    ),
    N_("offset"): N_(
        "A place counted from a word: offset −1 is the word before it, offset 1 the next one. A head that always looks"
        " at one offset need not know what the words mean."
    ),
    N_("dependent → head, head → dependent"): N_(
        "Of a dependency in the syntax of a sentence, from the dependent to the word that it hangs on, or the other "
        "way: “cat” is the subject of “sat”, so dependent → head is from “cat” to “sat”."
    ),
    N_("twins"): N_(
        "Two sentences that differ in one word which turns the answer round: “… because it was tired”, “… because it"
        " was dirty”. A head must be right in both."
    ),
    N_("gold, silver"): N_("Annotation by people, or by a parser that makes mistakes."),
    N_("rule, chance, random weights"): N_(
        "What a score has to beat: the best simple rule (“the word before”), guessing (an even choice, or an even "
        "spread), and the best head of an untrained model: the same network with random weights."
    ),
    N_("95 % interval"): N_(
        "In square brackets: a range made in such a way that in 95 of 100 repetitions it would hold the true value."
    ),
    N_("established"): N_(
        "The head does this on text that it was not chosen on, clearly more than any simple rule, chance and random "
        "weights, also after a correction for how many heads were tried."
    ),
    N_("consistent with"): N_("More than chance, but not clearly more than a simple rule, or not tested as strictly."),
    N_("mostly a simple rule"): N_(
        "A simple rule gets nearly as much, so the head need not know anything of the relation."
    ),
    N_("not enough evidence, too few"): N_("The text or the corpus has too few cases to say more."),
    N_("alignment error rate"): N_(
        "Each word of a translation is linked to the word of the source that a head gives most from there: the rate is "
        "the share of these links, and of the sure ones that people made, which do not agree; 0 where all do, 1 where "
        "none does (Och & Ney 2003)."
    ),
    N_("profile"): N_("Every score of every head of one model, measured over corpora, with intervals and verdicts."),
    N_("rollout"): N_(
        "Where the input of each token has come to after some layers, if attention alone moved it; a rough guide."
    ),
}
# How English writes them, as regular expressions that Python and browsers read alike: no groups that capture. Of two
# that begin at the same place the first counts. "Keys" are also those of a keyboard, "value" is any number.
WRITTEN = {
    "dependent → head, head → dependent": "dependents? → heads?|heads? → dependents?|dependents?|dependenc(?:y|ies)",
    "mostly a simple rule": "mostly a simple rule", "consistent with": "consistent with",
    "not enough evidence, too few": "not enough evidence|too few", "established": "established",
    "alignment error rate": "alignment error rates?", "95 % interval": "(?:95 % )?intervals?",
    "other words: .13": "other words",
    "rule, chance, random weights": "(?:simple )?rules?|random weights|untrained (?:model|network)s?|"
    "even (?:spread|choice)|chance",
    "output projection": "output projection", "effect, total and direct": "(?:total|direct) effects?",
    "1 − cosine": "1 − cosine", "softmax": "softmax", "logits": "logits?", "contribution": "contributions?",
    "encoder, decoder, cross": "encoders?|decoders?|cross-attention|causal", "attention": "attention",
    "token": "tokens?", "query, key, value": "quer(?:y|ies)|(?<=no )keys?|(?<=over the )keys?",
    "pattern": "patterns?", "rollout": "rollout", "sink": "sinks?", "entropy, in nats": "entropy|nats",
    "bits": r"(?<!\b[48] )(?<!16 )bits|(?<=1 )bit", "cluster": "clusters?", "flip": "flips?", "twins": "twins?",
    "gold, silver": "gold|silver",
    "checkpoint": "checkpoints?", "adapter": "adapters?", "corpus": "corpus|corpora", "profile": "profiles?",
    "annotation": "annotations?|annotated", "antecedent": "antecedents?", "induction": "induction",
    "offset": "offsets?", "layer, head": "L\\d+(?: H\\d+)?|heads?|layers?",
}  # fmt: skip


def called() -> dict[str, str]:
    """How texts in the language of the run call terms, where a text explains a term at its first use: regular
    expressions of whole words. Of a language without spaces between words they need not be whole.
    """
    # TRANSLATORS: as texts of the language have the word, in every form; | between two forms, ? after what may lack
    return {
        "attention": pgettext("regular expression", "attention"),
        "layer, head": pgettext("regular expression", "heads?|layers?"),
        "token": pgettext("regular expression", "tokens?"),
        "pattern": pgettext("regular expression", "patterns?"),
        "query, key, value": pgettext("regular expression", "quer(?:y|ies)"),
        "logits": pgettext("regular expression", "logits?"),
        "contribution": pgettext("regular expression", "contributions?"),
        "sink": pgettext("regular expression", "sinks?"),
        "established": pgettext("regular expression", "established"),
        "profile": pgettext("regular expression", "profiles?"),
        "twins": pgettext("regular expression", "twins"),
        "entropy, in nats": pgettext("regular expression", "entropy"),
        "rollout": pgettext("regular expression", "rollout"),
    }


def _called_elsewhere() -> dict[str, str]:
    """The same of terms that no lesson has to explain."""
    # TRANSLATORS: as texts of the language have the word, in every form; | between two forms, ? after what may lack
    return {
        "softmax": pgettext("regular expression", "softmax"),
        "output projection": pgettext("regular expression", "output projection"),
        "encoder, decoder, cross": pgettext("regular expression", "encoders?|decoders?|cross-attention|causal"),
        "other words: .13": pgettext("regular expression", "other words"),
        "bits": pgettext("regular expression", "bits"),
        "1 − cosine": pgettext("regular expression", "1 − cosine"),
        "cluster": pgettext("regular expression", "clusters?"),
        "flip": pgettext("regular expression", "flips?"),
        "effect, total and direct": pgettext("regular expression", "(?:total|direct) effects?"),
        "checkpoint": pgettext("regular expression", "checkpoints?"),
        "adapter": pgettext("regular expression", "adapters?"),
        "corpus": pgettext("regular expression", "corpus|corpora"),
        "annotation": pgettext("regular expression", "annotations?|annotated"),
        "antecedent": pgettext("regular expression", "antecedents?"),
        "induction": pgettext("regular expression", "induction"),
        "offset": pgettext("regular expression", "offsets?"),
        "dependent → head, head → dependent": pgettext("regular expression", "dependents?|dependenc(?:y|ies)"),
        "gold, silver": pgettext("regular expression", "gold|silver"),
        "alignment error rate": pgettext("regular expression", "alignment error rates?"),
        "rule, chance, random weights": pgettext("regular expression", "rules?|chance|random weights|even spread"),
        "95 % interval": pgettext("regular expression", "intervals?"),
        "consistent with": pgettext("regular expression", "consistent with"),
        "mostly a simple rule": pgettext("regular expression", "mostly a simple rule"),
        "not enough evidence, too few": pgettext("regular expression", "not enough evidence|too few"),
    }


def written() -> dict[str, str]:
    """How texts in the language of the run write every term: regular expressions of whole words, in the order of
    ``WRITTEN``.
    """
    if language() == ENGLISH:
        return WRITTEN
    names = {**called(), **_called_elsewhere()}
    names["layer, head"] = rf"L\d+(?: H\d+)?|{names['layer, head']}"  # names of heads are the same everywhere
    return {term: names[term] for term in WRITTEN}


def terms_in(text: str) -> list[str]:
    """The terms of the glossary that a text uses, in the order of the glossary.

    >>> terms_in("Two *heads* of a layer, and the token that they overhead.")
    ['token', 'layer, head']
    """
    names, edge = called(), "" if language() in WITHOUT_SPACES else r"\b"
    found = {term for term, name in names.items() if re.search(f"{edge}(?:{name}){edge}", text, re.IGNORECASE)}
    return [term for term in GLOSSARY if term in found]


CANNOT_TELL = N_(
    "**What attention cannot tell.** A pattern shows where a head takes its information from, not what it does with "
    "it, and not whether the model needs it. A head can look at the right word and change nothing; another can "
    "decide without looking there. A head that does something in one sentence may do something else in the next: "
    "general claims here rest on corpora, and say on how many cases."
)
