-- All conversation-level counts, before counting anew.
delete from customer_days
