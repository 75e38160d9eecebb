"""`python -m controller` is `blademill`."""

from controller.cli import main

if __name__ == "__main__":
    main()
