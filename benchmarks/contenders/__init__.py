"""One module for each way to judge the measured table; each has `judge`, which gives the number of failing rows of each rule."""
