"""Sounds → captures: what the network computes of its processor's numbers, with axes in seconds."""

import copy

import pytest
import torch

from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.inputs.media.sound import at_rate, read_sound
from mha_viz.inputs.text import tokenizer_of
from mha_viz.models.load import load_model, random_twin
from mha_viz.recording.capture import capture
from tests.support.networks.families import EXACT, text_model
from tests.support.networks.hearing import NO_WORDS, RATE, SLOW, tone, wav2vec2, whisper


def eager(model, **batch):
    """What the family's own eager attention returns."""
    plain = copy.deepcopy(model.network)
    plain.set_attn_implementation("eager")
    with torch.no_grad():
        return plain(**batch, output_attentions=True)


def heard(seconds=0.5, rate=RATE):
    return read_sound(tone(seconds, rate), rate)


def test_whisper_writes_a_transcript_and_every_kind_equals_eager():
    model = whisper()
    found = capture(model, heard())
    assert found.kinds == ("encoder", "decoder", "cross")
    batch = model.processor.feature_extractor(heard().samples, sampling_rate=RATE, return_tensors="pt")
    ids = torch.tensor([found.query_positions["cross"].ids])
    returned = eager(model, input_features=batch["input_features"], decoder_input_ids=ids)
    for kind, name in (("encoder", "encoder"), ("decoder", "decoder"), ("cross", "cross")):
        maps = getattr(returned, f"{name}_attentions")
        assert len(maps) == len(found.calls_of(kind))
        for layer, of_layer in enumerate(maps):
            torch.testing.assert_close(pattern(found, layer, kind=kind), of_layer[0], **EXACT)


def test_the_transcript_is_what_plain_argmax_writes():
    model = whisper()
    found = capture(model, heard())
    ids = list(found.query_positions["decoder"].ids)
    assert ids[:2] == [4, 3]  # what its file says: start, no timestamps
    batch = model.processor.feature_extractor(heard().samples, sampling_rate=RATE, return_tensors="pt")
    with torch.no_grad():
        logits = model.network(input_features=batch["input_features"], decoder_input_ids=torch.tensor([ids])).logits[0]
    logits[:, NO_WORDS] = -torch.inf
    assert logits.argmax(-1)[1:-1].tolist() == ids[2:]
    assert found.target == " ".join(tokenizer_of(model.processor).convert_ids_to_tokens(ids[2:]))
    assert found.notes[-1] == "The transcript was written by the model itself, the most likely token each time."


def test_random_weights_read_what_the_model_reads():
    model = whisper()
    ids = [capture(one, heard(), target="the cat").query_positions["cross"].ids for one in (model, random_twin(model))]
    assert ids[0] == ids[1]
    assert ids[0][:2] == (4, 3)


def test_signs_that_nobody_says_are_not_written():
    first = capture(whisper(), heard()).query_positions["decoder"].ids[2]
    again = capture(whisper(suppress_tokens=[*NO_WORDS, first]), heard()).query_positions["decoder"].ids
    assert first not in again[2:]


def test_what_ends_a_transcript_is_not_of_it():
    first = capture(whisper(), heard()).query_positions["decoder"].ids[2]
    found = capture(whisper(eos_token_id=first), heard())
    assert found.query_positions["decoder"].ids == (4, 3)
    assert found.target == ""


def test_axes_are_in_seconds_and_what_was_filled_up_is_special():
    found = capture(whisper(), heard(), target="the cat sat")
    axis = found.key_positions["cross"]
    assert axis is found.query_positions["encoder"]
    assert axis.seconds[1] == pytest.approx((1 / 11, 2 / 11), abs=1e-6)
    assert axis.is_special == (False,) * 6 + (True,) * 5
    decoded = found.query_positions["cross"]
    assert decoded.labels == ("[START]", "[UNK]", "the", "cat", "sat")
    assert found.target == "the cat sat"


@pytest.mark.parametrize("family", ["Wav2Vec2", "Hubert", "UniSpeechSat", "Data2VecAudio"])
def test_wav2vec2_and_its_kin_stride_over_samples(family):
    model, sound = wav2vec2(family), heard(0.3, SLOW)
    found = capture(model, sound)
    assert found.kinds == ("encoder",)
    batch = model.processor(sound.samples, sampling_rate=SLOW, return_tensors="pt")
    for layer, of_layer in enumerate(eager(model, **batch).attentions):
        torch.testing.assert_close(pattern(found, layer), of_layer[0], **EXACT)
    axis = found.key_positions["encoder"]
    assert axis.seconds[7] == pytest.approx((70 / SLOW, 80 / SLOW), abs=1e-6)
    assert not any(axis.is_special)


@pytest.mark.parametrize("family", ["Wav2Vec2", "Hubert", "WavLM"])
def test_what_hears_and_was_never_taught_to_write_is_read_from_its_folder(tmp_path, family):
    model, sound = wav2vec2(family), heard(0.3, SLOW)
    model.network.save_pretrained(tmp_path)
    model.processor.save_pretrained(tmp_path)
    found = capture(load_model(str(tmp_path)), sound)
    torch.testing.assert_close(pattern(found, 1), pattern(capture(model, sound), 1), **EXACT)
    assert found.key_positions["encoder"].seconds[7] == pytest.approx((70 / SLOW, 80 / SLOW), abs=1e-6)


def test_another_rate_is_resampled_and_said():
    sound = heard(0.5, 11_000)
    found, same = (
        capture(whisper(), sound, target="the cat"),
        capture(whisper(), at_rate(sound, RATE), target="the cat"),
    )
    torch.testing.assert_close(pattern(found, 1, kind="cross"), pattern(same, 1, kind="cross"), **EXACT)
    assert "It is resampled from 11,000 to 22,000 samples a second, which is what the model hears." in found.notes


def test_progress_goes_up_to_all_of_it():
    shares = []
    capture(whisper(), heard(), progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1


@pytest.mark.parametrize(
    ("model", "settings", "sentence"),
    [
        (lambda: text_model("bert")[1], {}, r"bert does not hear: beside its weights there is no processor for sound"),
        (whisper, {"target": " "}, r"The transcript is empty: leave target out"),
        (whisper, {"pair": "a cat"}, r"A sound has a transcript \(target, target_language\) and nothing else"),
        (whisper, {"target": ["a", "b"]}, r"A sound has one transcript"),
        (whisper, {"target_language": "de"}, r"is not told the language 'de': it knows no language but the one"),
        (wav2vec2, {"target": "a cat"}, r"has no decoder that would read a transcript"),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_sound_is_refused(model, settings, sentence):
    with pytest.raises(InputError, match=sentence):
        capture(model(), heard(), **settings)


def test_several_languages_are_told_or_heard():
    languages = {"<|en|>": 11, "<|de|>": 13}
    model = whisper(lang_to_id=languages, task_to_id={"transcribe": 17, "translate": 19})
    told = capture(model, heard(), target_language="de").query_positions["decoder"].ids
    assert told[:4] == (4, 13, 17, 3)
    batch = model.processor.feature_extractor(heard().samples, sampling_rate=RATE, return_tensors="pt")
    with torch.no_grad():
        logits = model.network(**batch, decoder_input_ids=torch.tensor([[4]])).logits[0, -1]
    likelier = max(languages.values(), key=lambda i: logits[i].item())
    assert capture(model, heard()).query_positions["decoder"].ids[1] == likelier


def test_a_sound_says_how_long_it_is():
    assert repr(heard()) == "Sound(0.50 s, 22,000 samples a second)"


def test_a_model_that_hears_reads_no_text():
    with pytest.raises(InputError, match=r"tiny whisper does not read text: give a sound \(--sound FILE"):
        capture(whisper(), "the cat")


def test_the_capture_holds_what_was_heard():
    found = capture(whisper(), heard(0.5, 11_000), target="the cat")
    assert (found.sound.rate, found.sound.seconds) == (RATE, 0.5)
