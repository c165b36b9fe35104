"""Collecting: the spiders, one short table a source and one module a platform."""
