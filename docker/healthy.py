"""Is this part of Airflow healthy? Exit status 0 if so: the health check of the containers.

`healthy.py NAME` asks the API server about `metadatabase`, `scheduler`, `dag_processor` or `triggerer`. One request
costs milliseconds, `airflow jobs check` seconds of CPU.
"""

import json
import sys
import urllib.request

URL = "http://airflow-api-server:8080/api/v2/monitor/health"


def main() -> int:
    """0 healthy, 1 not."""
    try:
        with urllib.request.urlopen(URL, timeout=8) as answer:
            parts = json.load(answer)
    except (OSError, ValueError) as error:
        print(f"no answer: {error}")
        return 1
    status = (parts.get(sys.argv[1]) or {}).get("status")
    print(f"{sys.argv[1]}: {status}")
    return 0 if status == "healthy" else 1


if __name__ == "__main__":
    sys.exit(main())
