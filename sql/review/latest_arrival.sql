-- The number of the message that arrived last.
select max(messages.arrived) as arrived
from messages
where messages.arrived > cast(:arrived as bigint)
