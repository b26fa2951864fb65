"""Every error that Tierlock raises, in one tree, with stable codes.

::

    TierlockError                 code, message, hint, location
    ├── InputError                the user's input can not be used              exit 2
    │   ├── FrameworkError        a framework file is wrong, with line and column
    │   └── ImportFailed          a foreign log can not be read at all
    └── IntegrityError            input contradicts itself or its digest        exit 3

A foreign exception never crosses a room's door: the room translates it into one of these.
`CODES` lists every code with one sentence; a test holds the documentation to it.
"""

from __future__ import annotations

from functools import partial
from typing import Final

CODES: Final[dict[str, str]] = {
    "input.type": "a value has the wrong type or shape",
    "input.naive-time": "an instant has no time zone",
    "input.future": "an input is dated later than the instant of the determination",
    "input.period": "a period is not an ISO 8601 duration of years, months, weeks or days",
    "input.number": "a number is NaN, infinite or outside its declared range",
    "input.file": "a file can not be opened or read",
    "input.yaml": "a YAML file can not be parsed",
    "input.unknown-key": "a file contains a key that its schema does not know",
    "input.schema": "a file does not follow its schema",
    "input.subject": "a record is about another subject than the one asked about",
    "input.action": "the action, surface or audience is not one that the framework names",
    "input.not-found": "a named thing does not exist",
    "input.exists": "a file that would be written already exists",
    "input.executor": "the workers that were asked for can not be started or reached",
    "input.store": "the local store can not be read or written",
    "team.schema": "the tables of a team store are those of another version",
    "team.subject": "a subject of a team store has that name or address already",
    "team.differs": "a team store does not hold what was taken into it",
    "register.incomplete": "evidence was passed whose run is not in the run register",
    "framework.unknown-key": "a framework file contains a key that the language does not have",
    "framework.schema": "a framework file does not follow the schema of the language",
    "framework.yaml": "a framework file is not YAML, or uses a YAML feature that is refused",
    "framework.reference": "a framework file names something that it does not define",
    "framework.duplicate": "a framework file defines the same thing twice",
    "framework.bounds": "the bounds of a criterion contradict each other or its direction",
    "framework.connective": "at_least(k) of M needs 1 <= k <= M and M >= 1",
    "framework.cycle": "thresholds imply each other in a circle",
    "framework.lock": "a shipped framework file differs from its locked digest",
    "framework.unknown": "no framework of this name and version is known",
    "import.unreadable": "a log file is damaged, truncated or not what its name says",
    "import.format": "no importer recognises the file",
    "import.plugin": "an importer of another package can not be loaded, or breaks its contract",
    "import.schema": "a log file follows no known version of its format",
    "import.limit": "a log file exceeds the limits for untrusted input",
    "import.empty": "a log file holds no evaluation",
    "import.value": "a log file holds a value that can not be used",
    "ledger.content": "bytes, a media type or a time were given that a ledger does not take",
    "ledger.size": "a ledger has no such entry, or no tree of that size",
    "ledger.unavailable": "a ledger can not be opened, reached, locked or written",
    "ledger.moved": "a ledger has grown since it was last looked at",
    "ledger.head": "the text of a tree head or of an export is not what it should be",
    "ledger.anchor-file": "what a witness gave about a tree head, or its key, can not be read",
    "integrity.label": "the store and the ledger do not say the same of a label",
    "output.withheld": "a text that is dangerous to read was asked for and is not shown",
    "integrity.run-conflict": "one run id occurs with two different contents",
    "integrity.digest": "a record differs from its digest",
    "integrity.signed": "the store and the ledger do not hold the same signed statements",
    "report.redact": "a part that is to be redacted is not there, or another part gives it away",
    "report.written": "the file of what people wrote does not fit the report that it is for",
    "run.runner": "evaluations can not be run here: the runner is not installed or does not start",
    "run.settings": "what a project says about its runs can not be done",
    "run.busy": "somebody else runs these evaluations at this moment",
    "run.failed": "a run did not do what was asked of it",
    "ledger.damaged": "stored entries of a ledger are missing, unreadable or differ from its tree",
    "ledger.inconsistent": "a ledger does not extend a tree head that was seen before",
    "ledger.proof": "a proof of inclusion or consistency does not hold",
    "ledger.anchor": "an anchor or a signature does not hold for the tree head it is beside",
    "sign.origin": "an authenticator makes no key for a page at this address",
    "server.extra": "the server's libraries are not installed",
    "server.state": "the database of what a server remembers can not be opened",
    "server.webhook": "a webhook's address is not one that the server sends to",
    "server.unauthenticated": "nobody is signed in, and no token was sent",
    "server.forbidden": "the roles of whoever asks do not permit it",
    "server.scope": "texts that are dangerous to read need the scope `transcripts`",
    "server.csrf": "a change was not sent by a page of the server",
    "server.host": "the server was reached by a name that is not its own",
    "server.too-large": "a request's body is larger than is taken",
    "server.too-many": "too many requests came in a short time",
    "server.key-reused": "an idempotency key was used for another request",
    "server.in-progress": "the request with this idempotency key is being handled",
    "server.no-route": "the server has nothing at this address",
    "server.method": "the address takes no such request",
    "server.internal": "the server failed; nothing was permitted",
    "subject.unusable": "what names a subject has no digest that could be relied on",
    "subject.differs": "a folder, image or version is not the one that was expected",
    "key.read": "a key file can not be read, or holds no key that is accepted",
    "key.passphrase": "a private key needs a passphrase, or the passphrase is wrong",
    "key.signer": "a signer can not be opened, or does not sign",
    "attest.envelope": "an envelope is damaged, or not a DSSE envelope",
    "attest.payload-type": "an envelope holds something else than an in-toto statement",
    "attest.statement": "a payload is not an in-toto statement in canonical form",
    "attest.predicate": "a statement's predicate is of an unknown type, or contradicts itself",
    "attest.signature": "a signature does not verify",
    "attest.key": "no signature is by a key of the trust file",
    "attest.role": "a key is not trusted for the role in which it signed",
    "attest.expired": "a key was not valid when it signed",
    "attest.revoked": "a key is revoked, and nothing shows that it signed before",
    "attest.future": "a statement is signed later than the instant of the check",
    "attest.subject": "a statement is about another subject than the one expected",
    "attest.signer": "a record names another person than the one whose key signed it",
    "attest.login": "a key attests a login that the trust file does not let it attest",
    "attest.framework": "the trust file does not name the framework that is applied",
    "sign.trust": "the project names no trust file, or the signer's key is not in it",
    "sign.role": "a person would sign in a role that is not theirs, or is not asked for",
    "sign.apart": "a person would sign in two roles that must be held by different people",
    "sign.expect": "what would be signed is not what the signer expected",
    "sign.refused": "the signer did not confirm",
    "sign.assertion": "what a browser gave is not what its authenticator was asked for",
    "sign.lapsed": "what was offered to be signed was offered too long ago",
    "sign.replayed": "what was offered to be signed is signed already",
    "bundle.format": "a file is no bundle: its container is not written as it should be",
    "bundle.limit": "a bundle is larger than a bundle may be, or made to exhaust memory",
    "bundle.manifest": "a bundle's manifest is missing, damaged or contradicts itself",
    "bundle.part": "a part of a bundle is missing, surplus, or differs from its digest",
    "bundle.unsigned": "nobody whom the trust file names signed a bundle",
    "bundle.framework": "a bundle applies a framework that the trust file does not name",
    "bundle.subject": "a bundle is about another subject than the trust file expects",
    "bundle.ledger": "a bundle holds a record that its ledger does not, or lacks one that it does",
    "bundle.log": "a raw log does not give the evidence that a bundle has of its run",
    "bundle.withhold": "a part was to be withheld that there is not, or that can not be",
    "bundle.fails": "a bundle would not verify, and was not written",
    "integration.settings": "an integration is not told whom to ask, or lacks its library",
    "integration.rule": "no rule says what an alias or a stage of a model stands for",
    "integration.subject": "a model version does not say or not show which subject it is",
    "integration.gate": "the gate does not allow what another system is about to do",
    "integration.promoted": "what would change is held by an alias or a stage",
    "integration.moved": "a model version was changed while permission for it was asked",
    "integration.operation": "an operation of a registry is not known, or would go round the gate",
    "integration.compute": "a run reached its compute trigger, or its compute is not known",
    "integration.checkpoint": "a run would stop without a checkpoint from which it can go on",
    "account.unavailable": "the accounts of a server can not be opened, read or written",
    "account.settings": "what a server is told about its provider, grants or proxies is not usable",
    "account.token": "a token opens nothing, or is none that would be given out",
    "account.login": "a login was not begun here, or the provider's answer to it does not hold",
    "account.provider": "the identity provider can not be reached, or does not answer as one",
    "account.rate": "somebody asks too often",
    "internal": "a defect in Tierlock",
}


class TierlockError(Exception):
    r"""Base of all errors; carries what a person needs to act.

    Args:
        code: stable identifier from `CODES`.
        message: lower case, no full stop, the user's input in backticks.
        hint: what to do about it.
        location: file, and line and column or member where known.

    Raises:
        KeyError: `code` is not listed in `CODES` (a programmer's mistake).

    >>> str(InputError("input.naive-time", "`2026-01-01 00:00` has no time zone", hint="add Z"))
    'error[input.naive-time] `2026-01-01 00:00` has no time zone\n  hint: add Z'
    """

    exit_code: int = 70

    def __init__(
        self, code: str, message: str, *, hint: str | None = None, location: str | None = None
    ) -> None:
        CODES[code]
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.location = location

    def __reduce__(self) -> tuple[object, ...]:
        # Pickled by default, an error would lose its named fields on its way out of a worker.
        make = partial(type(self), hint=self.hint, location=self.location)
        return make, (self.code, self.message)

    def __str__(self) -> str:
        where = f" {printable(self.location)} " if self.location else " "
        text = f"error[{self.code}]{where}{printable(self.message)}"
        return f"{text}\n  hint: {printable(self.hint)}" if self.hint else text


def printable(text: str) -> str:
    r"""Return `text` with every character that could act on a terminal as its visible escape.

    >>> printable("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


class InputError(TierlockError):
    """The user's input can not be used; nothing was written."""

    exit_code = 2


class FrameworkError(InputError):
    """A framework file is wrong; `location` is `file:line:column`."""


class ImportFailed(InputError):
    """A foreign log can not be read at all; `location` names the file and the member or line."""


class IntegrityError(TierlockError):
    """Input contradicts itself or its digest; nothing that rests on it may pass."""

    exit_code = 3
