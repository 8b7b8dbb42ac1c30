"""From what a weight file holds to the parameters of our models; every conversion stands here."""
