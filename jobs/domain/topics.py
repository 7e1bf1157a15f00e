"""What a message asks for, and the broker queue it waits in."""

from typing import Final, Literal, get_args

Topic = Literal["tend_batch", "finish_job", "open_job", "read_page", "deliver"]

TOPICS: Final[tuple[Topic, ...]] = get_args(Topic)
# How many rows one message may name. Opening a document is short work that comes in bursts, and
# publishing costs as much for one row as for sixteen; a page is long work and goes alone.
MOST_TOGETHER: Final[dict[Topic, int]] = {
    "tend_batch": 1,
    "finish_job": 1,
    "open_job": 16,
    "read_page": 1,
    "deliver": 1,
}
QUEUES: Final[dict[Topic, str]] = {
    "tend_batch": "control",
    "finish_job": "control",
    "open_job": "documents",
    "read_page": "pages",
    "deliver": "webhooks",
}
