-- Whether something that could not be read has been there for long enough.
select 1 as old
from inbox
where inbox.state = 'quarantined'
  and inbox.received_at < cast(:before as timestamp)
limit 1
