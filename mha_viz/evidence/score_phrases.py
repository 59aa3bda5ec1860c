"""The tables of what heads do that have a score, as messages; ``score_names`` says which of them is meant."""

from mha_viz.language import N_

# Words of time, place and cause: one of them, what it opens, and what that is said of.
CONNECTIVES = {
    "time": (
        "when", N_("points from a word like {word} to the time that it gives"),
        N_("points from a word like {word} to what happened then"),
    ),
    "place": (
        "near", N_("points from a word like {word} to the place that it gives"),
        N_("points from a word like {word} to what is there"),
    ),
    "cause": (
        "because", N_("points from a word like {word} to the cause that it gives"),
        N_("points from a word like {word} to what it explains"),
    ),
}  # fmt: skip
TONE = "gives {words} {} of the attention that they and words like them receive"
TONES = {
    "evaluative words": N_("gives evaluative words {} of the attention that they and words like them receive"),
    "formality markers": N_("gives formality markers {} of the attention that they and words like them receive"),
    "intensifiers": N_("gives intensifiers {} of the attention that they and words like them receive"),
}
# What a head does; "in 74 % of 1,169 cases" follows, unless the value has a place of its own in the sentence.
DOES = {
    "looks at itself": N_("looks most at the token itself"),
    "previous token": N_("looks most at the token just before"),
    "next token": N_("looks most at the token just after"),
    "pronoun → antecedent": N_("points from a pronoun to an earlier mention of the same person or thing"),
    "name → earlier mention": N_("points from a name to an earlier mention of the same thing"),
    "noun → earlier mention": N_("points from a noun to an earlier mention of the same thing"),
    "pronoun → name": N_("points from a pronoun to the name it stands for, rather than to another name,"),
    "twins": N_("picks the right noun in both sentences of a pair like tired/dirty"),
    "later mention → first mention": N_("points from a name to its first mention"),
    "later name → first name spelled the same": N_("points from a name to the first name that is spelled the same"),
    "inside a name": N_("points from a word of a name to another word of it"),
    "bracket": N_("points from a closing bracket to the one that it closes"),
    "identifier": N_("points from an identifier to an earlier place where it stands"),
    "definition": N_("points from the use of a name to its definition"),
    "block": N_("points from a line of a block to the keyword that opens the block"),
    "indentation": N_("points from a line to the line before it in the same block"),
    "attention to previous": N_("gives {} of its attention to the token just before"),
    "attention to next": N_("gives {} of its attention to the token just after"),
    "first token": N_("gives {} of its attention to the first token"),
    "delimiters": N_("gives {} of its attention to special tokens and punctuation"),
    "attention to itself": N_("gives {} of its attention to the token itself"),
    "induction": N_("gives {} of its attention to what followed an earlier copy of the token"),
    "duplicate token": N_("gives {} of its attention to earlier copies of the token"),
    "induction on random tokens": N_("gives {} of its attention to what followed an earlier copy of a random token"),
    "duplicate token on random tokens": N_("gives {} of its attention to earlier copies of a random token"),
    "entropy": N_("spreads its attention with an entropy of {}"),
    "mean distance": N_("looks {} away on average"),
    "effective keys": N_("shares its attention among {}"),
    "longest reach": N_("looks up to {} away on average"),
    "similar words": N_("looks at words of similar meaning, with a correlation of {}"),
    "word ratings": N_("looks at words that people find similar, with a correlation of {}"),
}
# What scores are called in menus and tables; those of dependencies go by what treebanks call them.
SCORES = (
    N_("looks at itself"), N_("previous token"), N_("2 tokens back"), N_("3 tokens back"), N_("4 tokens back"),
    N_("5 tokens back"), N_("next token"), N_("2 tokens ahead"), N_("3 tokens ahead"), N_("4 tokens ahead"),
    N_("5 tokens ahead"), N_("attention to previous"), N_("attention to next"), N_("entropy"), N_("mean distance"),
    N_("effective keys"), N_("longest reach"), N_("first token"), N_("delimiters"), N_("attention to itself"),
    N_("induction"), N_("duplicate token"), N_("induction on random tokens"), N_("duplicate token on random tokens"),
    N_("pronoun → antecedent"), N_("name → earlier mention"), N_("noun → earlier mention"), N_("pronoun → name"),
    N_("twins"), N_("later mention → first mention"), N_("later name → first name spelled the same"),
    N_("inside a name"), N_("time: what it opens"), N_("time: what that is said of"), N_("place: what it opens"),
    N_("place: what that is said of"), N_("cause: what it opens"), N_("cause: what that is said of"), N_("bracket"),
    N_("identifier"), N_("definition"), N_("block"), N_("indentation"), N_("evaluative words"),
    N_("formality markers"), N_("intensifiers"), N_("similar words"), N_("word ratings"),
)  # fmt: skip
# Simple rules that know more than a distance and less than a word's form.
RULES = (
    N_("first same word"), N_("nearest same word"), N_("nearest mention"), N_("nearest subject"),
    N_("nearest candidate"), N_("first candidate"), N_("nearer words"), N_("embeddings"), N_("first same token"),
    N_("nearest same token"), N_("first word"), N_("first word of the line before"),
)  # fmt: skip
# Words that rules of word form know, beside those that treebanks have relations of.
CLASSES = (
    N_("verb"), N_("noun"), N_("adjective"), N_("adposition"), N_("adverb"), N_("auxiliary"), N_("determiner"),
    N_("name"), N_("pronoun"), N_("noun, name or pronoun"), N_("verb or auxiliary"), N_("subordinating conjunction"),
    N_("keyword"), N_("opening bracket"), N_("opening bracket of its shape"), N_("closing bracket"), N_("sign"),
    N_("word of 2 letters at most"), N_("word of 3 letters at most"), N_("word of 4 letters at most"),
    N_("word with a capital"),
)  # fmt: skip
UNITS = (N_("share of attention"), N_("share of queries"), N_("share of items"), N_("Spearman's correlation"))
