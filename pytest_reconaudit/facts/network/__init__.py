"""What runs in a container, which ports it listens on, which paths it serves, who asks for them."""
