"""The edge that Airflow must be able to import: bodies of tasks, callbacks, the plugin, the trigger.

In: what Airflow knows of a run. Out: a stage's counts, skips and failures in Airflow's words, a word to the operator.
Never: decides when or in what order (dags/ does), does a stage's work (the pipeline does). Nothing here is heavy to
import; a stage is imported when its task runs.
"""
