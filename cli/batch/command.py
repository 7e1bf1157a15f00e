"""`pagesight batch`: submit many documents, follow them, fetch their results.

Its progress is kept in the output folder, so the same command resumes after an interruption.
"""

import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from cli.api_client import ServerRefused
from cli.batch.client import BatchClient
from cli.batch.exports import parse_formats, save_formats, unknown_formats
from cli.batch.upload import Source, Unusable, find_source
from cli.console import complain, counted, err, out, plain
from cli.exit_codes import Exit
from cli.json_output import print_json
from cli.rate import duration, progress_bar
from cli.read.formats import formats
from pagesight.client import Client as ServiceClient

POLL_S = 1.0
STATE_FILE = "batch.json"
RETRIED = ("failed", "expired", "partial", "cancelled")
MOST_SHOWN = 10  # names or errors that the terminal lists; the files hold all
_FINAL = frozenset({"completed", "cancelled", "failed"})
_ENDED = ("succeeded", "partial", "failed", "cancelled", "expired")


@dataclass(frozen=True, slots=True)
class Progressed:
    """Progress so far, kept in the output folder. `retry_of` is the batch being retried."""

    server: str
    source: str
    key: str
    id: str | None = None
    retry_of: str | None = None


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """What the command does besides submitting. `retry` lists states, separated by commas."""

    wait: bool = True
    retry: str | None = None
    forms: Sequence[str] = ()
    as_json: bool = False


def send_batch(
    source: Path,
    output: Path,
    parameters: Mapping[str, str],
    server: str | None,
    key: str | None,
    wanted: BatchRequest,
) -> int:
    """Run the command; a refusal by the server is printed, and the exit code is FAILED."""
    try:
        client = BatchClient(server, key)
        try:
            chosen = parse_formats(wanted.forms)
            if unknown := unknown_formats(chosen):
                complain(f"unknown format {', '.join(unknown)}: choose of {', '.join(formats())}")
                return Exit.USAGE
            return run_batch(client, source, output, parameters, replace(wanted, forms=chosen))
        finally:
            client.close()
    except ServerRefused as error:
        complain(str(error))
        return Exit.FAILED


def run_batch(
    client: BatchClient,
    path: Path,
    output: Path,
    parameters: Mapping[str, str],
    wanted: BatchRequest,
) -> int:
    """Submit, follow and fetch, resuming where an earlier run ended; return the exit code.

    With `retry`, documents that ended so are read again, into a folder of their own.
    """
    try:
        states = _states(wanted.retry)
        source = find_source(path)
        output.mkdir(parents=True, exist_ok=True)
        done = _begin(client, source, output)
        if states:
            output, done = _begin_retry(client, source, output, done)
        if done.id is None:
            batch = _submit(client, source, parameters, states, done)
            done = _keep(output, replace(done, id=batch["id"]))
        assert done.id is not None
        if not wanted.wait:
            print_json({"id": done.id}) if wanted.as_json else out.print(done.id)
            return Exit.OK
        return _fetch(client, _watch(client, done.id), output, wanted)
    except Unusable as error:
        complain(str(error))
        return Exit.USAGE
    except KeyboardInterrupt:
        err.print("Interrupted. The same command resumes here; nothing is sent twice.")
        raise


def _states(retry: str | None) -> Sequence[str]:
    states = [] if retry is None else [state.strip() for state in retry.split(",")]
    if unknown := set(states) - set(RETRIED):
        raise Unusable(f"--retry accepts {', '.join(RETRIED)}, not {', '.join(sorted(unknown))}")
    return states


def _submit(
    client: BatchClient,
    source: Source,
    parameters: Mapping[str, str],
    states: Sequence[str],
    done: Progressed,
) -> dict[str, Any]:
    if done.retry_of is not None:
        return client.retry(done.retry_of, states, done.key)
    if source.skipped:
        err.print(_skipped(source), markup=False)
    with err.status(f"Sending {counted(len(source.documents), 'file')} ..."):
        return client.submit(source, parameters, done.key)


def _skipped(source: Source) -> str:
    names = [path.relative_to(source.path).as_posix() for path in source.skipped[:MOST_SHOWN]]
    more = ", ..." if len(source.skipped) > MOST_SHOWN else ""
    files = counted(len(source.skipped), "file")
    return f"Skipped {files}, neither image nor PDF: {plain(', '.join(names))}{more}"


def _begin_retry(
    client: BatchClient, source: Source, output: Path, first: Progressed
) -> tuple[Path, Progressed]:
    """Return the folder and progress of the unfinished retry, or of a new one.

    Raises Unusable where there is no batch to retry.
    """
    last, folder, number = first, output / "retry-1", 1
    while (folder / STATE_FILE).exists():
        last = _begin(client, source, folder)
        if not (folder / "errors.jsonl").exists():
            return folder, last
        number += 1
        folder = output / f"retry-{number}"
    if last.id is None:
        raise Unusable(f"{output} holds no batch to retry: run the command without --retry first")
    folder.mkdir(exist_ok=True)
    key = secrets.token_hex(16)
    return folder, _keep(folder, Progressed(last.server, last.source, key, retry_of=last.id))


def _begin(client: BatchClient, source: Source, output: Path) -> Progressed:
    """Return the progress of an earlier run, or start. Raises Unusable for another batch."""
    fingerprint = source.fingerprint()
    try:
        done = Progressed(**json.loads((output / STATE_FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return _keep(output, Progressed(client.server, fingerprint, secrets.token_hex(16)))
    except (ValueError, TypeError) as error:
        raise Unusable(f"{output / STATE_FILE} was not written by this command: {error}") from error
    if (done.server, done.source) != (client.server, fingerprint):
        raise Unusable(
            f"{output} holds another batch, or the documents have changed since then: "
            "choose another --output"
        )
    return done


def _keep(output: Path, done: Progressed) -> Progressed:
    part = output / f"{STATE_FILE}.part"
    part.write_text(json.dumps(asdict(done)), encoding="utf-8")
    part.replace(output / STATE_FILE)
    return done


def _watch(client: BatchClient, batch_id: str) -> dict[str, Any]:
    """Show a progress bar until the batch has ended."""
    with progress_bar("documents", transient=False) as bar:
        task = bar.add_task("preparing", total=None)
        while True:
            batch = client.get(batch_id)
            counts = batch["documents"]
            ended = sum(counts[state] for state in _ENDED)
            failed = counts["failed"] + counts["expired"]
            state = f"{batch['state']}, {failed} failed" if failed else batch["state"]
            bar.update(task, description=state, completed=ended, total=counts["total"])
            if batch["state"] in _FINAL:
                return batch
            time.sleep(POLL_S)


def _fetch(
    client: BatchClient, batch: Mapping[str, Any], output: Path, wanted: BatchRequest
) -> int:
    if batch["fault"] is not None:
        complain(f"{batch['fault']['message']} [{batch['fault']['code']}]")
        return Exit.FAILED
    results = client.download(batch["id"], "results.jsonl", output)
    errors = client.download(batch["id"], "errors.jsonl", output)
    if wanted.as_json:
        found = {"id": batch["id"], "results": results, "errors": errors, "output": str(output)}
        print_json(found)
    else:
        out.print(f"{counted(results, 'result')} in {output / 'results.jsonl'}")
    err.print(_speed(batch, results + errors), markup=False)
    with ServiceClient(client.server, client.key, trust_env=False) as service:
        lines = _lines(output / "results.jsonl")
        missing = save_formats(service, lines, results, wanted.forms, output)
    for line in islice(_lines(output / "errors.jsonl"), MOST_SHOWN):
        fault = line["fault"] or {"message": f"The document is {line['state']}.", "code": ""}
        complain(f"{line['custom_id']}: {fault['message']} [{fault['code'] or line['state']}]")
    if not errors:
        return Exit.PARTIAL if missing else Exit.OK
    err.print(
        f"{counted(errors, 'document')} without a result in {output / 'errors.jsonl'}; "
        "to read failed ones again, run the same command with --retry failed."
    )
    return Exit.PARTIAL if results else Exit.FAILED


def _speed(batch: Mapping[str, Any], documents: int) -> str:
    """How fast the batch was, from its acceptance to its end."""
    begun, ended = (datetime.fromisoformat(batch[each]) for each in ("created_at", "finished_at"))
    seconds = max((ended - begun).total_seconds(), 1e-3)
    read = counted(documents, "document")
    return f"{read} in {duration(seconds)} ({documents / seconds:.1f} documents/s)"


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open("rb") as opened:
        yield from map(json.loads, opened)
