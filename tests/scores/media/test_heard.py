"""Who listens in a sound, and what to: words as they are written, moments in windows."""

import pytest
import torch

from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.inputs.media.sound import read_sound
from mha_viz.recording.capture import capture
from mha_viz.scores.media import heard
from mha_viz.scores.media.heard import (
    heard_frame,
    heard_overview,
    rows_of_head,
    rows_of_listener,
    stretches_listening,
    who_listens,
    windows_of,
    words_listening,
)
from mha_viz.scores.media.listening import listening_frame
from tests.support.networks.families import text_model
from tests.support.networks.hearing import RATE, SLOW, tone, wav2vec2, whisper


@pytest.fixture(scope="module")
def found():
    return capture(whisper(), read_sound(tone(0.6, RATE), RATE), target="the cat sat")  # 7 frames of 11


def cross(found):
    return torch.cat([pattern(found, layer, kind="cross") for layer in found.layers_of("cross")])


def test_a_word_listens_in_the_row_in_which_it_is_written(found):
    who = words_listening(found)
    assert (who.labels, who.groups, who.frames) == (("the", "cat", "sat"), [[1], [2], [3]], range(7))
    seen = heard_overview(found, who)
    assert seen.side == 1
    torch.testing.assert_close(seen.pooled, cross(found)[:, 1:4, :7], rtol=0, atol=1e-6)
    torch.testing.assert_close(seen.rest, cross(found)[:, 1:4, 7:].sum(-1), rtol=0, atol=1e-6)
    torch.testing.assert_close(rows_of_listener(found, who, 2), cross(found)[:, 3, :7], rtol=0, atol=1e-6)
    layer, head = seen.heads[3]
    exact = pattern(found, layer, kind="cross")[head, 1:4, :7]
    torch.testing.assert_close(rows_of_head(found, who, (layer, head)), exact, rtol=0, atol=1e-6)


def test_moments_are_means_over_their_frames(found, monkeypatch):
    monkeypatch.setattr(heard, "STRETCH", 3 / 11)
    who = stretches_listening(found)
    assert (who.groups, who.labels) == ([[0, 1, 2], [3, 4, 5], [6]], ("0.00 s", "0.27 s", "0.55 s"))
    whole = torch.cat([pattern(found, layer, kind="encoder") for layer in found.layers_of("encoder")])
    exact = torch.stack([whole[:, group, :7].mean(1) for group in who.groups], dim=1)
    torch.testing.assert_close(heard_overview(found, who).pooled, exact, rtol=0, atol=1e-6)
    assert heard_overview(found, who).rises is None


def test_frames_are_taken_together_where_there_are_many(found, monkeypatch):
    who = words_listening(found)
    exact = heard_overview(found, who).pooled
    monkeypatch.setattr(heard, "MOST_CELLS", exact.numel() // 3)
    seen = heard_overview(found, who)
    assert seen.side == 3  # 7 frames: blocks of 3, 3 and 1
    sums = torch.stack([exact[..., :3].sum(-1), exact[..., 3:6].sum(-1), exact[..., 6]], dim=-1)
    torch.testing.assert_close(seen.pooled, sums, rtol=0, atol=1e-6)


def test_a_window_is_part_of_the_sound_and_never_past_its_end(monkeypatch):
    monkeypatch.setattr(heard, "WINDOW", 0.1)  # 22 frames of 10 samples
    found = capture(wav2vec2(), read_sound(tone(0.25, SLOW), SLOW))
    monkeypatch.setattr(heard, "STRETCH", 5 * 10 / SLOW)
    n = len(found.key_positions["encoder"])
    assert windows_of(found) == pytest.approx((0.0, 0.1, 0.2))
    assert stretches_listening(found).frames == range(22)
    assert stretches_listening(found, 0.1).frames == range(20, 42)  # a stretch begins at a multiple of its frames
    assert stretches_listening(found, 0.2).frames == range(n - 22, n)
    assert who_listens(found) == ("moments",)
    with pytest.raises(InputError, match="tiny wav2vec2 writes no words"):
        words_listening(found)


def test_the_numbers_of_one_listener_as_a_table(found):
    who = words_listening(found)
    table = heard_frame(found, who, 1)
    assert list(table.columns) == ["layer", "head", "listener", "begin", "end", "attention"]
    assert len(table) == len(cross(found)) * 7
    assert set(table["listener"]) == {"cat"}
    assert table["attention"].tolist() == pytest.approx(cross(found)[:, 2, :7].flatten().tolist(), abs=1e-6)
    assert table["end"][0] == pytest.approx(1 / 11, abs=1e-6)


def test_it_rises_as_the_moments_of_the_terminal_do(found):
    seen = heard_overview(found, words_listening(found))
    for (layer, head), rises in zip(seen.heads, seen.rises, strict=True):
        times = listening_frame(found, layer, head)["written"].tolist()
        pairs = [(b > a) - (b < a) for i, a in enumerate(times) for b in times[i + 1 :]]
        assert rises == pytest.approx(sum(pairs) / len(pairs))


def test_what_has_no_sound_or_no_word():
    text = capture(text_model("bert")[1], "the cat sat")
    with pytest.raises(InputError, match="This capture is not of a sound"):
        words_listening(text)
    first = capture(whisper(), read_sound(tone(0.5, RATE), RATE)).query_positions["decoder"].ids[2]
    silent = capture(whisper(eos_token_id=first), read_sound(tone(0.5, RATE), RATE))
    assert who_listens(silent) == ("moments",)
    with pytest.raises(InputError, match="The transcript holds no word"):
        words_listening(silent)
