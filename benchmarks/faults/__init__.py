"""Faults that are made for real, to see that no published build is lost.

python -m benchmarks.faults --kills 200 --publish-kills 200 --full-disks 20 --soak 300

`kill -9` at random moments of a build and of its publish step, a disk that others fill, hundreds of builds in a row.
After each the output folder is looked at: what is published is the former build or the new one, whole.
"""
