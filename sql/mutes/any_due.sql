-- Whether any mute is past its end and not closed yet.
select 1 as due
from mutes
where mutes.ended_at is null
  and mutes.muted_until <= cast(:now as timestamp)
limit 1
