-- What was not understood, word for word, the most frequent first: one row per text of an eligible message of the period, with the number of all of them.
-- Before its version 18 Postgres has no least uuid; DuckDB takes three times as long for the least text.
select
    substr(messages.text, 1, 1000) as text,
    min(cast(messages.customer_key as varchar)) as customer_key,
    count(*) as messages,
    cast(sum(count(*)) over () as bigint) as all_messages
from messages
where messages.sender = 'user'
  and messages.countable
  and messages.understood = false
  and messages.text is not null
  and messages.sent_at >= cast(:since as timestamp)
  and messages.sent_at < cast(:until as timestamp)
  and (cast(:channels as varchar[]) is null or messages.channel = any(cast(:channels as varchar[])))
  and (cast(:languages as varchar[]) is null or coalesce(messages.language, 'und') = any(cast(:languages as varchar[])))
group by
    substr(messages.text, 1, 1000)
order by
    count(*) desc,
    substr(messages.text, 1, 1000)
limit :many
