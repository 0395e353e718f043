-- Mutes that ended in the period, and those of them that ran out by the timer instead of being ended by a person or a program; one row.
-- A mute that gave way to a newer one did not end. One that is past its end counts as run out, whether or not the sweep has come by. The language is that of the conversation.
with ends as (
    select
        coalesce(mutes.ended_at, mutes.muted_until) as ended_at,
        coalesce(mutes.ended_by, 'timer') as ended_by
    from mutes
    where (mutes.ended_at is not null or mutes.muted_until <= cast(:now as timestamp))
      and (
          (cast(:channels as varchar[]) is null and cast(:languages as varchar[]) is null)
          or mutes.customer_key in (
              select customers.customer_key
              from customers
              where not (cast(:channels as varchar[]) is null and cast(:languages as varchar[]) is null)
                and (cast(:channels as varchar[]) is null or customers.channel = any(cast(:channels as varchar[])))
                and (cast(:languages as varchar[]) is null or customers.language = any(cast(:languages as varchar[])))
          )
      )
)
select
    count(*) as mutes_ended,
    count(*) filter (where ended_by = 'timer') as mutes_run_out
from ends
where ended_by <> 'superseded'
  and ended_at >= cast(:since as timestamp)
  and ended_at < cast(:until as timestamp)
