"""Our own tables and queues in one storage account."""
