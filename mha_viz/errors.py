"""What can go wrong, as one clear sentence each: what was found, and what would work."""

from mha_viz.language import N_, lazy_gettext

# Why a model does not go on with a text.
READS_BOTH_WAYS = N_(
    "{model} reads a text in both directions and cannot go on with it: choose a causal language model."
)
NO_HEAD = N_("{model} cannot go on with a text: its files hold no language-model head.")
TOO_MANY_MORE = N_(
    "This text has {n} tokens and {more} more would make {all}; {model} reads at most {most}. Shorten it, or generate "
    "fewer tokens."
)
LONGEST = 300  # characters of what another library says


class MhaVizError(Exception):
    """Any refusal of this package. Its text is written for the person who typed the input."""


class InputError(MhaVizError):
    """A text, a word, a layer or a setting that cannot be used as given."""


class TooLongError(InputError):
    """A text of more tokens than are read here.

    Attributes
    ----------
    n, most : int
        How many it has, and how many are read; in ``unit``, tokens or characters.
    text : str
        The text, where it is one alone; else empty.
    is_of_model : bool
        Whether it is the model that reads no more; a longer one may.
    """

    def __init__(
        self, message: str, n: int, most: int, text: str = "", unit: str = "tokens", *, is_of_model: bool = False
    ) -> None:
        super().__init__(message)
        self.n, self.most, self.text, self.unit, self.is_of_model = n, most, text, unit, is_of_model


def too_long_for(model_name: str, n: int, most: int, text: str) -> TooLongError:
    """A text of more tokens than a model reads; ``text`` is empty where it is not one alone."""
    message = N_(
        "This text has {n} tokens; {model} reads at most {most}. Shorten it, or choose a model with a longer window."
    )
    return TooLongError(lazy_gettext(message, n=n, model=model_name, most=most), n, most, text, is_of_model=True)


class CannotGoOnError(InputError):
    """A model that is asked to go on with a text, and reads in both directions or holds no language-model head."""


class ModelError(MhaVizError):
    """A model that cannot be found, fetched, verified or loaded."""


class UnreadableModelError(ModelError):
    """A model that runs, but whose attention cannot be read exactly. We refuse it by name instead of guessing."""


class NotSeenError(MhaVizError):
    """A quantity that this capture does not hold, for example the queries of a model read from outside."""


class StorageError(MhaVizError):
    """A folder that cannot be written to, or that has too little room for what belongs there."""


class BusyError(MhaVizError):
    """Work that would keep its reader waiting too long: it can be tried again."""


def in_one_line(error: Exception) -> str:
    """What an error of another library says, for a sentence of ours: its first line, with what follows a colon.

    >>> in_one_line(ValueError("Found none of:\\n  a.json,\\n  b.json"))
    'Found none of: a.json, b.json'
    """
    first, *rest = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    while rest and first.endswith((":", ",")):
        first = f"{first} {rest.pop(0)}"
    return first if len(first) <= LONGEST else first[:LONGEST].rpartition(" ")[0] + " …"
