-- What agents wrote is little among all messages: the numbers about human replies find it by these.
create index messages_by_agents on messages (sent_at, customer_key) where sender = 'agent';
create index messages_by_agents_customer on messages (customer_key, sent_at) where sender = 'agent';
