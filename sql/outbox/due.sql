-- Replies that wait to be sent now, oldest first; of a customer only the first that is not done with, so that replies
-- arrive in the order in which they were written.
select
    cast(outbox.customer_key as varchar) as customer_key,
    outbox.reply_id as reply_id,
    outbox.text as text,
    outbox.agent as agent,
    outbox.attempts as attempts,
    outbox.created_at as created_at,
    customers.channel as channel,
    people.customer_id as customer_id,
    customers.last_user_at as last_user_at
from outbox
join customers on customers.customer_key = outbox.customer_key
join people on people.customer_key = outbox.customer_key
where outbox.state = 'pending'
  and outbox.due_at <= cast(:now as timestamp)
  and not exists (
      select 1
      from outbox as earlier
      where earlier.customer_key = outbox.customer_key
        and earlier.state in ('pending', 'sending')
        and (earlier.created_at, earlier.reply_id) < (outbox.created_at, outbox.reply_id)
  )
order by
    outbox.created_at,
    outbox.reply_id
limit :limit
