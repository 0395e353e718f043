-- The schema files that have been applied.
select name
from schema_steps
order by name
