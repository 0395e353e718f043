"""`make bench`: what the product asks, beside the best SQL that a hand can write for that one question."""
