"""A real MLflow server whose registry promotes nothing without permission, and a real client."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.acceptance.registry import CHAMPION, Permits, Server, quiet, todays_project

# MLflow's own code warns of what its libraries will drop.
pytestmark = pytest.mark.filterwarnings("ignore")
NAMES = (f"model-{number}" for number in count())


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Permits]]:
    folder = tmp_path_factory.mktemp("mlflow")
    permits = Permits(folder / "tierlock")
    server = Server(folder / "server", rules=permits.file)
    with pytest.MonkeyPatch.context() as patch:
        quiet(patch)
        server.start()
        yield server, permits
        server.stop()


@pytest.fixture
def server(running: tuple[Server, Permits]) -> Server:
    return running[0]


@pytest.fixture
def permits(running: tuple[Server, Permits]) -> Permits:
    _, permits = running
    permits.revoke_all()
    permits.rules()
    permits.tell()
    return permits


@pytest.fixture
def name() -> str:
    return next(NAMES)


def refused(code: str, do: Callable[..., Any], *args: Any, **named: Any) -> str:
    """Do what must be refused with a code, and return what the client is told."""
    from mlflow.exceptions import MlflowException

    with pytest.raises(MlflowException) as caught:
        do(*args, **named)
    assert caught.value.error_code == "PERMISSION_DENIED", caught.value
    assert f"refused[{code}]" in str(caught.value)
    assert "hint: " in str(caught.value)
    return str(caught.value)


def aliases(server: Server, name: str) -> dict[str, Any]:
    return {
        key: str(value) for key, value in server.client().get_registered_model(name).aliases.items()
    }


def stage(server: Server, name: str, version: str) -> str:
    return str(server.client().get_model_version(name, version).current_stage)


def move(server: Server, name: str, version: str, to: str, **named: Any) -> Any:
    return server.client().transition_model_version_stage(name, version, to, **named)


def test_an_alias_and_a_stage_need_a_permit(server: Server, permits: Permits, name: str) -> None:
    client = server.client()
    version, digest = server.version(name, b"weights of one model")
    refused("integration.gate", client.set_registered_model_alias, name, "champion", version)
    refused("integration.gate", move, server, name, version, "Production")
    assert (aliases(server, name), stage(server, name, version)) == ({}, "None")
    assert f"alias `champion` of `{name}/{version}`: refused[integration.gate]" in server.said

    permits.permit(digest)
    client.set_registered_model_alias(name, "champion", version)
    move(server, name, version, "production")
    assert aliases(server, name) == {"champion": version}
    assert stage(server, name, version) == "Production"
    assert client.get_model_version_by_alias(name, "champion").version == version


def test_taking_back_never_needs_one(server: Server, permits: Permits, name: str) -> None:
    client = server.client()
    version, digest = server.version(name, b"to be withdrawn")
    permits.permit(digest)
    client.set_registered_model_alias(name, "champion", version)
    move(server, name, version, "Production")
    permits.revoke_all()
    permits.file.write_text("broken: [")
    client.delete_registered_model_alias(name, "champion")
    move(server, name, version, "Archived")
    move(server, name, version, "None")
    assert (aliases(server, name), stage(server, name, version)) == ({}, "None")
    refused("input.yaml", client.set_registered_model_alias, name, "champion", version)
    client.delete_model_version(name, version)
    client.delete_registered_model(name)


@pytest.mark.parametrize(
    "alias",
    [
        "Champion",
        "CHAMPION",
        "champi\u00f6n",
        "\uff43hampion",
        "ch\u0430mpion",
        "other",
        "champion-2",
    ],
)
def test_an_alias_that_no_rule_names_is_refused(
    server: Server, permits: Permits, name: str, alias: str
) -> None:
    version, digest = server.version(name, b"allowed as champion only")
    permits.permit(digest)
    refused("integration.rule", server.client().set_registered_model_alias, name, alias, version)
    refused("integration.rule", move, server, name, version, "Staging")
    assert aliases(server, name) == {}


@pytest.mark.parametrize("alias", ["champion\n", " champion", "latest", "v1", ""])
def test_an_alias_that_mlflow_does_not_know_stays_unknown(
    server: Server, permits: Permits, name: str, alias: str
) -> None:
    from mlflow.exceptions import MlflowException

    version, digest = server.version(name, b"allowed as champion only")
    permits.permit(digest)
    with pytest.raises(MlflowException):
        server.client().set_registered_model_alias(name, alias, version)
    assert aliases(server, name) == {}


@pytest.mark.parametrize("number", ["01", " 1", "1 ", "+1", "\u0661", "1_0", "1.0", "-1"])
def test_a_version_has_one_spelling(
    server: Server, permits: Permits, name: str, number: str
) -> None:
    _, digest = server.version(name, b"the first version")
    permits.permit(digest)
    for call in ("registered-models/alias", "model-versions/transition-stage"):
        body = {"name": name, "alias": "champion", "version": number, "stage": "Production"}
        wanted = {"alias", "name", "version"} if "alias" in call else {"name", "version", "stage"}
        sent = {key: value for key, value in body.items() if key in wanted}
        assert rest(server, call, sent)[0] == 400
    assert (aliases(server, name), stage(server, name, "1")) == ({}, "None")


def rest(server: Server, call: str, body: dict[str, Any], *, api: str = "api") -> tuple[int, Any]:
    request = urllib.request.Request(  # noqa: S310
        f"{server.uri}/{api}/2.0/mlflow/{call}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


@pytest.mark.parametrize("api", ["api", "ajax-api"])
def test_the_addresses_of_the_server_are_refused_too(
    server: Server, permits: Permits, name: str, api: str
) -> None:
    version, digest = server.version(name, b"by hand")
    body = {"name": name, "alias": "champion", "version": version}
    call = "registered-models/alias"
    code, said = rest(server, call, body, api=api)
    assert (code, said["error_code"]) == (403, "PERMISSION_DENIED")
    permits.permit(digest)
    assert rest(server, call, body, api=api)[0] == 200
    assert aliases(server, name) == {"champion": version}


def test_a_permit_of_another_version_opens_nothing(
    server: Server, permits: Permits, name: str
) -> None:
    client = server.client()
    first, digest = server.version(name, b"judged")
    second, _ = server.version(name, b"not judged")
    permits.permit(digest)
    client.set_registered_model_alias(name, "champion", first)
    refused("permit.digest", client.set_registered_model_alias, name, "champion", second)
    # Not by way of nothing, either.
    client.delete_registered_model_alias(name, "champion")
    refused("permit.digest", client.set_registered_model_alias, name, "champion", second)
    # Nor by saying that it is the other one.
    client.set_model_version_tag(name, second, "tierlock.subject", digest)
    refused("subject.differs", client.set_registered_model_alias, name, "champion", second)
    assert aliases(server, name) == {}


def test_files_that_change_after_the_tag_are_refused(
    server: Server, permits: Permits, name: str
) -> None:
    version, digest = server.version(name, b"before")
    permits.permit(digest)
    server.file_of(name, version).write_bytes(b"after")
    alias = server.client().set_registered_model_alias
    refused("subject.differs", alias, name, "champion", version)
    server.file_of(name, version).unlink()
    refused("subject.unusable", alias, name, "champion", version)


def test_a_version_must_say_which_subject_it_is(
    server: Server, permits: Permits, name: str
) -> None:
    client = server.client()
    version, digest = server.version(name, b"says nothing", tag=False)
    permits.permit(digest)
    refused("integration.subject", client.set_registered_model_alias, name, "champion", version)
    client.set_model_version_tag(name, version, "tierlock.subject", digest.upper())
    refused("integration.subject", client.set_registered_model_alias, name, "champion", version)
    client.set_model_version_tag(name, version, "tierlock.subject", digest)
    client.set_registered_model_alias(name, "champion", version)
    # While it is promoted, its tag stays.
    refused(
        "integration.promoted", client.delete_model_version_tag, name, version, "tierlock.subject"
    )
    refused(
        "integration.promoted", client.set_model_version_tag, name, version, "tierlock.subject", "x"
    )
    client.set_model_version_tag(name, version, "note", "others are free")
    client.delete_model_version_tag(name, version, "note")


def test_a_digest_that_is_only_declared_counts_where_that_is_configured(
    server: Server, permits: Permits, name: str
) -> None:
    client = server.client()
    digest = f"sha256:{'d' * 64}"
    client.create_registered_model(name)
    made = client.create_model_version(name, "s3://nowhere.invalid/model", None)
    client.set_model_version_tag(name, made.version, "tierlock.subject", digest)
    permits.permit(digest)
    refused(
        "integration.subject", client.set_registered_model_alias, name, "champion", made.version
    )
    permits.rules(declared="accepted")
    client.set_registered_model_alias(name, "champion", made.version)
    # Files that can be read and differ are no declaration.
    version, _ = server.version(name, b"other files", tag=digest)
    refused("subject.differs", client.set_registered_model_alias, name, "champion", version)


def test_a_copy_and_a_new_name_carry_no_permission(
    server: Server, permits: Permits, name: str
) -> None:
    client = server.client()
    version, digest = server.version(name, b"copied")
    path = permits.permit(digest)
    client.set_registered_model_alias(name, "champion", version)
    copied = client.copy_model_version(f"models:/{name}/{version}", f"{name}-copy")
    assert not copied.aliases
    refused("integration.promoted", client.rename_registered_model, name, f"{name}-new")
    path.unlink()
    alias = client.set_registered_model_alias
    refused("integration.gate", alias, f"{name}-copy", "champion", str(copied.version))
    client.delete_registered_model_alias(name, "champion")
    client.rename_registered_model(name, f"{name}-new")
    # A staged version holds the name too.
    permits.permit(digest)
    move(server, f"{name}-new", version, "Production")
    refused("integration.promoted", client.rename_registered_model, f"{name}-new", name)


def test_a_name_that_is_used_again_starts_from_nothing(
    server: Server, permits: Permits, name: str
) -> None:
    client = server.client()
    version, digest = server.version(name, b"the permitted one")
    permits.permit(digest)
    client.set_registered_model_alias(name, "champion", version)
    client.delete_registered_model(name)
    again, _ = server.version(name, b"another one")
    assert (again, aliases(server, name)) == (version, {})
    refused("permit.digest", client.set_registered_model_alias, name, "champion", again)


@pytest.mark.parametrize(
    ("permit", "status", "code"),
    [
        ({"age": timedelta(days=2)}, {}, "permit.expired"),
        ({"age": timedelta(hours=-1)}, {}, "permit.early"),
        ({"audience": "internal"}, {}, "permit.action"),
        ({"action": "store", "surface": None, "audience": None}, {}, "permit.action"),
        ({"parts": {"weights": "", "safeguards": f"sha256:{'2' * 64}"}}, {}, "permit.part"),
        ({}, {"age": timedelta(hours=2)}, "permit.stale"),
        ({}, {"standing": frozenset()}, "permit.unknown"),
    ],
)
def test_a_permit_that_does_not_hold_is_refused(
    server: Server, permits: Permits, name: str, permit: dict[str, Any], status: Any, code: str
) -> None:
    version, digest = server.version(name, b"some weights")
    if "parts" in permit:
        permit = {"parts": {**permit["parts"], "weights": digest}}
    permits.permit(digest, **permit)
    seen = permits.folder / "seen.json"
    if status.get("age"):
        seen.unlink(missing_ok=True)
    if status:
        permits.tell(**status)
    refused(code, server.client().set_registered_model_alias, name, "champion", version)


def test_other_parts_of_the_subject_are_those_of_the_rule(
    server: Server, permits: Permits, name: str
) -> None:
    version, digest = server.version(name, b"with safeguards")
    safeguards = f"sha256:{'5' * 64}"
    permits.permit(digest, parts={"weights": digest, "safeguards": safeguards})
    alias = server.client().set_registered_model_alias
    refused("permit.part", alias, name, "champion", version)
    permits.rules({**CHAMPION, "digests": {"safeguards": f"sha256:{'6' * 64}"}})
    refused("permit.digest", alias, name, "champion", version)
    permits.rules({**CHAMPION, "digests": {"safeguards": safeguards}})
    alias(name, "champion", version)


def test_every_rule_about_an_alias_must_be_allowed(
    server: Server, permits: Permits, name: str
) -> None:
    version, digest = server.version(name, b"two audiences")
    permits.rules(CHAMPION, {**CHAMPION, "model": name, "audience": "internal"})
    permits.permit(digest)
    alias = server.client().set_registered_model_alias
    refused("permit.action", alias, name, "champion", version)
    permits.permit(digest, audience="internal")
    alias(name, "champion", version)
    permits.rules({**CHAMPION, "model": "another"})
    refused("integration.rule", alias, name, "champion", version)


@pytest.mark.parametrize("file", ["keys.json", "status.json", "registry.yaml"])
def test_without_a_file_nothing_is_promoted(
    server: Server, permits: Permits, name: str, file: str
) -> None:
    version, digest = server.version(name, b"files matter")
    permits.permit(digest)
    path = permits.folder / file
    kept = path.read_bytes()
    alias = server.client().set_registered_model_alias
    try:
        path.unlink()
        refused("input.file", alias, name, "champion", version)
        path.write_bytes(kept[: len(kept) // 2])
        with pytest.raises(
            Exception, match=r"refused\[(permit.form|input.[a-z]+|integration.rule)\]"
        ):
            alias(name, "champion", version)
    finally:
        path.write_bytes(kept)
    alias(name, "champion", version)


def test_two_who_set_one_alias_at_once(server: Server, permits: Permits, name: str) -> None:
    from mlflow.exceptions import MlflowException

    good, digest = server.version(name, b"good")
    bad, _ = server.version(name, b"bad")
    permits.permit(digest)
    seen: set[str] = set()
    failures: list[str] = []

    def put(version: str) -> None:
        client = server.client()
        for _ in range(8):
            try:
                client.set_registered_model_alias(name, "champion", version)
            except MlflowException as error:
                failures.append(str(error))
            seen.update(aliases(server, name).values())

    workers = [threading.Thread(target=put, args=(version,)) for version in (good, bad, good, bad)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert seen == {good}
    # MLflow's database may itself turn one of two writers away; nobody gets through for that.
    assert len([text for text in failures if "permit.digest" in text]) == 16


def test_prompts_are_models_too(server: Server, permits: Permits, name: str) -> None:
    client = server.client()
    prompt = client.register_prompt(name, "say {{it}}")
    refused("integration.subject", client.set_prompt_alias, name, "champion", prompt.version)


def test_after_a_restart_an_older_status_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    quiet(monkeypatch)
    permits = Permits(tmp_path / "tierlock")
    server = Server(tmp_path / "server", rules=permits.file)
    server.start()
    try:
        version, digest = server.version("m", b"weights")
        permits.permit(digest)
        older = (permits.folder / "status.json").read_bytes()
        permits.tell(age=timedelta(seconds=-10), standing=frozenset())
        alias = server.client().set_registered_model_alias
        refused("permit.unknown", alias, "m", "champion", version)
        server.stop()
        server.start()
        (permits.folder / "status.json").write_bytes(older)
        refused("permit.head", alias, "m", "champion", version)
        assert aliases(server, "m") == {}
        # The gate of a project instead of permits, and the same server.
        folder = todays_project(tmp_path / "project", digest=digest)
        rule = {**CHAMPION, "audience": "everybody"}
        permits.file.write_text(yaml.safe_dump({"project": str(folder), "rules": [rule]}))
        alias("m", "champion", version)
        other, _ = server.version("m", b"other weights")
        refused("subject.differs", alias, "m", "champion", other)
        assert aliases(server, "m") == {"champion": version}
        incident = (
            "records:\n  - {kind: incident, concerns: deployment, says: it leaked, happened_at: "
        )
        stated = folder / "statements.yaml"
        when = yaml.safe_load(stated.read_text())["claims"][0]["claimed_at"]
        stated.write_text(f"{stated.read_text()}{incident}{when:%Y-%m-%dT%H:%M:%SZ}}}\n")
        said = refused("integration.gate", alias, "m", "champion", version)
        assert "HOLD" in said or "DENY" in said
    finally:
        server.stop()
