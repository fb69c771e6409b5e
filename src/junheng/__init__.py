"""junheng (均衡): from a county's raw tables to the verdict on good-quality balanced compulsory education."""

__version__ = "0.1.0"
