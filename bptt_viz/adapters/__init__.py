"""Functions of other frameworks as problems to check and runs to report; an optional extra each, imported when used."""
