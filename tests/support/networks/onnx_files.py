"""Files in ONNX, written by hand as the format says: fields, and how each is written."""


def varint(number):
    low, rest = number & 127, number >> 7
    return bytes([low]) if not rest else bytes([low | 128]) + varint(rest)


def number(field, value):
    return varint(field << 3) + varint(value)


def piece(field, data):
    return varint(field << 3 | 2) + varint(len(data)) + data


def tensor(name, array, *, packed=False, kind=1):
    sizes = piece(1, b"".join(map(varint, array.shape))) if packed else b"".join(number(1, n) for n in array.shape)
    return piece(5, sizes + number(2, kind) + piece(8, name.encode()) + piece(9, array.tobytes()))


def node(name, *inputs):
    return piece(1, b"".join(piece(1, text.encode()) for text in inputs) + piece(2, b"out") + piece(3, name.encode()))
