-- What a channel said of messages that never turned out to be replies of ours.
delete from receipts
where receipts.up_to < cast(:before as timestamp)
returning 1 as gone
