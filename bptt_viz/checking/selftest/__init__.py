"""The checker's own examination: backward passes written by hand, and a catalogue of bugs to plant in them."""
