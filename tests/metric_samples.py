"""Read what monitors read."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families


def samples(text):
    """The samples of a text in Prometheus's format: {'name{label="value"}': number}."""
    families = text_string_to_metric_families(text.decode())
    return {name_sample(sample): sample.value for family in families for sample in family.samples}


def name_sample(sample):
    """A sample's name, with its labels in order."""
    labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
    return f"{sample.name}{{{labels}}}" if labels else sample.name
