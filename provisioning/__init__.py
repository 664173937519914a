"""Makes a machine a field kit, from a bare system to a first self-test, and takes all of it away again."""
