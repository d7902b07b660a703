"""Write .env from .env.example with random secrets; an existing .env stays as it is.

`make_env.py [--demo]`, run in the repository's folder. Only the standard library: it runs before anything is installed.
Secrets are letters and digits alone, since they pass through URLs, shells and JSON.
"""

from __future__ import annotations

import base64
import os
import secrets
import string
import sys
from pathlib import Path

ALPHABET = string.ascii_letters + string.digits
LENGTHS = {
    "POSTGRES_PASSWORD": 32,
    "REDIS_PASSWORD": 32,
    "ELASTIC_PASSWORD": 32,
    "KIBANA_PASSWORD": 32,
    "KIBANA_SECURITY_KEY": 32,  # Kibana asks for at least 32 characters
    "KIBANA_OBJECTS_KEY": 32,
    "AIRFLOW_ADMIN_PASSWORD": 20,
    "AIRFLOW_JWT_SECRET": 96,  # SHA-512 wants at least 64 bytes
    "AIRFLOW_SECRET_KEY": 48,
}
DEMO = {"COMPOSE_PROFILES": "demo", "MONITOR_CONFIG": "docker/demo/monitor.yaml"}


def secret(length: int) -> str:
    """That many random letters and digits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def fernet_key() -> str:
    """32 random bytes in base64, drawn again until it has letters and digits alone (and the `=` at its end)."""
    while not (key := base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())[:-1].isalnum():
        pass
    return key


def fill(template: str, *, values: dict[str, str]) -> str:
    """The template with these values in place of what stands behind `NAME=`; each name must be there."""
    lines = template.splitlines()
    for name, value in values.items():
        [at] = [index for index, line in enumerate(lines) if line.startswith(f"{name}=")]
        lines[at] = f"{name}={value}"
    return "\n".join(lines) + "\n"


def main() -> int:
    """0 when .env is there now."""
    target = Path(".env")
    if target.exists():
        print(".env is there already and stays as it is")
        return 0
    values = {name: secret(length) for name, length in LENGTHS.items()} | {"AIRFLOW_FERNET_KEY": fernet_key()}
    values |= DEMO if "--demo" in sys.argv[1:] else {}
    text = fill(Path(".env.example").read_text(encoding="utf-8"), values=values)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    print(".env is written, with new secrets. Next: docker compose up --build --detach")
    print("Airflow: user admin, password AIRFLOW_ADMIN_PASSWORD; Kibana: user elastic, password ELASTIC_PASSWORD")
    return 0


if __name__ == "__main__":
    sys.exit(main())
