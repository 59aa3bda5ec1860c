"""When words are said: both ways to write it give the same, and what is wrong is told by its word."""

import json

import pytest

from mha_viz.errors import InputError
from mha_viz.inputs.media.timings import TimedWord, read_spoken, read_timings, spoken_examples, spoken_times
from tests.support.networks.hearing import as_file, tone

WORDS = (TimedWord("the", 0.0, 0.25), TimedWord("black cat", 0.25, 0.75))


@pytest.mark.parametrize(
    "text",
    [
        "0.0\t0.25\tthe\n0.25\t0.75\tblack cat\n\n",
        json.dumps([{"word": each.word, "start": each.start, "end": each.end} for each in WORDS]),
        json.dumps({"words": [{"word": f" {each.word}", "start": each.start, "end": str(each.end)} for each in WORDS]}),
    ],
)  # fmt: skip
def test_lines_and_json_say_the_same(tmp_path, text):
    path = tmp_path / "times.txt"
    path.write_text(text)
    assert read_timings(path) == WORDS


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("the cat sat", r"times.txt holds no timings that can be read: give JSON, \[\{\"word\": \"cat\""),
        ("[1, 2]", r"holds no timings that can be read"),
        ("[" * 9_999, r"holds no timings that can be read"),
        ("", r"times.txt holds 0 words with times: give 2 to 5,000"),
        ("0\t1\tthe\n0.5\t0.4\tcat", r"word 2 \('cat', 0.5 to 0.4 s\) is empty, ends before it begins"),
        ("1\t2\tthe\n0.5\t3\tcat", r"word 2 \('cat', 0.5 to 3 s\)"),
        ("0\t1\t \n1\t3\tcat", r"word 1 \('', 0 to 1 s\)"),
        ("0\t1\tthe\n1\tnan\tcat", r"word 2 \('cat', 1 to nan s\)"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, text, sentence):
    path = tmp_path / "times.txt"
    path.write_text(text)
    with pytest.raises(InputError, match=sentence):
        read_timings(path)


def test_sounds_and_timings_come_in_the_same_order(tmp_path):
    for i in range(2):
        (tmp_path / f"{i}.wav").write_bytes(as_file(tone(0.5)))
        (tmp_path / f"{i}.txt").write_text(f"0\t0.1\tword{i}\n0.1\t0.3\tends")
    sounds, times = ([tmp_path / f"{i}.{end}" for i in range(2)] for end in ("wav", "txt"))
    spoken = read_spoken(sounds, times)
    assert [each.text for each in spoken] == ["word0 ends", "word1 ends"]
    assert [(each.text, each.words) for each in read_spoken(sounds, [])] == [(None, ())] * 2
    with pytest.raises(InputError, match=r"2 sounds but 1 files of timings: give one a sound, or none."):
        read_spoken(sounds, times[:1])


def test_the_spoken_examples_hold_every_word_of_their_sentence():
    examples = spoken_examples()
    assert len(examples) == 8
    for each in examples:
        assert " ".join(word.word for word in each.words) == each.text.rstrip(".")
        assert each.words[-1].end <= each.sound.seconds
        assert each.sound.notes == ()


TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 0.75
tiers? <exists>
size = 3
item []:
    item [1]:
        class = "TextTier"
        name = "clicks 2"
        xmin = 0
        xmax = 0.75
        points: size = 1
        points [1]:
            number = 0.11
            mark = "IntervalTier"
    item [2]:
        class = "IntervalTier"
        name = "phones"
        xmin = 0
        xmax = 0.75
        intervals: size = 1
        intervals [1]:
            xmin = 0
            xmax = 0.75
            text = "dh"
    item [3]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 0.75
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 0.25
            text = "the"
        intervals [2]:
            xmin = 0.25
            xmax = 0.25
            text = ""
        intervals [3]:
            xmin = 0.25
            xmax = 0.75
            text = "black cat"
"""
SHORT = """File type = "ooTextFile"
Object class = "TextGrid"

0
0.75
<exists>
1
"IntervalTier"
"said"
0
0.75
2
0
0.25
"the"
0.25
0.75
"black cat"
"""


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize(
    "text",
    [TEXTGRID, SHORT, "start,end,word\n0,0.25,the\n0.25,0.75,black cat\n", "0,0.25,the\n0.25,0.75,black cat",
     "word\tend\tstart\nthe\t0.25\t0\nblack cat\t0.75\t.25"],
)  # fmt: skip
def test_tables_and_textgrids_say_the_same_from_bytes(text, wide):
    assert read_timings(text.encode("utf-16" if wide else "utf-8")) == WORDS


def test_a_textgrid_holds_quotes_in_words_and_is_refused_without_intervals():
    assert read_timings(SHORT.replace("black cat", 'black ""cat""').encode())[1].word == 'black "cat"'
    for broken in (TEXTGRID.replace('"IntervalTier"', '"TextTier"'), SHORT[: SHORT.index("0.25\n0.75")]):
        with pytest.raises(InputError, match=r"The file holds no timings that can be read"):
            read_timings(broken.encode())


def test_the_times_of_an_example_are_found_by_what_is_said():
    for each in spoken_examples():
        assert spoken_times(each.text) == each.words
    assert spoken_times("nobody says this") == ()
