"""History: what every run was given and what it found, what changed between two of them, and why."""
