"""ATTEST: statements in signed envelopes, and whose signatures they are; knows no policy."""

from __future__ import annotations

from tierlock.attest.bundle_records import BundleSeal, Result, Verification, WithheldPart
from tierlock.attest.envelope import (
    PAYLOAD_TYPE,
    Envelope,
    EnvelopeSignature,
    canonical_envelope,
    pae,
    parse_envelope,
)
from tierlock.attest.evidence_summary import EvidenceSummary, summarise_evidence
from tierlock.attest.key_files import (
    PUBLIC_SUFFIX,
    KeyPair,
    load_private_key,
    load_public_key,
    new_key,
)
from tierlock.attest.people import Login, same_person
from tierlock.attest.predicates import (
    KINDS,
    RECORDS,
    URI_BASE,
    Kind,
    Predicate,
    kind_of,
    make_statement,
    predicate_of,
    predicate_type,
)
from tierlock.attest.public_key import PublicKey
from tierlock.attest.schema import predicate_schema
from tierlock.attest.separation import check_separation
from tierlock.attest.services import Ask
from tierlock.attest.signed_records import as_signed, join_signatures
from tierlock.attest.signers import (
    LibraryKey,
    Signer,
    find_public_key,
    open_signer,
    sign_statement,
)
from tierlock.attest.sigstore import sigstore_id
from tierlock.attest.statement import (
    STATEMENT_TYPE,
    ResourceDescriptor,
    Statement,
    canonical_statement,
    descriptor,
    parse_statement,
    parts_of,
    statement_of,
    subjects_of,
)
from tierlock.attest.strict_json import parse_strict
from tierlock.attest.summaries import SVR_TYPE, VSA_TYPE, allowed_property, make_svr, make_vsa
from tierlock.attest.trust import (
    Attests,
    ExpectedSubject,
    SigstoreIdentity,
    Trust,
    TrustedKey,
    Witnesses,
)
from tierlock.attest.verify import (
    SignedBy,
    Verified,
    check_subject,
    verify_envelope,
    verify_signatures,
)
from tierlock.attest.webauthn import (
    Assertion,
    Authenticator,
    assertion_key,
    assertion_problem,
    challenge_of,
    from_base64url,
    to_base64url,
    write_assertion,
)
from tierlock.attest.webauthn_browser import (
    Registration,
    read_assertion,
    read_registration,
    registration_options,
)

__all__ = [
    "KINDS",
    "PAYLOAD_TYPE",
    "PUBLIC_SUFFIX",
    "RECORDS",
    "STATEMENT_TYPE",
    "SVR_TYPE",
    "URI_BASE",
    "VSA_TYPE",
    "Ask",
    "Assertion",
    "Attests",
    "Authenticator",
    "BundleSeal",
    "Envelope",
    "EnvelopeSignature",
    "EvidenceSummary",
    "ExpectedSubject",
    "KeyPair",
    "Kind",
    "LibraryKey",
    "Login",
    "Predicate",
    "PublicKey",
    "Registration",
    "ResourceDescriptor",
    "Result",
    "SignedBy",
    "Signer",
    "SigstoreIdentity",
    "Statement",
    "Trust",
    "TrustedKey",
    "Verification",
    "Verified",
    "WithheldPart",
    "Witnesses",
    "allowed_property",
    "as_signed",
    "assertion_key",
    "assertion_problem",
    "canonical_envelope",
    "canonical_statement",
    "challenge_of",
    "check_separation",
    "check_subject",
    "descriptor",
    "find_public_key",
    "from_base64url",
    "join_signatures",
    "kind_of",
    "load_private_key",
    "load_public_key",
    "make_statement",
    "make_svr",
    "make_vsa",
    "new_key",
    "open_signer",
    "pae",
    "parse_envelope",
    "parse_statement",
    "parse_strict",
    "parts_of",
    "predicate_of",
    "predicate_schema",
    "predicate_type",
    "read_assertion",
    "read_registration",
    "registration_options",
    "same_person",
    "sign_statement",
    "sigstore_id",
    "statement_of",
    "subjects_of",
    "summarise_evidence",
    "to_base64url",
    "verify_envelope",
    "verify_signatures",
    "write_assertion",
]
