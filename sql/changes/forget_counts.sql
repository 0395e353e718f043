-- All message-level and conversation-level counts, before counting anew; see also forget_customer_days.
delete from daily_counts
