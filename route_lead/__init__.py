"""The queue function: record a lead, de-duplicated, and deliver it to its destinations."""
