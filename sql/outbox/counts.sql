-- How many replies there are by channel and by what has become of them.
select
    outbox.channel as channel,
    outbox.state as state,
    count(*) as replies
from outbox
group by
    outbox.channel,
    outbox.state
order by
    outbox.channel,
    outbox.state
