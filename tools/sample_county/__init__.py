"""Seeded generator of the sample county: a synthetic reconstruction of the published figures of Tongnan."""
