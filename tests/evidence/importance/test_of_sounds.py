"""What heads are worth to what is said in a sound: against a run a head, and slices of the projection by hand."""

import pytest
import torch

from mha_viz.attention.maps import head_output
from mha_viz.comparison.asks import LogitDifference, Loss, Vectors
from mha_viz.comparison.effects import effect
from mha_viz.errors import InputError
from mha_viz.evidence.importance.importance import importance
from mha_viz.evidence.importance.over_texts import mean_effect
from mha_viz.evidence.importance.single_heads import question_of
from mha_viz.inputs.media.picture import read_picture
from mha_viz.inputs.media.picture_in_text import see_in_text
from mha_viz.inputs.media.sound import read_sound
from mha_viz.recording.capture import capture
from mha_viz.recording.interventions.changes import From, Mean, Zero
from mha_viz.recording.interventions.growing import blocks_of, run_growing
from tests.support.networks.hearing import RATE, SLOW, tone, wav2vec2, whisper
from tests.support.networks.picture_in_text import reading_model
from tests.support.networks.seeing import photograph, seeing_model

SAID, ASK = "the dog sat", LogitDifference("dog", "cat")
SOUND, OTHER = (read_sound(tone(0.5, RATE, hertz=hertz), RATE) for hertz in (220.0, 550.0))


@pytest.fixture(scope="module")
def model():
    return whisper()


def logits_with(model, attention, n_heads, head, values):
    """Log-probabilities of the transcript, with what one head hands on put in by hand."""
    own = slice(head * model.network.config.d_model // n_heads, (head + 1) * model.network.config.d_model // n_heads)

    def hook(_module, given):
        rest = given[0].clone()
        rest[..., own] = values
        return (rest,)

    batch = question_of(model, SOUND, Loss(), kind="cross", target=SAID).batch
    handle = attention.out_proj.register_forward_pre_hook(hook)
    with torch.no_grad():
        logits = model.network(**batch).logits[0].log_softmax(dim=-1)
    handle.remove()
    return logits, batch["decoder_input_ids"][0].tolist()


@pytest.mark.parametrize("kind", ["encoder", "decoder", "cross"])
def test_all_heads_equal_one_run_a_head_of_what_the_model_writes(model, kind):
    read = capture(model, SOUND)
    expected = [
        effect(model, SOUND, Zero([(call.layer, head)], kind=kind), ASK)["difference"].item()
        for call in read.calls_of(kind)
        for head in call.heads
    ]
    found = importance(model, SOUND, ASK, kind=kind, effects=["total"])["total"]
    assert max(map(abs, expected)) > 1e-2
    assert found.tolist() == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("kind", ["decoder", "cross"])
def test_a_batch_that_grows_in_one_layer_alone_is_the_sound_heard_once_a_head(model, kind):
    """The encoder's row comes along: this decoder reshapes its keys with the rows of the queries."""
    question = question_of(model, SOUND, ASK, kind=kind, target=SAID)
    batch, read, instead = question.batch, question.read, question.instead
    places = blocks_of(model, batch, read, vectors=False)
    for call in question.calls:
        grown, repeated = (
            run_growing(model, batch, read, [call], instead, places=where, positions=[-1]) for where in (places, None)
        )
        torch.testing.assert_close(grown, repeated, rtol=0, atol=1e-4)
        assert (grown[1:] - grown[:1]).abs().max() > 1e-2


def test_the_loss_is_of_what_is_said_not_of_what_tells_the_decoder_its_task(model):
    config = model.network.config
    attention = model.network.model.decoder.layers[1].encoder_attn
    logits, ids = logits_with(model, attention, config.decoder_attention_heads, 1, 0.0)
    assert len(ids) == 5  # start, no timestamps, and three words
    for second_half, at in ((False, (2, 3, 4)), (True, (3, 4))):
        found = effect(model, SOUND, Zero([(1, 1)], kind="cross"), Loss(second_half), target=SAID)
        by_hand = -torch.stack([logits[i - 1, ids[i]] for i in at]).mean().item()
        assert found["after"].item() == pytest.approx(by_hand, abs=1e-5)


@pytest.mark.parametrize("change", [From([(1, 2)], OTHER, kind="encoder"), Mean([(1, 2)], [OTHER], kind="encoder")])
def test_heads_take_from_another_sound(model, change):
    there = head_output(capture(model, OTHER, target=SAID), 1, kind="encoder")[2]
    values = there if isinstance(change, From) else there.mean(dim=0)
    attention = model.network.model.encoder.layers[1].self_attn
    logits, ids = logits_with(model, attention, model.network.config.encoder_attention_heads, 2, values)
    found = effect(model, SOUND, change, Loss(), target=SAID)
    assert found["after"].item() == pytest.approx(-logits[[1, 2, 3], ids[2:]].mean().item(), abs=1e-5)
    assert abs(found["difference"].item()) > 1e-5
    source = "from another sound" if isinstance(change, From) else "mean over 1 sound in"
    assert source in found["change"].item()


def test_several_sounds_have_intervals(model):
    found = importance(model, [SOUND, OTHER], Loss(), kind="cross", target=SAID, effects=["total"])
    one = mean_effect(model, [SOUND, OTHER], Zero([(0, 1)], kind="cross"), Loss(), target=SAID).iloc[0]
    assert (one["n_texts"], one["n_units"], *found["n_units"].unique()) == (2, 2, 2)
    assert found["total"][1] == pytest.approx(one["difference"], abs=1e-5)
    assert found["low"][1] == pytest.approx(one["low"], abs=1e-5)
    assert mean_effect(model, [SOUND, SOUND], Zero([(0, 1)], kind="cross"), Loss(), target=SAID)["n_units"][0] == 1


@pytest.mark.parametrize(
    ("model", "given"), [(wav2vec2(), read_sound(tone(0.5, SLOW), SLOW)), (seeing_model(), photograph())]
)
def test_of_what_predicts_no_words_the_vectors_are_asked(model, given):
    found = importance(model, given, Vectors(), effects=["total"])
    turned = effect(model, given, Zero([(1, 1)]), Vectors())
    (row,) = found[(found["layer"] == 1) & (found["head"] == 1)]["total"]
    assert row == pytest.approx(1 - turned["after"].mean(), abs=1e-5)
    assert row > 1e-4
    with pytest.raises(InputError, match="it has no loss of the next token"):
        effect(model, given, Zero([(1, 1)]), Loss())
    with pytest.raises(InputError, match="knows no words, so none can be asked about: ask Vectors"):
        effect(model, given, Zero([(1, 1)]), ASK)


def test_a_picture_in_a_text_is_given_as_tensors():
    model, _ = reading_model("llava")
    inputs = see_in_text(model.processor, read_picture(photograph()), "the cat sat on a mat", "llava").inputs
    found = importance(model, inputs, ASK, kind="decoder", effects=["total"])["total"].tolist()
    by_hand = [
        effect(model, inputs, Zero([(call.layer, head)], kind="decoder"), ASK)["difference"].item()
        for call in capture(model, inputs).calls_of("decoder")
        for head in call.heads
    ]
    assert found == pytest.approx(by_hand, abs=2e-4)
    assert max(map(abs, by_hand)) > 1e-3
    with pytest.raises(InputError, match="its cells are no tokens to predict: ask LogitDifference"):
        effect(model, inputs, Zero([(0, 0)], kind="decoder"), Loss())


@pytest.mark.parametrize("texts", [["the cat", "a dog"], [SOUND, OTHER]])
def test_several_at_once_are_refused_where_one_is_read(model, texts):
    with pytest.raises(InputError, match="in one text at a time: give one, not a list of 2"):
        effect(model, texts, Zero([(0, 0)], kind="cross"), Loss())
    with pytest.raises(InputError, match="texts, chats, pictures or sounds, one or a list of them, not 5"):
        importance(model, 5, Loss())
