// The page: regions that the server draws and the stream brings up to date, and gestures that go back.
import { morph } from "./morph.js";
import { menus } from "./menus.js";
import { pickers } from "./pickers.js";
import { composers } from "./composer.js";
import { drawers, side } from "./drawers.js";
import { afterPress } from "./pressing.js";
import { unread } from "./unread.js";
import { ask, gesture, looking, backstage, toast, query } from "./asking.js";

const $ = (selector) => document.querySelector(selector);
const modal = $("#modal"), narrow = matchMedia("(max-width: 800px)");
const commands = JSON.parse(document.body.dataset.commands);
const entities = JSON.parse(document.body.dataset.entities);
const atEnd = new Map();  // logs whose newest message is in sight, and stays there
let stream, drawn = "";

function toEnd(log) {
  if (log.getAttribute("role") === "log" && atEnd.get(log) !== false) log.scrollTop = log.scrollHeight;
}

for (const log of document.querySelectorAll("[role=log]")) {
  log.addEventListener("scroll", () => atEnd.set(log, log.scrollHeight - log.scrollTop - log.clientHeight < 80));
  new ResizeObserver(() => toEnd(log)).observe(log);
}

// ---- what the server tells ----

function listen() {
  stream?.close();
  stream = new EventSource(`events?${query()}`);
  const from = stream;
  stream.onmessage = (event) => afterPress(() => from === stream && show(JSON.parse(event.data)));
  stream.onerror = () => document.body.classList.add("lost");
  stream.onopen = () => document.body.classList.remove("lost");
}

function show(regions) {
  for (const [name, html] of Object.entries(regions)) {
    const region = $(`[data-region="${name}"]`);
    morph(region, html);
    if (drawn !== query()) atEnd.set(region, true);
    toEnd(region);
  }
  if ("thread" in regions) $("#thread").hidden = !regions.thread;
  if ("modal" in regions) showModal(regions.modal);
  if ("messages" in regions || "home" in regions) showTab();
  if ("title" in regions) drawn = query();
  if ("places" in regions) unread();
  document.body.dataset.drawn = query();
}

function showTab() {
  const home = looking.in === "park" && looking.tab === "home";
  $("#home").hidden = !home;
  $("#messages").hidden = home;
  $("#say-form").hidden = home;
}

function showModal(html) {
  if (!html) return modal.open && modal.close();
  if (!modal.open) modal.showModal();
  const view = modal.querySelector("form").id, now = document.activeElement;
  const first = modal.querySelector("[autofocus]")
    ?? modal.querySelector("input:not([type=radio]):not([type=checkbox]), textarea, select");
  if (modal.dataset.view !== view || !modal.contains(now) || now === modal || now.matches("h2")) {
    (first ?? modal.querySelector("h2")).focus();
  }
  const wrong = modal.querySelector("[aria-invalid]");
  if (wrong && modal.dataset.wrong !== view) wrong.focus();  // the first, once
  modal.dataset.wrong = wrong ? view : "";
  modal.dataset.view = view;
}

// ---- where one looks ----

function go(changed) {
  Object.assign(looking, changed);
  history.pushState({ ...looking }, "", `?${query()}`);
  arrive();
}

function arrive() {
  $("#who").value = looking.as;
  if (!looking.thread) $("#thread").hidden = true;
  side(false);
  listen();
  if (looking.in === "park" && looking.tab === "home") gesture("home");
}

history.replaceState({ ...looking }, "");
addEventListener("popstate", (event) => {
  Object.assign(looking, event.state);
  arrive();
});

// Where there are keys, they are for the message box.
function ready() {
  if (!narrow.matches && $("#say").checkVisibility()) $("#say").focus();
}

// ---- what a person does ----

function place(element) {
  const message = element.closest("[data-ts]"), view = element.closest("[data-view]");
  const named = element.closest("[data-block]");
  const ids = named ? { block: named.dataset.block, action: named.dataset.action } : {};
  if (view) return { ...ids, view: view.dataset.view };
  return { ...ids, channel: message.dataset.channel, ts: message.dataset.ts, private: "private" in message.dataset };
}

async function confirmed(element) {
  const question = element.closest("[data-confirm]")?.dataset.confirm;
  if (!question) return true;
  const { title, text, confirm, deny } = JSON.parse(question), box = $("#confirm");
  for (const [id, part] of Object.entries({ title, text, yes: confirm, no: deny })) $(`#confirm-${id}`).textContent = part.text;
  box.returnValue = "no";
  box.showModal();
  await new Promise((done) => box.addEventListener("close", done, { once: true }));
  return box.returnValue === "yes";
}

async function press(button, work) {
  if (button.getAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  await work();
  button.removeAttribute("aria-busy");
}

const gestures = {
  click: async (button) => (await confirmed(button)) && gesture("click", { ...place(button), value: button.dataset.value }),
  shortcut: (button) => gesture("shortcut", { id: button.dataset.id }),
  message_shortcut: (button) => gesture("message_shortcut", { ...place(button), id: button.dataset.id }),
  close: (button) => gesture("close", { everything: "everything" in button.dataset }),
};

const clicked = {
  gesture: (button) => press(button, () => gestures[button.dataset.gesture](button)),
  go: (link) => {
    const there = new URLSearchParams(link.search);
    go({ in: there.get("in"), tab: there.get("tab"), thread: null });
    ready();
  },
  thread: (button) => {
    go({ thread: button.dataset.thread });
    $("#reply").focus();
  },
  closeThread: () => {
    go({ thread: null });
    $("#say").focus();
  },
  try: (button) => {
    $("#say").value = button.dataset.try;
    $("#say").focus();
    $("#say").dispatchEvent(new Event("input", { bubbles: true }));
  },
  backstage: (button) => press(button, () => backstage(button.dataset.backstage, button.dataset.value ?? "")),
};

document.addEventListener("click", (event) => {
  for (const [name, act] of Object.entries(clicked)) {
    const found = event.target.closest(`[data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}]`);
    if (!found || found.matches("form")) continue;
    event.preventDefault();
    return act(found);
  }
});

document.addEventListener("change", async (event) => {
  const field = event.target;
  if (field.id === "who") {
    go({ as: field.value, thread: null });  // what this person may not see, the server does not show
  } else if (field.dataset.switch) {
    await backstage(field.dataset.switch, field.value);
  } else if (field.dataset.field === "text") {
    await typed(field);
  } else if (field.dataset.field === "file") {
    attaching = attach(field);
  } else if (field.closest("[data-field]")) {
    await choose(field.closest("[data-field]"));
  }
});

// What stands in a field is the view's business once the field is left, or with each character if it says so.
document.addEventListener("input", (event) => {
  if ("eager" in event.target.dataset) typed(event.target);
});

let typing = Promise.resolve();  // one after the other, so that the last text is the one that stands

function typed(field) {
  typing = typing.then(() => field.value !== field.dataset.value && fill(field));
  return typing;
}

function fill(field) {
  field.dataset.value = field.value;
  return gesture("fill", { ...place(field), value: field.value || null });
}

let attaching;  // a form that is sent off waits for the files on their way into it

async function attach(field) {
  const files = await Promise.all([...field.files].map(async (file) => ({ name: file.name, content: await base64(file) })));
  await gesture("attach", { ...place(field), files });
}

function base64(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = failed;
    reader.readAsDataURL(file);
  });
}

async function choose(group) {
  const values = [...group.querySelectorAll("input:checked")].map((one) => one.value);
  if (await confirmed(group)) await gesture("fill", { ...place(group), value: group.dataset.field === "one" ? values[0] : values });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  event.preventDefault();
  if (form.dataset.view) await press(form.querySelector("[type=submit]"), () => submit(form));
  if (form.dataset.backstageForm) await backstage(form.dataset.backstageForm, JSON.stringify(Object.fromEntries(new FormData(form))));
});

async function submit(form) {
  for (const field of form.querySelectorAll("[data-field=text]")) {
    await typed(field);
  }
  await attaching;
  await gesture("submit");
}

modal.addEventListener("cancel", (event) => {
  event.preventDefault();
  gesture("close");
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || modal.open) return;
  if (looking.thread) clicked.closeThread();
});

drawers(() => clicked.closeThread());
menus();
pickers(place, confirmed);
composers({ commands, entities, send: (text, thread) => ask("gesture/write", { text, thread }), toast });
arrive();
ready();
