"""``python -m plugin``: the command line."""

from plugin.cli import main

if __name__ == "__main__":
    main()
