-- Counting reads this one index of 7 MB a million customers instead of the primary key's 39; the list of who waits reads five rows.
create index customers_counted on customers (status, channel, language);
create index customers_waiting on customers (need_help_since, customer_key) where status = 'need_help';
