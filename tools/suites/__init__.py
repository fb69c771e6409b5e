"""The makers of the committed expectation suites."""
