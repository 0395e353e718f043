-- All questions of the transaction see the store as it is at its first; nobody waits for it. To be told before anything else.
set transaction isolation level repeatable read
