"""Notifications: who is told how a build went, and over which channel. Nothing is sent unless a file asks for it."""
