-- Whether the demo world is in the store.
select 1 as demo
from other_events
where other_events.source = 'demo'
limit 1
