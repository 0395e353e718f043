-- What a webhook brought and has been worked on.
-- incoming: customer_key uuid, inbox_id uuid
delete from inbox
where (inbox.customer_key, inbox.inbox_id) in (
    select
        incoming.customer_key,
        incoming.inbox_id
    from incoming
)
