#!/usr/bin/env bash
# Give the user kibana_system its password. Elasticsearch is healthy when this runs; tries for a minute all the same.
set -eu
for _ in $(seq 30); do
  answer=$(curl --silent --user "elastic:$ELASTIC_PASSWORD" --header 'Content-Type: application/json' \
    --data "{\"password\": \"$KIBANA_PASSWORD\"}" \
    http://elasticsearch:9200/_security/user/kibana_system/_password || true)
  if [ "$answer" = "{}" ]; then
    echo "kibana_system has its password"
    exit 0
  fi
  sleep 2
done
echo "kibana_system did not get its password; Elasticsearch answered: $answer" >&2
exit 1
