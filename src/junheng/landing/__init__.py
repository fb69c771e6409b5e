"""Landing: files of a county into the typed tables of the schema raw."""
