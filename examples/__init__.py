"""Things to try Misheard with. Nothing in here is part of it."""
