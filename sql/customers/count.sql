-- How many conversations the filters pick.
select count(*) as conversations
from picked
