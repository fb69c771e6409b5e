"""What others see of a build while nobody watches it: log lines, lineage, notifications. None of it changes a build."""
