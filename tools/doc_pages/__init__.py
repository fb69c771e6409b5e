"""The pages of the documentation that say what a seed or a model already says."""
