"""Pages show and ask; they contain no rule and no statement."""
