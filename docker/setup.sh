#!/bin/sh
# Indices, Kibana objects and seed stories: everything that must be there before the first task. Repeatable.
set -eu
monitor setup
monitor seeds check
monitor seeds load
