-- Differences of the counts by the quarter of an hour.
-- incoming: quarter bigint, channel varchar, language varchar, eligible bigint, not_understood bigint
insert into quarter_counts (quarter, channel, language, eligible, not_understood)
select
    quarter,
    channel,
    language,
    eligible,
    not_understood
from incoming
