-- How much a webhook brought that waits to be worked on, and how much could not be read and was put aside.
select
    inbox.source as source,
    inbox.state as state,
    count(*) as items
from inbox
group by
    inbox.source,
    inbox.state
