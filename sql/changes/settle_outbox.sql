-- What became of the attempt that is in hand, unless the channel itself has said more meanwhile.
update outbox set
    state = cast(:state as varchar),
    said_at = case when cast(:state as varchar) in ('sent', 'delivered', 'unknown') then outbox.state_at else outbox.said_at end,
    state_at = cast(:now as timestamp),
    due_at = cast(:due_at as timestamp),
    message_id = coalesce(cast(:message_id as varchar), outbox.message_id),
    reason = cast(:reason as varchar),
    code = cast(:code as varchar)
where outbox.customer_key = cast(:customer_key as uuid)
  and outbox.reply_id = :reply_id
  and outbox.attempts = cast(:attempts as bigint)
  and outbox.state in ('sending', 'unknown')
returning outbox.state as state
