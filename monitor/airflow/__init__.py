"""The edge that Airflow must be able to import: triggers, callbacks, plugin."""
