"""Where inputs and outputs go: the recorder, the mailbox of the dashboard."""
