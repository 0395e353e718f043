-- Whether there is a visitor of whom nothing was heard since a time.
select 1 as forgotten
from visitors
where visitors.heard_at < cast(:before as timestamp)
limit 1
