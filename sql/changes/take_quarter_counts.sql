-- Takes the counts by the quarter of an hour of some days (UTC, since 1970) away, and gives them: for putting their sums in their place.
-- incoming: day bigint
delete from quarter_counts
using incoming
where quarter_counts.quarter >= incoming.day * 96
  and quarter_counts.quarter < (incoming.day + 1) * 96
returning quarter_counts.quarter, quarter_counts.channel, quarter_counts.language, quarter_counts.eligible, quarter_counts.not_understood
