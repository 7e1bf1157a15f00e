"""A real S3 server on loopback: moto's, as a process of its own."""

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from tests.support.certificates import free_port
from tests.support.patience import PATIENCE_S

BUCKET = "pagesight"


@contextmanager
def running_s3() -> Iterator[Mapping[str, str]]:
    """A server with an empty bucket; yields the AWS_ variables that lead to it."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        make_bucket("127.0.0.1", port)
        yield {
            "AWS_ENDPOINT": f"http://127.0.0.1:{port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
        }
    finally:
        process.kill()
        process.wait()


def make_bucket(host: str, port: int) -> None:
    """Create the bucket as soon as the server answers."""
    scope = "tests/20260101/us-east-1/s3/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}"}
    until = time.monotonic() + PATIENCE_S
    while True:
        connection = http.client.HTTPConnection(host, port)
        with suppress(OSError):
            connection.request("PUT", f"/{BUCKET}", headers=headers)
            status = connection.getresponse().status
            assert status == 200, status
            return
        assert time.monotonic() < until, "the S3 server did not come up"
        time.sleep(0.05)
