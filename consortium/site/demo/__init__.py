"""The believable consortium: what a newcomer finds at first start. Functions, never persons; contents are examples."""
