"""Put the commands together and turn errors into exit statuses."""

from __future__ import annotations

import sys

import typer

from monitor.cli import alerts, evaluate, feeds, findings, maintain, read, seeds, stages, status
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
for part in (stages, seeds, feeds, read, findings, alerts, status, maintain, evaluate):
    part.register(app)


def main() -> None:
    """Entry point of the command `monitor`."""
    try:
        app(standalone_mode=False)
    except typer.Exit as done:
        sys.exit(done.exit_code)
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
    except Exception as error:
        # click's own usage errors carry an exit code and a message for the user; all else is a bug and says so
        _show_usage_error(error)


def _show_usage_error(error: Exception) -> None:
    show = getattr(error, "show", None)
    code = getattr(error, "exit_code", None)
    if show is None or code is None:
        raise error
    show()
    sys.exit(WRONG_USE)
