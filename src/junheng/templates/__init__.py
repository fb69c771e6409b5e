"""Workbooks that a county or a school fills in, and the sheets of which they are made."""
