-- When the next reply that waits may be sent.
select min(outbox.due_at) as due_at
from outbox
where outbox.state = 'pending'
