"""Reports: what readers get, written from the published warehouse alone."""
