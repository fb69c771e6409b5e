"""`junheng doctor`: is everything there that a build needs, and what to do where it is not."""
