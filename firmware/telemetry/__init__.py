"""The status of a kit over MQTT; never anything personal."""
