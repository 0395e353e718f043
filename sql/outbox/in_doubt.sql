-- Whether a reply has been in somebody's hand for too long.
select 1 as in_doubt
from outbox
where outbox.state = 'sending'
  and outbox.state_at < cast(:before as timestamp)
limit 1
