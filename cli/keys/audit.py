"""`pagesight audit`: changes to keys, webhooks and stored documents."""

import json

from rich.markup import escape
from rich.table import Table

from cli.console import out, plain
from cli.exit_codes import Exit
from cli.json_output import print_json
from cli.local_ledger import local_ledger


def show(tenant: str | None, action: str | None, limit: int, *, as_json: bool = False) -> int:
    """List audit events, newest first."""
    table = Table("time", "actor", "action", "target", "tenant", "details", box=None)
    with local_ledger() as ledger:
        events = ledger.audit.list(tenant=tenant, action=action, limit=limit)
    if as_json:
        print_json(list(events))
        return Exit.OK
    for each in events:
        at = each.at.isoformat(timespec="seconds")
        details = json.dumps(dict(each.data)) if each.data else ""
        cells = (at, each.actor, each.action, each.target, each.tenant or "", details)
        table.add_row(*(escape(plain(cell)) for cell in cells))
    out.print(table)
    return Exit.OK
