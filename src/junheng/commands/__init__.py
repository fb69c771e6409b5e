"""The commands of the command line, one module each: its options, and which part of the library answers it."""
