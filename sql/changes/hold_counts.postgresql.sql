-- Nobody else changes the counts until the transaction ends; who has begun to is waited for.
lock table daily_counts, quarter_counts, customer_days in share row exclusive mode
