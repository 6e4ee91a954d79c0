"""OpenTelemetry: what a viewer of traces shows of runs."""
