"""The currency of a document: what its amounts and headings say."""

from collections import Counter
from collections.abc import Iterator, Sequence

from vision.extraction.context import PageText
from vision.extraction.evidence import Piece, Token
from vision.extraction.findings import Field, Found, Missing, Reason
from vision.extraction.values.amounts import amounts_in, currencies

_NO_SIGNS = "0123456789()[]:.,'-"  # what stands around the sign of a currency in a word
_AGREE = 0.9  # share of the signs with the commonest code, to be certain


def currency_of(pages: Sequence[PageText]) -> Field:
    """The code of ISO 4217 that most signs stand for; a sign of several currencies proves none."""
    signs = [
        (code, words) for page in pages for row in page.rows for code, words in _signs(row.whole)
    ]
    codes = Counter(code for code, _ in signs if code)
    if codes:
        ((code, count),) = codes.most_common(1)
        words = next(words for each, words in signs if each == code)
        share = count / codes.total()
        return Found("currency", code, words, 0.97 if share >= _AGREE else 0.5 * share)
    if signs:
        return Missing("currency", Reason.SEVERAL_CANDIDATES)
    return Missing("currency", Reason.NOT_FOUND)


def _signs(piece: Piece) -> Iterator[tuple[str, tuple[Token, ...]]]:
    """Codes with the words that show them; an empty code for a sign of several currencies."""
    known = currencies()
    if not any(token.text.strip(_NO_SIGNS) in known for token in piece.tokens):
        return
    for amount in amounts_in(piece.text):
        if amount.sign:
            yield amount.currency or "", piece.part(amount.start, amount.end).tokens
    for token in piece.tokens:
        text = token.text.strip("()[]:.,")
        if text in known and not any(map(str.isdigit, token.text)):
            yield known[text], (token,)
