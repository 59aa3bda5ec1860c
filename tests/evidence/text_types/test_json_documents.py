"""Documents of JSON are the same for the same seed, of several shapes, and JSON."""

import json

from mha_viz.evidence.text_types.json_documents import SHAPES, json_documents


def test_the_same_seed_gives_the_same_documents_and_another_one_others():
    assert json_documents(20) == json_documents(20)
    assert json_documents(8) == json_documents(20)[:8]
    assert not set(json_documents(20)) & set(json_documents(20, seed=1))


def test_every_document_is_json_of_its_shape_and_none_comes_twice():
    documents = json_documents(60)
    assert len(set(documents)) == 60
    read = [json.loads(document) for document in documents]
    assert [json.dumps(one, ensure_ascii=False) for one in read] == documents
    shapes = [type(one[0]) if isinstance(one, list) else tuple(one) for one in read]
    assert len(set(shapes)) == len(SHAPES)
    assert shapes == shapes[: len(SHAPES)] * (60 // len(SHAPES))


def kinds_in(value):
    """The kinds of values that stand in a document, at any depth."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {type(value)}.union(*(kinds_in(one) for one in inside))


def test_objects_lists_numbers_and_texts_are_all_there():
    found = set().union(*(kinds_in(json.loads(document)) for document in json_documents(12)))
    assert found >= {dict, list, int, float, str, bool}
