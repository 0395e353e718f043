-- All counts by the quarter of an hour, before counting anew.
delete from quarter_counts
