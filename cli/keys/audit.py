"""`pagesight audit`: who did what to keys, webhooks and stored documents."""

import json

from rich.markup import escape
from rich.table import Table

from cli.console import out
from cli.exit_codes import Exit
from cli.webhooks.actions import plain
from jobs.ledger import open_ledger
from jobs.settings import Settings


def show(tenant: str | None, action: str | None, limit: int) -> int:
    """List deeds, newest first."""
    ledger = open_ledger(Settings())
    table = Table("at", "who", "did", "to", "tenant", "more", box=None)
    for each in ledger.audit.list(tenant=tenant, action=action, limit=limit):
        at = each.at.isoformat(timespec="seconds")
        more = json.dumps(dict(each.data)) if each.data else ""
        cells = (at, each.actor, each.action, each.target, each.tenant or "", more)
        table.add_row(*(escape(plain(cell)) for cell in cells))
    ledger.close()
    out.print(table)
    return Exit.OK
