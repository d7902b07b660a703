"""`monitor alerts`: the outbox."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.output import ConfigOption, JsonOption, LimitOption, out, print_json, print_table, services_of, when
from monitor.models import AlertState

alerts_app = typer.Typer(no_args_is_help=True, help="The outbox: what was sent to whom, what waits and why.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(alerts_app, name="alerts", rich_help_panel="Findings and alerts")


@alerts_app.command("list")
def list_alerts(
    *,
    state: Annotated[AlertState | None, typer.Option(help="In this state alone.")] = None,
    limit: LimitOption = 200,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Newest first."""
    with services_of(config) as services:
        alerts = services.store.alerts(state=state, limit=limit)
    if as_json:
        return print_json(alerts)
    rows = [(a.id, a.state.value, a.recipient, a.headline, a.attempts, when(a.sent_at), a.last_error) for a in alerts]
    return print_table(("id", "state", "to", "headline", "tries", "sent", "error"), rows, empty="no alerts")


@alerts_app.command("show")
def show_alert(alert_id: str, *, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """One alert with every attempt to deliver it."""
    with services_of(config) as services:
        alert = services.store.alert(alert_id)
        attempts = services.store.attempts(alert_id=alert_id)
    if as_json:
        return print_json({"alert": alert, "attempts": attempts})
    out(f"{alert.id}: {alert.headline}\n  to {alert.recipient} by {alert.channel}: {alert.state.value}")
    rows = [(when(a.tried_at), "accepted" if a.ok else "not accepted", a.error) for a in attempts]
    return print_table(("tried", "result", "error"), rows, empty="  not tried yet")


@alerts_app.command("resend")
def resend(alert_id: str, *, config: ConfigOption = None) -> None:
    """Put an alert back into the outbox; the next `monitor alert` or `monitor run` sends it as a new mail."""
    with services_of(config) as services:
        alert = services.store.requeue_alert(alert_id, now=services.clock())
    out(f"{alert.id}: {alert.state.value}")
