-- Takes a waiting reply in hand; gives a row to the one who was quickest.
update outbox set
    state = 'sending',
    state_at = cast(:now as timestamp),
    attempts = outbox.attempts + 1,
    reason = null,
    code = null
where outbox.customer_key = cast(:customer_key as uuid)
  and outbox.reply_id = :reply_id
  and outbox.state = 'pending'
  and outbox.attempts = cast(:attempts as bigint)
returning outbox.attempts as attempts
