-- Message-level counts by the quarter of an hour: at which hours of the week it is busiest is summed, not searched for.
-- Quarters are those since 1970 in UTC. Every zone's distance from UTC is a multiple of one, so these counts hold in any zone.
-- Rows are differences (+n on write, -n on erasure), summed when asked.
create table quarter_counts (
    quarter bigint not null,
    channel varchar not null,
    language varchar not null,
    eligible bigint not null,
    not_understood bigint not null
);

insert into quarter_counts (quarter, channel, language, eligible, not_understood)
select
    cast(floor(cast(extract(epoch from messages.sent_at) as double precision) / 900) as bigint) as quarter,
    messages.channel,
    coalesce(messages.language, 'und') as language,
    count(*),
    count(*) filter (where not messages.understood)
from messages
where messages.sender = 'user'
  and messages.countable
  and messages.understood is not null
group by
    1,
    2,
    3
order by
    1;
