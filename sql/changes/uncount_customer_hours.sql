-- Takes a customer out of the counts by the quarter of an hour, before their messages go: what counts of them, with the sign turned.
insert into quarter_counts (quarter, channel, language, eligible, not_understood)
select
    cast(floor(cast(extract(epoch from messages.sent_at) as double precision) / 900) as bigint),
    messages.channel,
    coalesce(messages.language, 'und'),
    -count(*),
    -count(*) filter (where not messages.understood)
from messages
where messages.customer_key in (select unnest(cast(:customer_keys as uuid[])))
  and messages.sender = 'user'
  and messages.countable
  and messages.understood is not null
group by
    1,
    2,
    3
