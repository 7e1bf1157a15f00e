"""What a message asks for, and the broker queue it waits in."""

from typing import Final, Literal, get_args

Topic = Literal["open_job", "read_page", "finish_job", "deliver"]

TOPICS: Final[tuple[Topic, ...]] = get_args(Topic)
# How many rows one message may name. Opening a document is short work that comes in bursts, and
# publishing costs as much for one row as for sixteen; a page is long work and goes alone.
MOST_TOGETHER: Final[dict[Topic, int]] = {
    "open_job": 16,
    "read_page": 1,
    "finish_job": 1,
    "deliver": 1,
}
QUEUES: Final[dict[Topic, str]] = {
    "open_job": "control",
    "read_page": "pages",
    "finish_job": "control",
    "deliver": "webhooks",
}
