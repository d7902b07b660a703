"""Fixtures of the tests that need real servers."""

from tests.services.elasticsearch.fixtures import elastic_url

__all__ = ["elastic_url"]
