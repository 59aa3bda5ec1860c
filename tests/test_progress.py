"""How far a piece of work is: said by the work, read and heard by whoever waits."""

import pytest

from mha_viz import progress as progress_module
from mha_viz.progress import Progress, progress_bar, progress_of


@pytest.fixture
def clock(monkeypatch):
    """What the time is, in seconds: the test sets it."""
    now = [100.0]
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: now[0])
    return now


def test_what_is_done_of_how_much_is_a_share_and_words_stay_until_there_are_others():
    progress = Progress("beginning")
    assert (progress.share, progress.what) == (0.0, "beginning")
    progress(3, total=12)
    assert (progress.done, progress.total, progress.share, progress.what) == (3, 12, 0.25, "beginning")
    progress(0.75, "later")
    assert (progress.total, progress.share, progress.what) == (1.0, 0.75, "later")


def test_a_share_is_between_nothing_and_all():
    progress = Progress()
    progress(17, total=13)
    assert progress.share == 1.0
    progress(-1)
    assert progress.share == 0.0


def test_whoever_listens_hears_every_call_and_may_end_the_work():
    heard = []

    def hear(share, what):
        heard.append((share, what))
        if share > 0.5:
            raise KeyboardInterrupt

    progress = Progress("reading", hear)
    progress(2, total=5)
    with pytest.raises(KeyboardInterrupt):
        progress(3, "weighing", total=5)
    assert heard == [(0.4, "reading"), (0.6, "weighing")]
    assert (progress.share, progress.what) == (0.4, "reading")  # it ended before it was so far


def test_a_part_says_how_far_the_whole_is():
    whole = Progress()
    part = whole.part(0.5, 0.9, "seed 7: ")
    part(1, "step 1 of 4", total=4)
    assert whole.share == pytest.approx(0.6)
    assert whole.what == "seed 7: step 1 of 4"
    assert part.share == 0.25


def test_the_time_left_goes_by_the_pace_since_the_work_began(clock):
    progress = Progress()
    assert progress.seconds_left is None
    clock[0] = 130.0  # it has waited for half a minute
    progress(10, total=100)
    assert progress.seconds_left is None
    clock[0] = 136.0
    progress(40, total=100)  # thirty in six seconds
    assert progress.seconds_left == pytest.approx(12.0)
    progress(100, total=100)
    assert progress.seconds_left == 0


def test_what_a_caller_gives_is_called_and_nothing_need_be_given():
    heard = []
    progress_of(lambda share, what: heard.append((share, what)))(0.5, "half")
    assert heard == [(0.5, "half")]
    progress_of(None)(0.5, "half")
    given = Progress()
    assert progress_of(given) is given


def test_the_bar_shows_the_share_and_the_words(monkeypatch):
    class Bar:
        def __init__(self, **_settings):
            self.shown = []

        def __enter__(self):
            return self

        def __exit__(self, *_error):
            bars.append(self)

        def set_description_str(self, text, **_when):
            self.text = text

        def refresh(self):
            self.shown.append((self.text, self.n))

    bars = []
    monkeypatch.setattr(progress_module, "tqdm", Bar)
    with progress_bar() as progress:
        progress(1, "a", total=8)
        progress(1.0)
    assert bars[0].shown == [("a", 12), ("a", 100)]
