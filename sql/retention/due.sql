-- Customers of whom nothing was heard since their channel's time and with whom nothing is open, longest quiet first.
-- incoming: channel varchar, before timestamp
with quiet as (
    select
        customers.customer_key as customer_key,
        customers.channel as channel,
        incoming.before as before,
        greatest(
            customers.last_message_at,
            customers.first_event_at,
            customers.status_said_at,
            customers.mute_said_at,
            coalesce(customers.muted_until, customers.first_event_at),
            coalesce(visitors.heard_at, customers.first_event_at)
        ) as quiet_since
    from customers
    join incoming on incoming.channel = customers.channel
    left join visitors on visitors.customer_key = customers.customer_key
    where customers.last_message_at < incoming.before
      and customers.status <> 'need_help'
      and (cast(:customer_keys as uuid[]) is null or customers.customer_key = any(cast(:customer_keys as uuid[])))
)
select
    cast(quiet.customer_key as varchar) as customer_key,
    quiet.channel as channel,
    quiet.quiet_since as quiet_since
from quiet
where quiet.quiet_since < quiet.before
  and not exists (
      select 1
      from outbox
      where outbox.customer_key = quiet.customer_key
        and (outbox.state in ('pending', 'sending') or outbox.state_at >= quiet.before)
  )
order by
    quiet.quiet_since,
    quiet.customer_key
limit :limit
