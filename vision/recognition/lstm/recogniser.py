"""Line crops to text by converted Tesseract networks, many lines at a time."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from vision.core.document import ModelUse
from vision.core.protocols import Recogniser
from vision.core.stages import NEVER, LineCrop, LineReading, Reread
from vision.recognition.lstm.dawg_lexicon import Lexicon
from vision.recognition.lstm.line_reader import LineNetwork, Normalisation, read_lines

# A line's mean letter probability under which it is noise: of 60 cuts from photographs without
# text two came above it, of 60 lines of receipts three below.
MIN_CONFIDENCE = 0.6
# Weight of the share of listed words, against mean letter probabilities, when a language is chosen:
# on lines in English and German any of .1 to .4 gives a CER of 1.05, none 1.34.
_LISTED = 0.2


class LstmRecogniser:
    """Recogniser over converted networks; safe from many threads.

    `open_network` gives the network of a language, or None where only `native` can read it; it
    caches, and raises BadInput `unknown_language`. Lines below `min_confidence`
    have no text. `images` is `tesseract` only for comparisons with it.
    """

    name = "lstm"

    def __init__(
        self,
        open_network: Callable[[str], LineNetwork | None],
        native: Recogniser,
        min_confidence: float = MIN_CONFIDENCE,
        images: Normalisation = "even",
    ) -> None:
        self._open_network = open_network
        self._native = native
        self._min_confidence = min_confidence
        self._images: Normalisation = images

    def recognise(self, crops: Sequence[LineCrop], reread: Reread = NEVER) -> list[LineReading]:
        """One reading for each crop, the same whatever else is read with it.

        Its text is empty below the minimum confidence. Of several languages each line takes the
        one with the highest confidence and the most listed words. Lines that will be read again
        are not searched for words.
        """
        readings: list[LineReading] = [LineReading("", 0.0)] * len(crops)
        for languages in dict.fromkeys(crop.languages for crop in crops):
            at = [place for place, crop in enumerate(crops) if crop.languages == languages]
            group = self._read_group([crops[place] for place in at], languages, reread)
            for place, reading in zip(at, group, strict=True):
                readings[place] = self._accepted(reading)
        return readings

    def models(self, languages: Sequence[str]) -> tuple[ModelUse, ...]:
        """The converted models, or native ones where a language has no converted one."""
        networks = self._networks(languages)
        if networks is None:
            return self._native.models(languages)
        return tuple(network.session.use for network in networks)

    def languages(self) -> tuple[str, ...]:
        """Codes of the languages installed, sorted."""
        return self._native.languages()

    def word_list(self, languages: Sequence[str]) -> Callable[[str], bool] | None:
        """The test whether a word is listed in one of these languages; None without lists."""
        installed = set(languages) <= set(self.languages())
        networks = (self._networks(languages) if installed else None) or ()
        decoders = [network.decoder for network in networks if network.decoder.lexicon]
        if not decoders:
            return None
        return lambda word: any(decoder.lists(word) for decoder in decoders)

    def lexicon(self, languages: Sequence[str]) -> Lexicon | None:
        """The word list of one language; None for several, whose words exclude each other.

        None also where the language is not installed or its model has no list.
        """
        installed = len(languages) == 1 and languages[0] in self.languages()
        networks = (self._networks(languages) if installed else None) or ()
        return next((network.decoder.lexicon for network in networks), None)

    def _networks(self, languages: Sequence[str]) -> list[LineNetwork] | None:
        opened = [self._open_network(language) for language in languages]
        networks = [network for network in opened if network is not None]
        return networks if networks and len(networks) == len(opened) else None

    def _accepted(self, reading: LineReading) -> LineReading:
        if reading.confidence >= self._min_confidence:
            return reading
        return replace(reading, text="", words=(), rejected=reading.text)

    def _read_group(
        self, crops: Sequence[LineCrop], languages: Sequence[str], reread: Reread
    ) -> list[LineReading]:
        networks = self._networks(languages)
        if networks is None:
            return self._native.recognise(crops, reread)
        least = self._min_confidence
        choices = [read_lines(network, crops, self._images, reread, least) for network in networks]
        used = tuple(network.session.use for network in networks)
        return [
            replace(_likeliest(networks, readings), engine=self.name, models=used)
            for readings in zip(*choices, strict=True)
        ]


def _likeliest(networks: Sequence[LineNetwork], readings: Sequence[LineReading]) -> LineReading:
    """Of one line's readings in several languages the most confident and best listed."""
    if len(readings) == 1:
        return readings[0]
    scores = [
        reading.confidence
        + _LISTED * network.decoder.listed_share([word.text for word in reading.words])
        for network, reading in zip(networks, readings, strict=True)
    ]
    return readings[scores.index(max(scores))]
