import pytest

from vision.text.long_s import long_s_chance, unaffected

OLD = "le capitaine fe promene fur le rivage, il eft trifte & fon efprit eft ailleurs"
GERMAN = "ift das nicht die Sache, daß fie felbft fo fehr befchloffen haben"
MODERN = "the first of five fishes is soft, so some staff refuse it for safety"


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        ("", False),
        ("12,50 RM", False),
        ("if of off", False),
        ("find fifty", False),
        (MODERN, False),
        (OLD, True),
        (GERMAN, True),
        (OLD.replace("f", "s"), False),
        (OLD.upper(), False),
    ],
)
def test_a_page_whose_s_are_all_f_has_a_long_s(text: str, likely: bool) -> None:
    assert (long_s_chance(text.split()) > 0.5) == likely


def test_the_more_such_words_the_surer() -> None:
    chances = [long_s_chance(["fe", "fur"] * times) for times in range(9)]
    assert chances == sorted(chances)
    assert chances[0] == pytest.approx(1 / 25)
    assert chances[-1] > 0.99


@pytest.mark.parametrize("text", ["of", "(if)", "rivage", "Frau", "", "12"])
def test_a_word_without_an_f_before_another_letter_is_spared(text: str) -> None:
    assert unaffected(text, 1.0) == 1.0


@pytest.mark.parametrize("text", ["fe", "l'efpece", "(trifte)", "Dorfichaften,"])
def test_another_is_the_less_likely_the_surer_the_page_is(text: str) -> None:
    assert unaffected(text, 0.0) == 1.0
    assert 0 < unaffected(text, 1.0) < unaffected(text, 0.5) < 1
