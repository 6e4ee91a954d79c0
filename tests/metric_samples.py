"""Read what monitors read."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families


def read_samples(text):
    """Read the samples of a text in Prometheus's format."""
    families = text_string_to_metric_families(text.decode())
    return [sample for family in families for sample in family.samples]


def samples(text):
    """The numbers of a text: {'name{label="value"}': number}."""
    return {name_sample(sample): sample.value for sample in read_samples(text)}


def name_sample(sample):
    """A sample's name, with its labels in order."""
    labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
    return f"{sample.name}{{{labels}}}" if labels else sample.name
