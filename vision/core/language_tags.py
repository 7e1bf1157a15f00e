"""BCP-47 language tags and Tesseract's codes."""

from collections.abc import Mapping
from typing import Final

# ISO 639-1 and the name of Tesseract's model, which mostly is the code of ISO 639-2/T.
_PAIRS: Final = """
    af:afr ar:ara be:bel bg:bul bn:ben ca:cat cs:ces cy:cym da:dan de:deu el:ell en:eng eo:epo
    es:spa et:est eu:eus fa:fas fi:fin fr:fra ga:gle gl:glg gu:guj he:heb hi:hin hr:hrv hu:hun
    hy:hye id:ind is:isl it:ita ja:jpn ka:kat kk:kaz km:khm kn:kan ko:kor la:lat lt:lit lv:lav
    mk:mkd ml:mal mr:mar ms:msa mt:mlt nb:nor ne:nep nl:nld no:nor pa:pan pl:pol pt:por ro:ron
    ru:rus sk:slk sl:slv sq:sqi sr:srp sv:swe sw:swa ta:tam te:tel th:tha tl:tgl tr:tur uk:ukr
    ur:urd vi:vie yi:yid zh:chi_sim
"""
_BY_TWO_LETTERS: Final[Mapping[str, str]] = dict(pair.split(":") for pair in _PAIRS.split())
_SCRIPTS: Final[Mapping[str, str]] = {
    "zh-hant": "chi_tra",
    "zh-tw": "chi_tra",
    "zh-hk": "chi_tra",
    "sr-latn": "srp_latn",
    "az-cyrl": "aze_cyrl",
    "uz-cyrl": "uzb_cyrl",
}
_TAGS: Final[Mapping[str, str]] = {
    **{code: tag for tag, code in reversed(list(_BY_TWO_LETTERS.items()))},
    "chi_tra": "zh-Hant",
    "srp_latn": "sr-Latn",
    "aze_cyrl": "az-Cyrl",
    "uzb_cyrl": "uz-Cyrl",
}
ANY: Final = "auto"


def language_tag(code: str) -> str:
    """The tag of one of Tesseract's codes; empty where it has none, as for models of a script.

    A code of three letters that has none of two is a tag itself.
    """
    code = code.removesuffix("_vert")
    known = _TAGS.get(code) or _TAGS.get(code.partition("_")[0])
    return known or (code if len(code) == 3 and code.isalpha() and code.islower() else "")


def tesseract_codes(tags: list[str]) -> list[str]:
    """The codes in the same order, each once: `en-GB` is `eng`, `mul` and `auto` any language.

    What is no known tag stays, since Tesseract's own codes are sent too.
    """
    if any(tag.lower() in {"mul", ANY} for tag in tags):
        return [ANY]
    return list(dict.fromkeys(_code(tag) for tag in tags))


def _code(tag: str) -> str:
    parts = tag.lower().replace("_", "-").split("-")
    script = _SCRIPTS.get("-".join(parts[:2]))
    return script or _BY_TWO_LETTERS.get(parts[0], tag)
