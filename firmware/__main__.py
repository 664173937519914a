"""The door of the command `rekam`."""

from firmware.cli import run


def main() -> None:
    """Run the command line."""
    run()


if __name__ == "__main__":
    main()
