-- A person wants a reply that failed, or whose fate is not known, to be sent again; gives a row to the first who asks.
update outbox set
    state = 'pending',
    state_at = cast(:now as timestamp),
    due_at = cast(:now as timestamp),
    reason = null,
    code = null
where outbox.customer_key = cast(:customer_key as uuid)
  and outbox.reply_id = :reply_id
  and outbox.attempts = cast(:attempts as bigint)
  and outbox.state in ('failed', 'unknown', 'too_late')
returning outbox.reply_id as reply_id
