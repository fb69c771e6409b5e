"""One module for each way to judge the measured table; its `judge` gives the failing rows of each rule."""
