"""The office's page of its fleet: what kits say over MQTT, kept in rows, and shown in a browser."""
