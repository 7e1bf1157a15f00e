"""Tesseract's word lists, the `-dawg` components. Source: src/dict/dawg.cpp of Tesseract."""

from models.errors import unreadable
from models.tesseract.byte_reader import ByteReader
from vision.recognition.lstm.dawg_lexicon import WordGraph

_MAGIC = 42  # kDawgMagicNumber


def read_word_graph(reader: ByteReader) -> WordGraph:
    """The word graph at the reader's position. Raises EngineFailure `model_unreadable`."""
    if reader.number("h") != _MAGIC:
        raise unreadable("a word list without its magic number")
    characters = int(reader.number("I"))
    edges = reader.array("u8", int(reader.number("I")))
    return WordGraph(edges, max(characters - 1, 0).bit_length())
