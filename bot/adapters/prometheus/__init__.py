"""Prometheus: what monitors read of this process."""
