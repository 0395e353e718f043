"""What a chatbot's conversations are, and what may be done with them.

Knows nothing about screens or HTTP: it runs from a shell, a cron job or a test.
"""
