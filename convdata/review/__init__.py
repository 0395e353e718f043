"""What the bot did not understand, grouped, decided, exported and watched: the trainers' side of the product."""
