import socket
import threading

import httpx
import pytest

from cli.webhooks.queue_receiver import receiver
from cli.webhooks.receiver import MOST_BYTES, Arrival, Script, receiving
from tests.support.patience import PATIENCE_S


def post(port: int, body: bytes = b"{}", **options: float) -> httpx.Response:
    return httpx.post(f"http://127.0.0.1:{port}/", content=body, trust_env=False, **options)


def test_what_arrives_is_handed_over_untouched_and_answered_as_told() -> None:
    came: list[Arrival] = []

    def answer(arrival: Arrival) -> int:
        came.append(arrival)
        return 202

    with receiving("127.0.0.1", 0, answer) as port:
        assert post(port, b' {"a":1}\n').status_code == 202
    assert came[0].body == b' {"a":1}\n'
    assert came[0].headers["content-length"] == "9"


def test_statuses_are_answered_in_turn_and_the_last_one_for_ever() -> None:
    script = Script([500, 429, 204], delay_s=0)
    assert [script.next() for _ in range(5)] == [500, 429, 204, 204, 204]


@pytest.mark.parametrize(
    ("length", "status"),
    [(None, b"411"), ("many", b"411"), (str(MOST_BYTES + 1), b"413"), ("9" * 5000, b"413")],
)
def test_a_body_without_length_or_too_long_is_not_read(length: str | None, status: bytes) -> None:
    with (
        receiving("127.0.0.1", 0, lambda _: 204) as port,
        socket.create_connection(("127.0.0.1", port), 10) as sender,
    ):
        stated = "" if length is None else f"Content-Length: {length}\r\n"
        sender.sendall(f"POST / HTTP/1.1\r\n{stated}\r\n".encode())
        assert status in sender.recv(1000).split(b"\r\n")[0]


def test_a_sender_that_does_not_wait_leaves_no_trace(capfd: pytest.CaptureFixture[str]) -> None:
    go_on = threading.Event()

    def late(_: Arrival) -> int:
        go_on.wait(PATIENCE_S)
        return 204

    with receiving("127.0.0.1", 0, late) as port:
        with pytest.raises(httpx.ReadTimeout):
            post(port, timeout=0.1)
        go_on.set()
        assert post(port).status_code == 204
    assert capfd.readouterr().err == ""


def test_the_demos_receiver_keeps_a_callback_until_it_is_asked_for() -> None:
    with receiver() as callbacks:
        assert callbacks.wait(0) is None
        assert httpx.post(callbacks.url, content=b"{}", trust_env=False).status_code == 204
        arrival = callbacks.wait(PATIENCE_S)
    assert arrival is not None
    assert arrival.body == b"{}"
