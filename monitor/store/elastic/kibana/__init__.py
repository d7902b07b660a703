"""What analysts see in Kibana, described once, and its way into a running Kibana.

`description.py` says what there is, `views.py`, `panels.py` and `dashboards.py` know Kibana's saved-object shape (as of
8.9, which every later version migrates upward), `importing.py` hands it over. The same objects lie in
`config/kibana/` for those who import by hand; `python -m monitor.store.elastic.kibana` writes them.
"""

from monitor.store.elastic.kibana.description import describe
from monitor.store.elastic.kibana.importing import import_kibana
from monitor.store.elastic.kibana.ndjson import to_ndjson

__all__ = ["describe", "import_kibana", "to_ndjson"]
