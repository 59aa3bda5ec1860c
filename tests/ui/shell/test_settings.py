"""The table of settings: what a link says is what pages open, and what it cannot say is the default."""

import pytest

from mha_viz.ui.shell import link, settings
from mha_viz.ui.shell.settings import SETTINGS, Settings, clear_settings, fit_setting, set_setting, setting

ROWS = {row.key: row for row in SETTINGS}
# What links have held since there were any: key, text of the link, value.
OPENED = [
    ("text", "the cat", "the cat"), ("as", "code", "code"), ("target", "die Katze", "die Katze"),
    ("language", "fra_Latn", "fra_Latn"), ("target_language", "de", "de"),
    ("chat", "up to an answer", "up to an answer"), ("before", "user: Hi\nyou", "user: Hi\nyou"),
    ("model", "owner/name", "owner/name"), ("dtype", "bfloat16", "bfloat16"),
    ("kind", "cross", "cross"), ("from", "it", "it"), ("to", "the#2", "the#2"), ("layer", "5", 5), ("head", "11", 11),
    ("view", "Steps", "Steps"), ("map", "Rollout", "Rollout"),
    ("axis", "Words", "Words"), ("token", "it", "it"), ("step", "8", 8),
    ("over", "mean of the layer's heads", "mean of the layer's heads"),
    ("hide", "special tokens,user", ("special tokens", "user")), ("renormalise", "yes", "yes"),
    ("pair", "it was", "it was"), ("continue", "200", 200), ("between", "A → B", "A → B"),
    ("heads", "2,0", ((None, 2), (None, 0))), ("several", "mean", "mean"),
    ("look", "key:1,3", ("key", (1, 3))), ("threshold", "0.25", 0.25),
    ("window", "150,200,100,170", (150, 200, 100, 170)),
    ("sort", "entropy, low first", "entropy, low first"), ("coloured", "clusters", "clusters"),
    ("size", "40", 40), ("only", "L3", "L3"), ("where", "in general", "in general"),
    ("profile", "yours", "yours"),
    ("find", "sinks", "sinks"), ("score", "obj", "obj"), ("direction", "dep→head", "dep→head"), ("among", "H7", "H7"),
    ("name", "Anna", "Anna"), ("passage", "12-40", (12, 40)),
    ("marks", "2>1:nsubj", "2>1:nsubj"), ("compare", "two heads", "two heads"),
    ("second", "the mat", "the mat"), ("model2", "mpnet", "mpnet"),
    ("pairing", "at the same place", "at the same place"),
    ("against", "mat", "mat"), ("other", "L3 H1", "L3 H1"), ("partner", "3.7", (3, 7)),
    ("story", "8", 8), ("lesson", "own", "own"), ("asked", "yes", "yes"), ("ending", "dirty", "dirty"),
    ("notes", "yes", "yes"), ("type", "large", "large"), ("level", "school", "school"), ("present", "yes", "yes"),
    ("texts", "our example sentences", "our example sentences"),
    ("beside", "mpnet", "mpnet"), ("beside_head", "3.7", (3, 7)), ("colour", "model", "model"), ("clusters", "12", 12),
    ("training", "induction", "induction"), ("moment", "600", 600), ("follow", "twins", "twins"), ("sentence", "2", 2),
    ("changed", "3.1,5.11", ((3, 1), (5, 11))), ("how", "cut a line", "cut a line"), ("ask", "loss", "loss"),
    ("word", " cat", " cat"), ("beside_word", " mat", " mat"), ("source", "the dog", "the dog"),
    ("cut", "8.2,3.1", ((8, 2), (3, 1))), ("alone", "yes", "yes"), ("effect", "direct", "direct"),
    ("pruned", "yes", "yes"), ("ui", "de", "de"),
    ("drawing", "two discs alike", "two discs alike"), ("sees", "owner/name", "owner/name"),
    ("question", "what is it", "what is it"), ("blind", "yes", "yes"), ("overlay", "3.7,5.11", ((3, 7), (5, 11))),
    ("overlay_as", "sum", "sum"), ("piece", "2", 2), ("patch", "3, 7", "3, 7"),
    ("picture_head", "3.7", (3, 7)),
    ("region", "3:4-5,12:0", ((3, 4), (3, 5), (12, 0))), ("picture_beside", "random weights", "random weights"),
    ("sound_beside", "/a/folder", "/a/folder"),
    ("beside_place", "3.7", (3, 7)), ("filled", "distance", "distance"),
    ("spoken", "Nobody knew why the garden was full of snow.", "Nobody knew why the garden was full of snow."),
    ("hears", "owner/name", "owner/name"), ("said", "the cat", "the cat"), ("listens", "moments", "moments"),
    ("listener", "3", 3), ("heard_from", "10.0", 10.0), ("sound_head", "3.7", (3, 7)),
    ("timed", "ours", "ours"),
    ("claim", "sinks", "sinks"), ("claim_model", "mpnet", "mpnet"),
]  # fmt: skip
ODD = [
    ("kind", "up"), ("layer", "1e9"), ("layer", "<b>"), ("layer", ""), ("head", "9" * 5000), ("map", "Secret"),
    ("axis", "rows"), ("over", "nothing"), ("hide", "all of it"), ("renormalise", "maybe"), ("continue", "201"),
    ("continue", "-1"), ("heads", "-1,x"), ("heads", "1.2.3,1.,.2,1.x,1.123456789"),
    ("several", "mixed"), ("look", "nobody:1"), ("threshold", "nan"), ("threshold", "7"),
    ("window", "5,1,a,b"), ("window", "1,2,3"), ("window", "1,2,3,4,x"), ("sort", "name"), ("size", "79"),
    ("size", "-1"), ("where", "there"),
    ("profile", "mine"),
    ("compare", "all"), ("pairing", "x"), ("ending", "fat"), ("asked", "perhaps"), ("notes", "1"), ("type", "huge"),
    ("level", "nursery"), ("present", "maybe"),
    ("texts", "mine"), ("passage", "12"), ("passage", "-3-4"), ("passage", "a-b"), ("passage", "1-" + "9" * 5000),
    ("beside_head", "3"), ("beside_head", "-1.2"), ("beside_head", "12345678.9"), ("colour", "red"), ("clusters", "1"),
    ("clusters", "13"), ("training", "none"), ("moment", "now"), ("sentence", "first"), ("step", "two"),
    ("changed", "3,x.1"), ("how", "explode"), ("cut", "it → cat"), ("alone", "maybe"), ("effect", "none"),
    ("pruned", "some"), ("ui", "tlh"), ("drawing", "mine"), ("picture_head", "3"), ("beside_place", "x"),
    ("region", "3"), ("region", "x:1-2"),
    ("spoken", "mine"), ("listens", "all"), ("listener", "x"), ("heard_from", "soon"), ("sound_head", "3"),
    ("blind", "maybe"), ("overlay", "some"), ("overlay_as", "product"), ("piece", "last"),
]  # fmt: skip


class Held(dict):
    """What stands in for Streamlit's own."""

    def to_dict(self):
        return dict(self)

    def from_dict(self, values):
        self.clear()
        self.update(values)


@pytest.fixture
def session(monkeypatch):
    held = Held()
    monkeypatch.setattr(settings.st, "session_state", held)
    monkeypatch.setattr(settings.st, "query_params", Held())
    return held


def opened(session, **held):
    link.st.query_params.from_dict(held)
    link.read_link()
    return session


def test_the_table_is_whole():
    assert [row.key for row in SETTINGS if row.in_link] == [key for key, *_ in OPENED]
    assert len(ROWS) == len(SETTINGS)
    for row in SETTINGS:
        assert row.about
        assert not row.choices or row.default in row.choices


@pytest.mark.parametrize(("key", "text", "value"), OPENED, ids=lambda one: str(one)[:20])
def test_a_link_opens_what_it_says_and_says_it_again(session, key, text, value):
    opened(session, **{key: text})
    assert fit_setting(ROWS[key]) == value
    assert link.link() == {key: text}


@pytest.mark.parametrize(("key", "text"), ODD, ids=lambda one: one[:20])
def test_what_a_link_cannot_say_is_the_default(session, key, text):
    opened(session, **{key: text})
    assert setting(ROWS[key]) == (("query", ()) if key == "look" else ROWS[key].default)


@pytest.mark.parametrize(
    ("was", "today"),
    [
        ({"play": "own", "story": "5"}, {"lesson": "own", "story": "5"}),
        ({"lesson": "induction", "moment": "600"}, {"training": "induction", "moment": "600"}),
        ({"lesson": "heads", "play": "own"}, {"training": "heads", "lesson": "own"}),
        ({"lesson": "heads", "training": "model"}, {"training": "model"}),
        ({"lesson": "own", "training": "model"}, {"lesson": "own", "training": "model"}),
    ],
)
def test_a_link_of_an_earlier_version_opens_the_same(session, was, today):
    assert opened(session, **was) == today
    session.clear()
    link.open_again("?" + "&".join(f"{key}={value}" for key, value in was.items()))
    assert session == today


def test_heads_of_any_layer_are_written_with_it(session):
    opened(session, heads="5.11, 4,3.1,x")
    assert setting(Settings.heads) == ((5, 11), (None, 4), (3, 1))
    set_setting(Settings.heads, setting(Settings.heads))
    assert link.link() == {"heads": "5.11,4,3.1"}


def test_a_page_proposes_and_narrows(session):
    assert fit_setting(Settings.layer, 3) == session["layer"] == 3
    assert fit_setting(Settings.layer, choices=range(2)) == session["layer"] == 0
    assert setting(Settings.kind, "decoder", ("decoder",)) == "decoder"
    assert "kind" not in session  # it was only asked for


def test_long_values_of_a_link_are_left_out_but_for_texts(session):
    most = link.SETTING_CHARACTERS
    opened(session, only="L" * (most + 1), among="L" * most, text="a" * (most + 1), run="yours", unknown="1")
    assert {key: len(value) for key, value in session.items()} == {"among": most, "text": most + 1}


def test_what_the_session_holds_goes_before_the_link(session):
    session["layer"] = 4
    assert opened(session, layer="1", head="2") == {"layer": 4, "head": "2"}


def test_the_link_holds_what_is_chosen_and_nothing_else(session):
    set_setting(Settings.beside_head, (3, 7))
    set_setting(Settings.look, ("query", ()))
    set_setting(Settings.window, (1, 2, 3, 4))
    set_setting(Settings.run, "yours")
    set_setting(Settings.text, "a" * (link.LINK_CHARACTERS + 1))
    set_setting(Settings.layer, 0)
    set_setting(Settings.head, 1)
    clear_settings(Settings.head)
    assert link.link() == {"layer": "0", "window": "1,2,3,4", "beside_head": "3.7"}
    assert not link.link_holds_all()
