"""Results turned into text, tables, figures and documents; nothing is computed here."""
