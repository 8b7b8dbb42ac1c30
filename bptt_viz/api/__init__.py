"""The public functions: options by keyword, named as on the command line, and results that show themselves."""
