-- What is kept of messages by the quarter of an hour, channel and language, the differences summed.
select
    quarter_counts.quarter as quarter,
    quarter_counts.channel as channel,
    quarter_counts.language as language,
    cast(sum(quarter_counts.eligible) as bigint) as eligible,
    cast(sum(quarter_counts.not_understood) as bigint) as not_understood
from quarter_counts
group by
    quarter_counts.quarter,
    quarter_counts.channel,
    quarter_counts.language
