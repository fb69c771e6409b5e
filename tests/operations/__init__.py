"""What nobody watches: room, logs, notifications, lineage, the doctor, schedulers."""
