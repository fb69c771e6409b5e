"""The pages of the site, one module for each entry of the navigation."""
