"""What this room raises: numbers that can not mean what the caller says."""

from tierlock.core.errors import InputError


class InvalidNumbers(InputError):
    """A number is NaN, out of its range, or does not fit the others; code `input.number`."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__("input.number", message, hint=hint)


class UnboundedScore(InvalidNumbers):
    """A worst or best value is needed of a score without finite ends.

    The caller turns this into UNDETERMINED (`spec/statistics.md` S-12).
    """
