"""The comparison of pub/sub servers: definitions, processes, scenarios, figures and the report."""
