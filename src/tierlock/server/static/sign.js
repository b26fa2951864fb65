// Signing and enrolling with a person's authenticator (spec/attestations.md ).
//
// A form with `data-webauthn="get"` or `"create"` holds in `data-options` what the authenticator is
// asked for, as JSON, and a field named `response` for its answer. The form is sent once the field
// is filled. What is signed was made by the server and is checked there: nothing is decided here.
"use strict";

const WORDS = {
  NotAllowedError: "Nothing was signed: it was declined, took too long, or no key fits.",
  InvalidStateError: "This authenticator is enrolled already.",
  SecurityError: "This page is not one on which the key may sign: its address is another site.",
  NotSupportedError: "The authenticator has no kind of key that is accepted here.",
  AbortError: "Nothing was signed: it was interrupted.",
};

function toBytes(text) {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(plain), (letter) => letter.charCodeAt(0));
}

function toText(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte));
  return btoa(letters.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function decoded(options) {
  const named = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));
  const found = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) {
    found.user = { ...options.user, id: toBytes(options.user.id) };
    found.excludeCredentials = named(options.excludeCredentials);
  } else {
    found.allowCredentials = named(options.allowCredentials);
  }
  return found;
}

// The shape of `PublicKeyCredential.toJSON()`, which some browsers do not have yet.
function encoded(credential) {
  const parts = ["clientDataJSON", "authenticatorData", "signature", "attestationObject"];
  const response = {};
  for (const part of parts) {
    if (credential.response[part] instanceof ArrayBuffer) {
      response[part] = toText(credential.response[part]);
    }
  }
  const id = toText(credential.rawId);
  return JSON.stringify({ id, rawId: id, type: credential.type, response });
}

function say(form, text) {
  const place = form.querySelector("[data-webauthn-says]");
  if (place) {
    place.textContent = text;
    place.hidden = text === "";
  }
}

async function answer(form) {
  const options = { publicKey: decoded(JSON.parse(form.dataset.options)) };
  const make = form.dataset.webauthn === "create";
  const credential = make
    ? await navigator.credentials.create(options)
    : await navigator.credentials.get(options);
  return encoded(credential);
}

async function onSubmit(event) {
  const form = event.currentTarget;
  const field = form.elements.namedItem("response");
  if (field.value !== "") {
    return;
  }
  event.preventDefault();
  if (form.dataset.busy === "yes") {
    return;
  }
  form.dataset.busy = "yes";
  say(form, "Your authenticator asks you now.");
  try {
    field.value = await answer(form);
    say(form, "");
    form.submit();
  } catch (error) {
    say(form, WORDS[error.name] ?? `Nothing was signed: ${error.message}`);
  } finally {
    form.dataset.busy = "no";
  }
}

for (const form of document.querySelectorAll("form[data-webauthn]")) {
  if (globalThis.PublicKeyCredential === undefined) {
    say(form, "This browser has no authenticator for this page. Sign with the command instead.");
  } else {
    for (const button of form.querySelectorAll("button[disabled]")) {
      button.disabled = false;
    }
    form.addEventListener("submit", onSubmit);
  }
}

// A page that is taken from the browser's cache must not send an old answer again.
globalThis.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    for (const form of document.querySelectorAll("form[data-webauthn]")) {
      form.elements.namedItem("response").value = "";
    }
  }
});
