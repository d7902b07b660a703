"""Put the commands together and turn errors into exit statuses."""

from __future__ import annotations

import sys

import typer
from typer.exceptions import TyperException

from monitor.cli import alerts, evaluate, feeds, findings, maintain, read, seeds, stages, status, stories
from monitor.cli.output import DONE, WRONG_USE, err
from monitor.errors import MonitorError, NotFound, Retryable, SettingsInvalid

app = typer.Typer(
    name="monitor",
    help="Tell me, once and with the evidence, when new reporting moves off the line I wrote down.\n\n"
    "Begin with `monitor seeds load`, then `monitor run --watch`. `monitor status` says how everything is; "
    "`monitor doctor` says what to do when something is not right.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
for part in (stages, seeds, feeds, stories, read, findings, alerts, status, maintain, evaluate):
    part.register(app)


def main() -> None:
    """Entry point of the command `monitor`."""
    try:
        status = app(standalone_mode=False)  # the exit status where a command ended by typer.Exit, else None
        sys.exit(status if isinstance(status, int) else DONE)
    except (SettingsInvalid, NotFound) as error:
        err(str(error))
        sys.exit(WRONG_USE)
    except Retryable as error:
        err(f"{error}\nNothing is lost: run the command again.")
        sys.exit(1)
    except MonitorError as error:
        err(str(error))
        sys.exit(1)
    except typer.Abort:
        sys.exit(130)
    except KeyboardInterrupt:
        err("stopped; what was done is kept, the rest waits for the next run")
        sys.exit(130)
    except BrokenPipeError:  # `monitor … | head`
        sys.stderr.close()
        sys.exit(DONE)
    except TyperException as error:  # a complaint about wrong use
        err(error.format_message())
        sys.exit(WRONG_USE)
