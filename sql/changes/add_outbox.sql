-- A reply that waits to be sent.
insert into outbox (customer_key, reply_id, event_key, channel, agent, text, created_at, state, state_at, attempts, due_at)
values (
    cast(:customer_key as uuid),
    cast(:reply_id as varchar),
    cast(:event_key as bigint),
    cast(:channel as varchar),
    cast(:agent as varchar),
    cast(:text as varchar),
    cast(:now as timestamp),
    'pending',
    cast(:now as timestamp),
    0,
    cast(:now as timestamp)
)
