-- What DuckDB finds by scanning, Postgres finds by these.
create index outbox_waiting on outbox (due_at) where state in ('pending', 'sending');
create index receipts_customer on receipts (customer_key);
create index inbox_customer on inbox (customer_key);
create index inbox_state on inbox (state, received_at);
create index profiles_asked_due on profiles_asked (due_at);
