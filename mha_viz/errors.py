"""What can go wrong, as one clear sentence each: what was found, and what would work."""


class MhaVizError(Exception):
    """Any refusal of this package. Its text is written for the person who typed the input."""


class InputError(MhaVizError):
    """A text, a word, a layer or a setting that cannot be used as given."""


class ModelError(MhaVizError):
    """A model that cannot be found, fetched, verified or loaded."""


class UnreadableModelError(ModelError):
    """A model that runs, but whose attention cannot be read exactly. We refuse it by name instead of guessing."""


class NotSeenError(MhaVizError):
    """A quantity that this capture does not hold, for example the queries of a model read from outside."""


class BusyError(MhaVizError):
    """Work that would keep its reader waiting too long: it can be tried again."""
