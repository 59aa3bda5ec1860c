"""Whatever comes from outside, drawn at random: it works, or one sentence says what is wrong, and it ends."""

import argparse
import contextlib
import inspect
import json
import os
import re
from functools import cache
from types import SimpleNamespace

import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from streamlit.proto.WidgetStates_pb2 import WidgetState

import mha_viz
from mha_viz.annotation.annotated import Annotated, Arc
from mha_viz.annotation.corrections import fitting, marked
from mha_viz.annotation.files.gap import read_gap
from mha_viz.annotation.files.name_tags import read_iob2
from mha_viz.annotation.files.pronoun_pairs import read_twins
from mha_viz.annotation.files.ratings import read_ratings
from mha_viz.annotation.files.treebanks import read_conllu
from mha_viz.annotation.files.uploads import read_upload
from mha_viz.annotation.marks import ITEM, read_marks, write_marks
from mha_viz.attention.head_filter import CONDITION, NAME, filtered_heads
from mha_viz.cli.main import build_parser, main
from mha_viz.errors import InputError, ModelError
from mha_viz.evidence.corpus.profile import load_profile
from mha_viz.evidence.one_text import COLUMNS
from mha_viz.models import load
from mha_viz.models.fetching import fetch
from mha_viz.table_files import to_parquet
from mha_viz.ui.parts.clicks import CLICKS, read_click
from mha_viz.ui.shell.settings import SETTINGS
from mha_viz.ui.shell.widgets import fault_of
from tests.support.fuzzing import in_time, is_utf8, jsons, numbers, texts, tries
from tests.support.public import FUNCTIONS, MADE, SLOW, arguments_of, call, working

pytestmark = pytest.mark.filterwarnings("ignore")  # of other libraries, on what they are given


def assert_is_a_sentence(sentence, most=700):
    shown = sentence.translate(dict.fromkeys((0x2068, 0x2069)))  # signs of ours around what runs from the right
    assert shown.isprintable(), sentence
    assert 0 < len(sentence) < most, sentence


# ---- commands


_loaded = cache(load.load_model)


@pytest.fixture
def desk(tmp_path_factory, folder):
    """A machine without network, in a folder of its own, where a model is loaded once; nothing long begins."""

    def refuse(*_given, **_named):
        raise ModelError("It would begin here.")

    place = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        for name, text in SOUND.items():
            (place / name).write_text(text, encoding="utf-8")
        patch.setenv("MHA_VIZ_CACHE", str(place / "cache"))
        patch.setattr("mha_viz.models.fetching.hub._ask_hub", lambda *_given: refuse())
        patch.setattr(fetch, "download_wheels", refuse)
        patch.setattr(load, "load_model", lambda name, **_named: _loaded(name))
        for name in (
            "main.serve",
            "classroom.serve",
            "train.trained",
            "train_tables.watch",
            "train_tables.head_counts",
        ):
            patch.setattr(f"mha_viz.cli.{name}", refuse)
        for name in ("main", "classroom"):
            patch.setattr(f"mha_viz.cli.{name}.refuse_taken_port", lambda *_given: None)
        patch.setattr("mha_viz.evidence.corpus.profile.weigh_corpus", refuse)
        patch.setattr("mha_viz.evidence.corpus.reading.read_corpus", refuse)
        patch.setattr("mha_viz.evidence.text_types.measured.text_type_scores", refuse)
        yield place, folder


def commands_of(parser):
    """Each command with its options and its number of texts."""
    (groups,) = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for name, command in groups.choices.items():
        inner = [action for action in command._actions if isinstance(action, argparse._SubParsersAction)]
        # What writes a file where it is told is left out: an odd text may be a place outside the test's folder.
        parts = [pair for pair in inner[0].choices.items() if pair[0] != "new"] if inner else []
        yield from [((name, part), its._actions) for part, its in parts] if inner else [((name,), command._actions)]
    yield (), [action for action in parser._actions if action is not groups]


COMMANDS = dict(commands_of(build_parser()))
SOUND = {
    "sound.conllu": "# text = the cat\n1\tthe\t_\t_\t_\t_\t2\tdet\t_\t_\n2\tcat\t_\t_\t_\t_\t0\troot\t_\t_\n\n",
    "sound.iob2": "1\tAnna\tB-PER\n2\tran\tO\n\n",
    "sound.jsonl": '{"text": "the cat it", "pronoun": [8, 10], "candidates": [[0, 7]], "answer": 0, "group": "a"}\n',
    "sound.tsv": "cat\tdog\t7.5\n",
}
FILES = ("--html", "--out", "--profile")


@some.composite
def command_lines(draw, command):
    """A command with some of its options, in any order, and whatever may be typed."""
    optional, line = [], []
    for action in COMMANDS[command]:
        if not action.option_strings:
            n = (2, 2) if action.nargs == "+" and draw(some.booleans()) else (1, 1)
            line += [[word] for word in draw(some.lists(texts | some.just("the cat"), min_size=n[0], max_size=n[1]))]
        elif action.required:
            line.append(draw(spelled(action)))
        elif action.dest != "help":
            optional.append(action)
    for action in draw(some.lists(some.sampled_from(optional), max_size=4, unique=True)) if optional else ():
        line.append(draw(spelled(action)))
    parts = draw(some.permutations(line)) if draw(some.booleans()) else line
    return [*command, *(word for part in parts for word in part)]


def spelled(action):
    option = action.option_strings[0]
    return (
        some.just([option]) if action.nargs == 0 else value_of(action, option).map(lambda value: [f"{option}={value}"])
    )


def value_of(action, option):
    if option in FILES:
        return texts.filter(lambda text: ".." not in text and not text.startswith(("/", "~"))).map("out-".__add__)
    offered = some.sampled_from([str(one) for one in action.choices]) if action.choices else some.nothing()
    usual = (
        offered if action.choices else numbers if action.type else some.sampled_from(["the", "cat", *SOUND, "0", "1"])
    )
    return some.integers(0, 4).flatmap(lambda which: usual if which else texts)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_works_or_says_one_sentence(command, desk, capsys):
    place, folder = desk
    has_model = any("--model" in action.option_strings for action in COMMANDS[command])

    @tries(12)
    @given(command_lines(command), some.integers(0, 5))
    def run(line, which):
        if has_model and which:
            line = [word for word in line if not word.startswith("--model")] + ["--model", folder]
        with in_time():
            try:
                status = main(line)
            except SystemExit as left:  # argparse's
                status = left.code
        err = capsys.readouterr().err
        assert status in (0, 1, 2), line
        assert "Traceback" not in err
        if status == 1:
            *notes, last = err.strip("\n").split("\n")
            assert last.startswith("mha-viz: "), (line, err)
            assert_is_a_sentence(last, 4100)
            assert len(notes) < 5

    around = sorted(place.parent.iterdir())
    run()
    assert sorted(place.parent.iterdir()) == around


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (["profile", "--documents=\t\n"], "‹U+0009›‹U+000A› cannot be read: No such file or directory."),
        (["profile", "--pairs=a\0b"], "'a\\x00b' is no path (embedded null byte)."),
        (["profile", "--gap=" + "9" * 5000], f"{'9' * 40}…{'9' * 30} cannot be read: File name too long."),
        (["profile", "--conllu=."], ". is a folder: give a file."),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("desk")
def test_what_was_found_is_said_in_one_line(line, sentence, capsys):
    assert main(line) == 1
    assert capsys.readouterr().err == f"mha-viz: {sentence}\n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such pipes")
def test_a_pipe_is_not_waited_for(desk, capsys):
    os.mkfifo(desk[0] / "pipe")
    for source in ("conllu", "ratings"):
        assert main(["profile", f"--{source}=pipe"]) == 1
        assert capsys.readouterr().err == "mha-viz: pipe is a pipe: give a file.\n"


def test_a_word_that_is_not_there_commands_no_terminal(desk, capsys):
    assert main(["heads", "the cat", "--from=\x1b[31m", "--to=cat", "--model", desk[1]]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert "\x1b" not in said
    assert "is not a word of this text" in said


# ---- files


WHOLE = {
    "conllu": "# newdoc id = d\n# global.Entity = eid-etype-head-other\n# text = El gato del mar\n"
    "1\tEl\t_\tDET\t_\tA=B\t2\tdet\t_\tEntity=(e1-x-2-\n2\tgato\t_\t_\t_\t_\t0\troot\t_\tEntity=e1)\n"
    "3-4\tdel\t_\t_\t_\t_\t_\t_\t_\t_\n3\tde\t_\t_\t_\t_\t5\tcase\t_\t_\n4\tel\t_\t_\t_\t_\t5\tdet\t_\t_\n"
    "4.1\tx\t_\t_\t_\t_\t_\t_\t_\t_\n5\tmar\t_\t_\t_\t_\t2\tnmod\t_\tSpaceAfter=No\n\n"
    "# global.columns = ID FORM MISC\n1\tZoe\u0308\t_\n\n",
    "iob2": "# sent_id = 7\n# text = Zo\u00eb ran.\n1\tZoe\u0308\tB-PER\n2\tran\tO\n3\t.\tO\n\n1\tYork\tI-X\n\n",
    "twins": '{"text": "the cat it", "pronoun": [8, 10], "candidates": [[0, 7]], "answer": 0, "group": "a"}\n[]\n',
    "gap": "ID\tText\tPronoun\tPronoun-offset\tA\tA-offset\tA-coref\tB\tB-offset\tB-coref\tURL\n"
    "a-1\tAnna saw Eva: she\tshe\t14\tAnna\t0\tTRUE\tEva\t9\tFALSE\tx\n",
    "ratings": "cat\tdog\t7.5\ncat\tcar\t1\n",
}
READERS = dict(zip(WHOLE, (read_conllu, read_iob2, read_twins, read_gap, read_ratings), strict=True))
STUFF = some.sampled_from(
    ["\t", "\n", "\r", "_", "(", ")", "[", "-", "=", "|", "#", "\0", "\u200b", "\u0308", "99", "1-2", "0", "\n\n",
     "9" * 5000, "(a" * 3000, "x" * 20_000, " _" * 3000, "\t_" * 3000, "\u2028", "\x85", "# text =",
     "Entity=(a-x)", "I-PER", "\ufeff"]
).map(str.encode) | some.binary(max_size=6)  # fmt: skip


@some.composite
def files(draw, whole):
    """A whole file in which something else stands here and there; or something else altogether."""
    data = whole.encode() if draw(some.integers(0, 9)) else b""
    for _ in range(draw(some.integers(0, 4))):
        begin = draw(some.integers(0, len(data)))
        end = min(len(data), begin + draw(some.sampled_from([0, 0, 1, 1, 2, 7, 400])))
        data = data[:begin] + draw(STUFF) + data[end:]
    return data


@pytest.mark.parametrize("kind", READERS)
def test_a_file_is_read_or_its_line_is_named(kind, tmp_path):
    path = tmp_path / "my file"

    @tries(40)
    @given(files(WHOLE[kind]))
    def run(data):
        path.write_bytes(data)
        with in_time():
            try:
                for item in READERS[kind](path):
                    assert_fits(item)
            except InputError as error:
                assert_names_a_line(str(error), str(path), data)

    run()


@tries(100)
@given(files(WHOLE["conllu"]) | files(WHOLE["iob2"]), texts)
def test_what_is_handed_over_is_read_or_its_line_is_named(data, name):
    with in_time():
        try:
            sentences = read_upload(name, data)
        except InputError as error:
            if "holds no sentence" not in str(error):
                assert_names_a_line(str(error), "", data)
            assert_is_a_sentence(str(error))
            return
    assert sentences
    for sentence in sentences:
        assert_fits(sentence)


def assert_names_a_line(sentence, place, data):
    found = re.match(re.escape(place) + r"[^\0]*?, line (\d+): .", sentence)
    assert found, sentence
    assert 1 <= int(found[1]) <= data.count(b"\n") + 1
    assert_is_a_sentence(sentence)


def assert_fits(item):
    """All that is said of a sentence lies in its text."""
    if not isinstance(item, Annotated):
        assert item.annotated.words == (item.first, item.second)
        return
    assert all(0 <= begin <= end <= len(item.text) for begin, end in item.spans)
    assert len(item.spans) == len(item.words)
    assert all(arc.head in range(len(item)) and arc.dependent in range(len(item)) for arc in item.arcs)
    assert all(0 <= one.begin < one.end <= len(item) for one in (*item.mentions, *item.entities))
    assert all(
        0 <= begin < end <= len(item.text) for link in item.links for begin, end in (link.pronoun, *link.candidates)
    )


TABLE_OF = {name: ["x"] for name in ("family", "score", "direction", "verdict", "rule", "value", "layer", "head")}
tables = some.lists(some.sampled_from(sorted(TABLE_OF)), unique=True).map(
    lambda names: to_parquet(pd.DataFrame({name: TABLE_OF[name] for name in names}), {"identity": "x"})
)


@tries(40)
@given(some.binary(max_size=50) | jsons.map(json.dumps).map(str.encode) | some.just(b"PAR1" * 9) | tables)
def test_a_profile_that_is_none_is_refused(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "profile.parquet"
    path.write_bytes(data)
    with in_time(), pytest.raises(InputError) as told:
        load_profile(path)
    assert_is_a_sentence(str(told.value))


@pytest.mark.parametrize("missing", ["layer", "rule", "p"])
def test_a_profile_that_lacks_a_column_is_none(tmp_path, missing):
    table = pd.DataFrame({name: ["x"] for name in COLUMNS if name != missing})
    (tmp_path / "p.parquet").write_bytes(to_parquet(table, {"identity": "x"}))
    with pytest.raises(InputError, match=r"p.parquet is not a profile, as it has no column "):
        load_profile(tmp_path / "p.parquet")


def test_what_is_wrong_with_a_filter_is_said_in_one_line():
    with pytest.raises(InputError, match=r"^“‹U\+001B›\[31m” is neither a head nor a condition\. Write for example L3"):
        filtered_heads(TABLE, "\x1b[31m", {})


# ---- links, what widgets say, what is clicked


@tries(300)
@given(some.sampled_from(SETTINGS), texts)
def test_whatever_a_link_says_of_a_setting_it_has_a_value(row, text):
    with in_time():
        try:
            value = row.parse(text)
        except (TypeError, ValueError):
            return
        assert row.write(value) is not None or value is None


@tries(80)
@given(texts | some.lists(some.from_regex(ITEM, fullmatch=True) | texts, max_size=9).map(",".join))
def test_marks_are_read_or_each_is_refused_in_a_sentence(text):
    with in_time():
        marks, refused = read_marks(text)
    for sentence in refused:
        assert_is_a_sentence(sentence)
    assert read_marks(write_marks(marks)) == (marks, ())
    base = Annotated("the cat", ("the", "cat"), ((0, 3), (4, 7)), (Arc(0, 1, "det"),))
    fit, unfit = fitting(base, marks)
    marked(base, fit)
    for sentence in unfit:
        assert_is_a_sentence(sentence)


TABLE = pd.DataFrame(
    {"layer": [0, 0, 1], "head": [0, 1, 0], "value": [0.1, 0.5, float("nan")], "said": ["a", "b", None]}
)


@tries(150)
@given(
    texts
    | some.lists(some.from_regex(CONDITION, fullmatch=True) | some.from_regex(NAME, fullmatch=True), max_size=4).map(
        ",".join
    )
)
def test_heads_are_filtered_or_the_filter_is_refused(only):
    with in_time():
        try:
            assert len(filtered_heads(TABLE, only, {"value": "value"}, ["established", "consistent"])) > 0
        except InputError as error:
            assert_is_a_sentence(str(error))


HEADER = {
    "opens": [[0, 1]], "heads": [[0, 1]], "words": ["a", "b"], "names": ["x"], "layers": [0, 1], "columns": 3,
    "models": ["m"], "deepest": 1, "queries": ["a"], "keys": ["a", "b"], "switches": [0, 1], "n_words": 2,
}  # fmt: skip


@tries(200)
@given(some.sampled_from(sorted(CLICKS)), jsons | some.lists(some.integers(-2, 3) | jsons, max_size=4))
def test_what_is_chosen_of_a_picture_is_offered_or_refused(click, value):
    with in_time(), contextlib.suppress(ValueError):
        read_click(SimpleNamespace(kind=click[0], header=HEADER), click[1], value)


WIDGETS = {
    "string_value": str, "bool_value": bool, "int_value": int, "double_value": float, "json_value": json.loads,
    "json_trigger_value": json.loads, "int_array_value": list, "string_array_value": list,
}  # fmt: skip
sent = some.one_of(
    texts.filter(is_utf8).map(lambda value: WidgetState(id="w", string_value=value)),
    texts.filter(is_utf8).map(lambda value: WidgetState(id="w", json_value=value)),
    jsons.map(json.dumps).map(lambda value: WidgetState(id="w", json_trigger_value=value)),
    texts.filter(is_utf8).map(lambda value: WidgetState(id="w", json_trigger_value=value)),
    some.integers(-(2**63), 2**63 - 1).map(lambda value: WidgetState(id="w", int_value=value)),
    some.floats().map(lambda value: WidgetState(id="w", double_value=value)),
    some.booleans().map(lambda value: WidgetState(id="w", bool_value=value)),
)


@tries(200)
@given(some.sampled_from(sorted(WIDGETS)), sent, some.booleans(), some.booleans())
def test_what_is_sent_of_a_widget_is_taken_or_refused_in_a_few_words(kind, state, has_menu, calls):
    offered = ["the", "cat"] if has_menu and "string" in kind else None
    widget = SimpleNamespace(
        value_type=kind, callbacks={"open": print} if calls else None, formatted_options=offered, max_array_length=1,
        deserializer=WIDGETS[kind], id="w",
    )  # fmt: skip
    with in_time():
        fault = fault_of(widget, state)
    assert fault == "" or len(fault) < 80


# ---- the public functions and classes


sizes = some.lists(some.integers(0, 4), max_size=4)
values = some.one_of(
    jsons, texts, some.integers(), some.floats(), some.binary(max_size=5), some.lists(some.integers(-9, 9), max_size=4),
    some.builds(torch.zeros, sizes), some.builds(torch.full, sizes, some.sampled_from([float("nan"), 0.2, -1e30])),
    some.builds(lambda shape: torch.zeros(shape, dtype=torch.bool), sizes), some.builds(pd.DataFrame, some.none()),
    some.just(TABLE), some.builds(object),
)  # fmt: skip
ARGUMENTS = [
    (name, argument)
    for name in FUNCTIONS
    for argument, parameter in inspect.signature(getattr(mha_viz, name)).parameters.items()
    if parameter.kind is not parameter.VAR_KEYWORD and (name, argument) not in SLOW
]


@tries(300)
@given(some.sampled_from(ARGUMENTS), values, some.integers(0, 3), values)
def test_a_public_function_works_or_says_one_sentence(which, value, other, more):
    name, argument = which
    arguments = arguments_of(name, working()) | {argument: value}
    if not other:  # another one is wrong too
        arguments |= {next(known for owner, known in ARGUMENTS if owner == name): more}
    with in_time():
        try:
            call(name, arguments)
        except mha_viz.MhaVizError as error:
            assert_is_a_sentence(str(error))


MADE_OF = {name: list(inspect.signature(getattr(mha_viz, name)).parameters) for name in MADE}  # some of nothing


@tries(200)
@given(some.sampled_from([name for name in sorted(MADE) if MADE_OF[name]]), some.data())
def test_a_public_class_works_or_says_one_sentence(name, data):
    made = getattr(mha_viz, name)
    some_of = some.lists(some.sampled_from(MADE_OF[name]), min_size=1, max_size=2)
    with in_time():
        try:
            made(**(MADE[name] | {argument: data.draw(values) for argument in data.draw(some_of)}))
        except mha_viz.MhaVizError as error:
            assert_is_a_sentence(str(error))
