"""Pictures as people give them: read as they are, or one sentence that says what would work."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image

from mha_viz.errors import InputError
from mha_viz.inputs.media.picture import is_picture, read_picture
from mha_viz.language import said, spoken
from tests.support.networks.seeing import photograph


def saved(image, kind="PNG", **settings):
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return file.getvalue()


def pixels(given):
    return np.asarray(read_picture(given).image)


def test_the_same_picture_in_four_forms(tmp_path):
    image = photograph()
    (tmp_path / "a.jpg").write_bytes(saved(image))  # what it holds counts, not its name
    for given in (image, np.asarray(image), saved(image), tmp_path / "a.jpg"):
        assert is_picture(given)
        read = read_picture(given)
        assert (read.image.mode, read.image.size, read.notes) == ("RGB", (71, 53), ())
        assert (np.asarray(read.image) == np.asarray(image)).all()


@pytest.mark.parametrize("given", ["a.png", ["text"], {"pixel_values": 1}, None, 3])
def test_what_is_no_picture_is_left_to_others(given):
    assert not is_picture(given)


def bomb(width, height):
    """A PNG that says it has so many pixels, and holds none of them."""
    data = saved(Image.new("L", (1, 1)))
    head = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    return data[:12] + head + zlib.crc32(head).to_bytes(4, "big") + data[33:]


SENTENCES = {
    "0 bytes": (b"", "The picture is empty (0 bytes): give a PNG, JPEG, WebP, GIF, BMP or TIFF file."),
    "text": (b"a cat on a mat", "The picture is no picture that can be read here: give a PNG"),
    "SVG": (
        b"<?xml version='1.0'?>\n<svg width='9'/>",
        "The picture is an SVG drawing, made of lines and not of pixels",
    ),
    "SVG alone": (b" <svg/>", "The picture is an SVG drawing"),
    "large": (bomb(10_000, 10_000), "The picture has 10,000 × 10,000 pixels; at most 50 million are read: make it sm"),
    "bomb": (bomb(30_000, 30_000), "The picture has far more than 50,000,000 pixels: make it smaller."),
    "cut off": (saved(photograph())[:900], "The picture is damaged, or ends too early: save it anew"),
    "too many bytes": (b"\xff" * (2**26 + 1), "The picture has 64 MB; at most 64 MB are read: save it smaller."),
    "two axes too many": (
        np.zeros((2, 3, 5, 3), np.uint8),
        "The picture is a ndarray of shape (2, 3, 5, 3); give an ar",
    ),
    "nothing": (np.zeros((0, 3, 3), np.uint8), "The picture is a ndarray of shape (0, 3, 3); give an array of shape"),
    "shares": (np.zeros((2, 5, 3)), "The picture is an array of float64; give whole numbers from 0 to 255 (uint8)."),
    "beyond": (np.full((2, 5, 3), 256), "The picture is an array of int64; give whole numbers from 0 to 255 (uint8)."),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_what_cannot_be_read_is_one_sentence(name):
    given, told = SENTENCES[name]
    with pytest.raises(InputError) as error:
        read_picture(given)
    assert str(error.value).startswith(told)
    assert "\n" not in str(error.value)


def test_files_that_are_not_there_or_are_none(tmp_path):
    with pytest.raises(InputError, match="nothing.png cannot be read: No such file"):
        read_picture(tmp_path / "nothing.png")
    with pytest.raises(InputError, match="is a folder, not a file"):
        read_picture(tmp_path)


def test_a_moving_picture_is_its_first_frame():
    frames = [Image.new("L", (5, 3), value) for value in (0, 100, 200)]
    read = read_picture(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert read.notes == ("The picture has 3 frames, of which the model sees the first.",)
    assert np.asarray(read.image).max() == 0


def test_colours_of_other_kinds():
    read = read_picture(saved(Image.new("CMYK", (5, 3), (0, 255, 255, 0)), "JPEG", quality=100))
    assert read.notes == ("The picture's printing colours (CMYK) were turned into red, green and blue.",)
    assert np.asarray(read.image)[0, 0].tolist() == pytest.approx([255, 0, 0], abs=3)
    deep = Image.fromarray(np.array([[0, 256 * 7, 65535]], dtype=np.uint16))
    read = read_picture(saved(deep))
    assert np.asarray(read.image)[0, :, 1].tolist() == [0, 7, 255]
    assert read.notes == ("The picture has 16 bits a colour or more, of which the model sees the upper 8.",)
    half = read_picture(saved(Image.new("RGBA", (5, 3), (255, 0, 0, 0))))
    assert np.asarray(half.image)[0, 0].tolist() == [255, 255, 255]
    assert half.notes == ("What is transparent in the picture was put on white.",)


def test_a_photograph_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright, saved lying
    read = read_picture(saved(photograph(), "JPEG", exif=exif))
    assert read.image.size == (53, 71)
    assert read.notes == ("The picture was turned upright, as its file says.",)


def test_the_formats_are_listed_in_the_language_of_the_reader():
    with pytest.raises(InputError) as error:
        read_picture(b"a cat on a mat")
    with spoken("es"):
        assert said(error.value).endswith("PNG, JPEG, WebP, GIF, BMP o TIFF.")
