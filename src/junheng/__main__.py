"""`python -m junheng` and the console script."""


def main() -> None:
    """Run the command line."""
    from junheng.cli import app

    app()


if __name__ == "__main__":
    main()
