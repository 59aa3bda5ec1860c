"""What stands on a page where two pictures, words on pictures, or sounds are side by side."""

from tests.support.pages import drawn


def views(test, kind):
    """The headers and numbers of what is drawn of one kind, in the order of the page."""
    every = [drawn.opened(component.proto.bytes) for component in drawn.pictures(test)]
    return [view for view in every if view[0]["kind"] == kind]


def told(test):
    """Everything that is said in sentences."""
    return "\n".join(one.value.replace("\\", "") for one in [*test.markdown, *test.info, *test.error])


def ranking(test):
    """The table of heads, the most changed first."""
    return next(frame.value for frame in test.dataframe if "change" in frame.value)
