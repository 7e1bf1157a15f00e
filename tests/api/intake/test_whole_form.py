"""A form that arrives in one piece is read as the same form in many pieces."""

from hypothesis import given
from hypothesis import strategies as st
from python_multipart.multipart import parse_options_header

from api.intake.multipart import FileStart, FormParser
from api.intake.whole_form import read_parameters, split_form
from api.problems import Problem

# Pieces that forms are made of, as clients write them and as they should not.
PIECES = (
    b"--b", b"\r\n--b", b"--b--", b"\r\n", b"\r", b"\n", b"--", b" ", b"\t", b":", b"x", b"\x00",
    b'Content-Disposition: form-data; name="file"; filename="a.png"\r\n',
    b'content-disposition:   form-data; name="options"\r\n',
    b"Content-Type: image/png\r\n", b"Content-Transfer-Encoding: base64\r\n", b": no name\r\n",
    b"X Y: z\r\n", b"X-Empty:\r\n",
)  # fmt: skip
HEADS = (
    b'Content-Disposition: form-data; name="file"; filename="a.png"',
    b'Content-Disposition: form-data; name="options"',
    b'Content-Disposition: form-data; name="metadata"\r\nContent-Type: application/json',
    b'X: \r\nContent-Disposition:form-data; name="file"',
)
DATA = st.lists(st.sampled_from((*PIECES, b"data")), max_size=4).map(b"".join)
PLAIN = st.lists(
    st.tuples(st.sampled_from(HEADS), DATA).map(
        lambda part: b"--b\r\n" + part[0] + b"\r\n\r\n" + part[1] + b"\r\n"
    ),
    max_size=4,
).map(b"".join)
FORM = st.tuples(PLAIN, st.sampled_from((b"--b--", b"--b--\r\n", b"--b--x", b"--b", b""))).map(
    b"".join
)
ODD = st.lists(st.sampled_from(PIECES), max_size=14).map(lambda some: b"--b\r\n" + b"".join(some))

Outcome = tuple[list[str | None], bytes, dict[str, str]] | str


def outcome(*pieces: bytes) -> Outcome:
    parser = FormParser(b"b", {"options": 100, "metadata": 100}, frozenset({"file"}))
    try:
        found = [each for piece in pieces for each in parser.feed(piece)]
        parser.close()
    except Problem as problem:
        return problem.kind.code
    names = [each.filename for each in found if isinstance(each, FileStart)]
    return names, b"".join(each for each in found if isinstance(each, bytes)), parser.fields


@given(body=FORM | ODD)
def test_a_form_in_one_piece_is_read_as_byte_by_byte(body: bytes) -> None:
    assert outcome(body) == outcome(*(body[at : at + 1] for at in range(len(body))))


@given(body=FORM, after=st.sampled_from((b"", b"\r\n", b"more", b"--b\r\n")))
def test_what_follows_a_whole_form_changes_nothing(body: bytes, after: bytes) -> None:
    assert outcome(body, after) == outcome(body[:1], body[1:], after)


def test_a_plain_form_needs_no_other_parser() -> None:
    body = b"--b\r\n" + HEADS[0] + b"\r\n\r\n" + bytes(300_000) + b"\r\n--b--\r\n"
    (part,) = split_form(body, b"b") or [None]
    assert part is not None
    assert body[part.start : part.end] == bytes(300_000)
    assert part.headers == {b"content-disposition": HEADS[0].partition(b": ")[2]}


PARAMETERS = st.lists(
    st.sampled_from(
        (";", "; ", " ;", "=", '"', "\\", '\\"', ":", "*", "name", "FileName", 'name="file"',
         '; filename="a b;c.png"', "; filename=a.png", "\t", "\xe9", ", ", "form-data", "C:\\")
    ),
    max_size=8,
).map(lambda some: ("form-data" + "".join(some)).encode("latin-1"))  # fmt: skip


@given(value=PARAMETERS)
def test_parameters_are_those_that_the_other_parser_reads(value: bytes) -> None:
    assert read_parameters(value) == parse_options_header(value)[1]
