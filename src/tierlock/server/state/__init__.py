"""WHAT A SERVER REMEMBERS beside the records: answered requests, webhooks, what is to be sent."""
